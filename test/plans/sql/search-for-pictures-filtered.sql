/* embedding.ofProducts */
      SELECT image.product_id AS "productId", image.id AS "imageId", embedding.vector FROM shown_images image
      JOIN embeddings embedding ON embedding.sha256 = image.sha256
      JOIN encoders encoder ON encoder.id = embedding.encoder_id AND encoder.name = $1
      WHERE image.product_id = ANY(ARRAY(SELECT unnest($2::int[]))) ORDER BY image.product_id, image.position;

/* image.byKey */ SELECT id AS key, product_id AS "productKey", sha256, width, height, alt_text AS "altText",
  encode(thumbhash, 'base64') AS thumbhash, dominant_color AS "dominantColor", shows FROM shown_images WHERE id = ANY(ARRAY(SELECT unnest($1::int[])));

/* product.byKey */ SELECT product.id AS key, product.handle,
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
      WHERE product.id = ANY(ARRAY(SELECT unnest($4::int[])));

/* search.prove */
    WITH card AS MATERIALIZED (
      SELECT product.id AS product_id, candidate.image_id, image.id IS NOT NULL AND EXISTS (
          SELECT FROM (
            SELECT sku.id AS sku_id, sku.options, sku.gtin, sku.when_out, price.amount, price.compare_at, channel.id AS channel_id
            FROM skus sku JOIN prices price ON price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
              AND price.valid @> statement_timestamp()
            WHERE sku.product_id = product.id
          ) offer
          WHERE offer.amount >= $1::bigint AND offer.amount <= $2::bigint AND ((lower((offer.options ->> $3::text)) IN (SELECT lower(value) FROM unnest($4::text[]) AS value)
    OR (position('/' IN (offer.options ->> $5::text)) > 0 AND CASE WHEN lower((offer.options ->> $6::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $7::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $8::text))] END && ARRAY(SELECT lower(value) FROM unnest($9::text[]) AS value)))) IS TRUE AND (SELECT coalesce(sum(stock.sellable) FILTER (WHERE (offer.channel_id, stock.location_id) IN (SELECT channel_id, location_id FROM channel_locations)), 0) FROM available_stock stock
          WHERE stock.sku_id = offer.sku_id) >= $10::int AND NOT EXISTS (
            SELECT FROM jsonb_each(image.shows) AS shown (name, "values") WHERE NOT EXISTS (
              SELECT FROM jsonb_array_elements_text(shown."values") AS value
              WHERE lower(value) = lower(offer.options ->> shown.name)))
        ) AS proven
      FROM channels channel CROSS JOIN unnest($11::int[], $12::int[]) AS candidate (product_id, image_id)
      JOIN products product ON product.id = candidate.product_id
      LEFT JOIN shown_images image ON image.id = candidate.image_id
      WHERE channel.id = $13 AND product.category_id = ANY(ARRAY(
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($14::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below)) AND product.brand_id = ANY(ARRAY(SELECT id FROM brands WHERE handle = ANY($15::text[]))) AND EXISTS (SELECT FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND (attribute.name = $16 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($17::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($18::text[]) AS value)))))
    ), market AS MATERIALIZED (
      SELECT channel.id, channel.low_stock_threshold, price_list.id AS price_list_id, price_list.currency,
        ARRAY(SELECT location_id FROM channel_locations WHERE channel_id = channel.id) AS locations
      FROM channels channel JOIN price_lists price_list ON price_list.id = channel.price_list_id
      WHERE channel.id = $19
    ), sku AS MATERIALIZED (
      SELECT sku.* FROM available_skus sku WHERE sku.product_id = ANY(ARRAY(SELECT product_id FROM card WHERE NOT proven))
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
    ), offered AS MATERIALIZED (
      SELECT found.*, bool_or(found.passes) OVER (PARTITION BY found."productKey") AS "isProven" FROM (
        SELECT offer.sku_id AS key, offer.product_id AS "productKey", offer.code, offer.gtin, offer.url,
  offer.options AS "optionValues", offer.option_names AS "optionNames", offer.image_id AS "imageKey",
  offer.currency AS "currencyCode", offer.amount, offer.compare_at AS "compareAt",
  offer.price_valid_until AS "priceValidUntil", offer.sellable, offer.counted, offer.level,
  offer.restock_at AS "restockAt", offer.promised, offer.position, offer.sellable >= $20::int AND offer.amount >= $21::bigint AND offer.amount <= $22::bigint AND ((lower((offer.options ->> $23::text)) IN (SELECT lower(value) FROM unnest($24::text[]) AS value)
    OR (position('/' IN (offer.options ->> $25::text)) > 0 AND CASE WHEN lower((offer.options ->> $26::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $27::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $28::text))] END && ARRAY(SELECT lower(value) FROM unnest($29::text[]) AS value)))) IS TRUE AS passes FROM offer
      ) found
    ), report AS (
      SELECT now() AS "asOf", least(2147483647, coalesce(ceil(1000 * extract(epoch FROM
          clock_timestamp() - least(
            (SELECT changed_at FROM product_changes
              WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip($30::pg_snapshot))) ORDER BY xid LIMIT 1),
            (SELECT changed_at FROM product_changes
              WHERE xid >= pg_snapshot_xmax($31::pg_snapshot) ORDER BY xid LIMIT 1)
          ))), 0))::int AS "indexLagMs",
        ARRAY(SELECT DISTINCT "productKey" FROM offered WHERE NOT "isProven" AND sellable > 0) AS others,
        (SELECT jsonb_object_agg(id, shows) FROM shown_images WHERE id = ANY(ARRAY(SELECT image_id FROM card WHERE NOT proven))) AS shows,
        (SELECT json_agg(json_build_object('productKey', product_id, 'prices', NULL)) FROM card WHERE proven) AS cards
    )
    SELECT offer.*, report.*, offer.key IS NOT NULL AS found
    FROM (SELECT * FROM offered WHERE "isProven") offer FULL JOIN report ON false
    ORDER BY offer."productKey", offer.position, offer.key;
