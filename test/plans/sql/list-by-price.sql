/* image.byProduct */ SELECT id AS key, product_id AS "productKey", sha256, width, height, alt_text AS "altText",
  encode(thumbhash, 'base64') AS thumbhash, dominant_color AS "dominantColor", shows FROM shown_images
      WHERE product_id = ANY(ARRAY(SELECT unnest($1::int[]))) ORDER BY product_id, position;

/* product.price */
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
      WHERE product_id = product.id AND language = ANY(ARRAY(SELECT unnest($3::text[])))
    ) translation) END AS texts,
  product.brand_id AS "brandKey", product.category_id AS "categoryKey",
  product.updated_at AS "updatedAt", page.amount::text AS rank, page.passes AS offered,
      page.place = $4 AS "isLastExamined"
    FROM (
      SELECT product.id, product.amount, product.place, cheapest.passes
      FROM (
        SELECT product.id, price.amount,
          row_number() OVER (ORDER BY price.amount ASC, product.id ASC) AS place
        FROM products product
        JOIN skus sku ON sku.product_id = product.id
        JOIN prices price ON price.sku_id = sku.id AND price.valid @> statement_timestamp()
          AND price.price_list_id = (SELECT price_list_id FROM channels WHERE id = $5)
        CROSS JOIN LATERAL (SELECT price.amount, price.compare_at, sku.options, sku.gtin) offer
        WHERE product.category_id = ANY(ARRAY(
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($6::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below)) AND product.brand_id = ANY(ARRAY(SELECT id FROM brands WHERE handle = ANY($7::text[]))) AND EXISTS (SELECT FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND (attribute.name = $8 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($9::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($10::text[]) AS value)))))
      AND true AND offer.amount >= $11::bigint AND offer.amount <= $12::bigint AND ((lower((offer.options ->> $13::text)) IN (SELECT lower(value) FROM unnest($14::text[]) AS value)
    OR (position('/' IN (offer.options ->> $15::text)) > 0 AND CASE WHEN lower((offer.options ->> $16::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $17::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $18::text))] END && ARRAY(SELECT lower(value) FROM unnest($19::text[]) AS value)))) IS TRUE
          AND ($20::int IS NULL
            OR (price.amount, product.id) > ($21::bigint, $22::int))
        GROUP BY product.id, price.amount
        ORDER BY price.amount ASC, product.id ASC LIMIT 1000
      ) product
      CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM sku_offers offer WHERE offer.product_id = product.id AND offer.channel_id = $23
      AND offer.sellable >= $24::int AND offer.amount >= $25::bigint AND offer.amount <= $26::bigint AND ((lower((offer.options ->> $27::text)) IN (SELECT lower(value) FROM unnest($28::text[]) AS value)
    OR (position('/' IN (offer.options ->> $29::text)) > 0 AND CASE WHEN lower((offer.options ->> $30::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $31::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $32::text))] END && ARRAY(SELECT lower(value) FROM unnest($33::text[]) AS value)))) IS TRUE AND offer.amount = product.amount) AS passes) price
      CROSS JOIN LATERAL (SELECT price.passes AND NOT EXISTS (SELECT FROM sku_offers offer WHERE offer.product_id = product.id AND offer.channel_id = $34
      AND offer.sellable >= $35::int AND offer.amount >= $36::bigint AND offer.amount <= $37::bigint AND ((lower((offer.options ->> $38::text)) IN (SELECT lower(value) FROM unnest($39::text[]) AS value)
    OR (position('/' IN (offer.options ->> $40::text)) > 0 AND CASE WHEN lower((offer.options ->> $41::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $42::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $43::text))] END && ARRAY(SELECT lower(value) FROM unnest($44::text[]) AS value)))) IS TRUE
        AND offer.amount < product.amount) AS passes) cheapest
      WHERE cheapest.passes OR product.place = $45
      ORDER BY product.amount ASC, product.id ASC LIMIT $46
    ) page JOIN products product ON product.id = page.id
    ORDER BY page.amount ASC, product.id ASC;

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
