/* brand.byKey */ SELECT id AS key, handle, name FROM brands WHERE id = ANY($1::int[]);

/* category.byKey */ SELECT id AS key, handle, name, parent_id AS "parentKey" FROM categories WHERE id = ANY($1::int[]);

/* image.byProduct */ SELECT id AS key, product_id AS "productKey", sha256, width, height, alt_text AS "altText",
  encode(thumbhash, 'base64') AS thumbhash, dominant_color AS "dominantColor", shows FROM product_images
      WHERE product_id = ANY($1::int[]) ORDER BY product_id, position;

/* location.bySku */
          SELECT wanted.place::integer, location.id AS key, location.handle, location.name,
            location.country_code AS "countryCode", location.latitude, location.longitude, location.pickup,
            stock_level.sellable, stock_level.on_hand IS NOT NULL AS counted
          FROM unnest(
              $1::integer[],
              $2::float8[],
              $3::float8[],
              $4::integer[])
            WITH ORDINALITY AS wanted (sku_id, latitude, longitude, first, place)
          CROSS JOIN LATERAL (
            SELECT location.*, power(sind((location.latitude - wanted.latitude) / 2), 2) + cosd(wanted.latitude) * cosd(location.latitude)
    * power(sind((location.longitude - wanted.longitude) / 2), 2) AS distance
            FROM stock_levels level
            JOIN stock_locations location ON location.id = level.location_id
            JOIN channel_locations served ON served.location_id = location.id AND served.channel_id = $5
            WHERE level.sku_id = wanted.sku_id
            ORDER BY distance NULLS LAST, location.name, location.id LIMIT wanted.first
          ) location
          JOIN available_stock stock_level ON stock_level.sku_id = wanted.sku_id AND stock_level.location_id = location.id
          ORDER BY wanted.place, location.distance NULLS LAST, location.name, location.id;

/* product.attributes */ SELECT product_id AS "productKey", name, value FROM product_attributes
      WHERE product_id = ANY($1::int[]) ORDER BY product_id, name, value;

/* product.byHandle */ SELECT product.id AS key, product.handle,
  product.language, product.title, product.description, product.url,
  CASE WHEN product.language <> $1 OR product.description IS NULL OR product.url IS NULL THEN (
    SELECT json_agg(json_build_object('language', language, 'title', title,
      'description', CASE WHEN place = described THEN description END, 'url', CASE WHEN place = linked THEN url END))
    FROM (
      SELECT language, title, description, url, place,
        min(place) FILTER (WHERE description IS NOT NULL) OVER () AS described,
        min(place) FILTER (WHERE url IS NOT NULL) OVER () AS linked
      FROM product_texts CROSS JOIN LATERAL array_position($2::text[], language) AS place
      WHERE product_id = product.id AND language = ANY($3::text[])
    ) translation) END AS texts,
  product.brand_id AS "brandKey", product.category_id AS "categoryKey",
  product.updated_at AS "updatedAt" FROM products product
      WHERE product.handle = $4;

/* sku.byProduct */ SELECT offer.sku_id AS key, offer.product_id AS "productKey", offer.code, offer.gtin, offer.url,
  offer.options AS "optionValues", offer.option_names AS "optionNames", offer.image_id AS "imageKey",
  offer.currency AS "currencyCode", offer.amount, offer.compare_at AS "compareAt",
  offer.price_valid_until AS "priceValidUntil", offer.sellable, offer.counted, offer.level,
  offer.restock_at AS "restockAt", offer.promised, now() AS "asOf" FROM sku_offers offer
      WHERE offer.channel_id = $1 AND offer.product_id = ANY($2::int[])
      ORDER BY offer.product_id, offer.position, offer.sku_id;

/* sku.pricesByProduct */ SELECT sku.product_id AS "productKey", price.amount, price.compare_at AS "compareAt",
          upper(price.valid) AS "priceValidUntil"
        FROM skus sku JOIN prices price ON price.sku_id = sku.id
        WHERE sku.product_id = ANY($1::int[]) AND price.valid @> statement_timestamp()
          AND price.price_list_id = (SELECT price_list_id FROM channels WHERE id = $2)
        ORDER BY sku.product_id, sku.position, sku.id;
