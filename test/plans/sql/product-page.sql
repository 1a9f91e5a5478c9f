/* brand.byKey */ SELECT id AS key, handle, name FROM brands WHERE id = ANY(ARRAY(SELECT unnest($1::int[])));

/* category.byKey */ SELECT id AS key, handle, name, parent_id AS "parentKey" FROM categories WHERE id = ANY(ARRAY(SELECT unnest($1::int[])));

/* image.byProduct */ SELECT id AS key, product_id AS "productKey", sha256, width, height, alt_text AS "altText",
  encode(thumbhash, 'base64') AS thumbhash, dominant_color AS "dominantColor", shows FROM shown_images
      WHERE product_id = ANY(ARRAY(SELECT unnest($1::int[]))) ORDER BY product_id, position;

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
      WHERE product_id = ANY(ARRAY(SELECT unnest($1::int[]))) ORDER BY product_id, name, value;

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
      WHERE product_id = product.id AND language = ANY(ARRAY(SELECT unnest($3::text[])))
    ) translation) END AS texts,
  product.brand_id AS "brandKey", product.category_id AS "categoryKey",
  product.updated_at AS "updatedAt" FROM products product
      WHERE product.handle = $4;

/* sku.byProduct */ WITH market AS MATERIALIZED (
      SELECT channel.id, channel.low_stock_threshold, price_list.id AS price_list_id, price_list.currency,
        ARRAY(SELECT location_id FROM channel_locations WHERE channel_id = channel.id) AS locations
      FROM channels channel JOIN price_lists price_list ON price_list.id = channel.price_list_id
      WHERE channel.id = $1
    ), sku AS MATERIALIZED (
      SELECT sku.* FROM available_skus sku WHERE sku.product_id = ANY(ARRAY(SELECT unnest($2::int[])))
    ), offer AS (
      SELECT sku.product_id, sku.id AS sku_id, sku.position, sku.code, sku.gtin, sku.options, sku.option_names, sku.image_id,
        sku.url, sku.restock_at, market.currency, figures.amount, figures.compare_at, figures.price_valid_until,
        figures.sellable, figures.counted,
        CASE
          WHEN NOT figures.counted AND sku.when_out <> 'deny' THEN upper(sku.when_out)
          WHEN figures.sellable > market.low_stock_threshold THEN 'IN_STOCK'
          WHEN figures.sellable > 0 THEN 'LOW_STOCK'
          WHEN sku.promised > 0 AND market.locations <> '{}' THEN upper(sku.when_out)
          ELSE 'OUT_OF_STOCK'
        END AS level,
        CASE WHEN market.locations = '{}' THEN 0 ELSE sku.promised END AS promised, market.id AS channel_id
      FROM market CROSS JOIN sku JOIN (
        SELECT sku_id, max(amount) AS amount, max(compare_at) AS compare_at, max(valid_until) AS price_valid_until,
          coalesce(max(sellable), 0) AS sellable, coalesce(bool_and(counted), true) AS counted
        FROM (
          SELECT sku_id, amount, compare_at, upper(valid) AS valid_until, NULL::bigint AS sellable, NULL::boolean AS counted
          FROM prices
          WHERE sku_id = ANY(ARRAY(SELECT id FROM sku)) AND price_list_id = (SELECT price_list_id FROM market)
            AND valid @> statement_timestamp()
          UNION ALL
          SELECT sku_id, NULL, NULL, NULL,
            sum(sellable) FILTER (WHERE location_id = ANY((SELECT locations FROM market)::int[])),
            bool_and(on_hand IS NOT NULL) FILTER (WHERE location_id = ANY((SELECT locations FROM market)::int[]))
          FROM available_stock WHERE sku_id = ANY(ARRAY(SELECT id FROM sku)) GROUP BY sku_id
        ) figure
        GROUP BY sku_id HAVING count(amount) > 0
      ) figures ON figures.sku_id = sku.id
    )
      SELECT offer.sku_id AS key, offer.product_id AS "productKey", offer.code, offer.gtin, offer.url,
  offer.options AS "optionValues", offer.option_names AS "optionNames", offer.image_id AS "imageKey",
  offer.currency AS "currencyCode", offer.amount, offer.compare_at AS "compareAt",
  offer.price_valid_until AS "priceValidUntil", offer.sellable, offer.counted, offer.level,
  offer.restock_at AS "restockAt", offer.promised, CASE WHEN row_number() OVER (ORDER BY offer.product_id, offer.position, offer.sku_id) = 1 THEN now() END AS "asOf" FROM offer ORDER BY offer.product_id, offer.position, offer.sku_id;

/* sku.pricesByProduct */ WITH sku AS MATERIALIZED (
      SELECT id, product_id, position FROM skus WHERE product_id = ANY(ARRAY(SELECT unnest($1::int[])))
    ), price AS MATERIALIZED (
      SELECT sku_id AS id, amount, compare_at, upper(valid) AS valid_until FROM prices
      WHERE sku_id = ANY(ARRAY(SELECT id FROM sku)) AND price_list_id = (SELECT price_list_id FROM channels WHERE id = $2) AND valid @> statement_timestamp()
    )
        SELECT product_id AS "productKey", amount, compare_at AS "compareAt", valid_until AS "priceValidUntil"
        FROM sku FULL JOIN price USING (id) ORDER BY product_id, position, id;
