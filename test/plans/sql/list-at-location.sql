/* image.byProduct */ SELECT id AS key, product_id AS "productKey", sha256, width, height, alt_text AS "altText",
  encode(thumbhash, 'base64') AS thumbhash, dominant_color AS "dominantColor", shows FROM product_images
      WHERE product_id = ANY($1::int[]) ORDER BY product_id, position;

/* location.byKey */ SELECT location.id AS key, location.handle, location.name,
          location.country_code AS "countryCode"
        FROM stock_locations location
        JOIN channel_locations served ON served.location_id = location.id AND served.channel_id = $1
        WHERE location.id = ANY($2::int[]);

/* product.newest */
    SELECT product.id AS key, product.handle,
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
  product.updated_at AS "updatedAt", (extract(epoch FROM product.created_at) * 1000000)::bigint::text AS rank,
      offered.offered, product.place = $4 AS "isLastExamined"
    FROM (
      SELECT product.*, row_number() OVER (ORDER BY product.created_at DESC, product.id DESC) AS place
      FROM products product
      WHERE true
      AND true
        AND ($5::int IS NULL OR (product.created_at, product.id) <
          ('epoch'::timestamptz + $6::bigint * interval '1 microsecond', $7::int))
      ORDER BY product.created_at DESC, product.id DESC LIMIT $8
    ) product
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM sku_offers offer WHERE offer.product_id = product.id AND offer.channel_id = $9
      AND EXISTS (SELECT FROM available_stock stock
          JOIN channel_locations served ON served.location_id = stock.location_id AND served.channel_id = offer.channel_id
          WHERE stock.sku_id = offer.sku_id AND stock.location_id = $10 AND stock.sellable >= $11::int) AND true) AS offered) offered
    WHERE offered.offered OR product.place = $12
    ORDER BY product.created_at DESC, product.id DESC LIMIT $13;

/* sku.byProduct */ SELECT offer.sku_id AS key, offer.product_id AS "productKey", offer.code, offer.gtin, offer.url,
  offer.options AS "optionValues", offer.option_names AS "optionNames", offer.image_id AS "imageKey",
  offer.currency AS "currencyCode", offer.amount, offer.compare_at AS "compareAt",
  offer.price_valid_until AS "priceValidUntil", offer.sellable, offer.counted, offer.level,
  offer.restock_at AS "restockAt", offer.promised, now() AS "asOf" FROM sku_offers offer
      WHERE offer.channel_id = $1 AND offer.product_id = ANY($2::int[])
      ORDER BY offer.product_id, offer.position, offer.sku_id;

/* sku.sellableAt */ SELECT stock.sku_id AS key, stock.sellable FROM available_stock stock
        JOIN channel_locations served ON served.location_id = stock.location_id AND served.channel_id = $1
        WHERE stock.sku_id = ANY($2::int[]) AND stock.location_id = $3;
