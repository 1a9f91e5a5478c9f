/* brand.page */ SELECT brand.key, brand.handle, brand.name, offered.offered,
        brand.place = $1 AS "isLastExamined"
      FROM (
        SELECT id AS key, handle, name, row_number() OVER (ORDER BY name, id) AS place FROM brands
        WHERE $2::int IS NULL OR (name, id) > ($3::text, $4::int)
        ORDER BY name, id LIMIT $5
      ) brand
      CROSS JOIN LATERAL (
        SELECT EXISTS (
          SELECT FROM products product JOIN skus sku ON sku.product_id = product.id JOIN prices price ON price.sku_id = sku.id
          WHERE product.brand_id = brand.key AND price.valid @> statement_timestamp()
            AND price.price_list_id = (SELECT price_list_id FROM channels WHERE id = $6)) AS offered
      ) offered
      WHERE offered.offered OR brand.place = $7
      ORDER BY brand.name, brand.key LIMIT $8;
