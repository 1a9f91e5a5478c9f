/* brand.page */ SELECT brand.id AS key, brand.handle, brand.name FROM brands brand
      WHERE ($1::int IS NULL
          OR (brand.name, brand.id) > ($2::text, $3::int))
        AND EXISTS (
          SELECT FROM products product JOIN skus sku ON sku.product_id = product.id JOIN prices price ON price.sku_id = sku.id
          WHERE product.brand_id = brand.id AND price.valid @> statement_timestamp()
            AND price.price_list_id = (SELECT price_list_id FROM channels WHERE id = $4))
      ORDER BY brand.name, brand.id LIMIT $5;
