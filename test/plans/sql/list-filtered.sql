/* image.byProduct */ SELECT id AS key, product_id AS "productKey", sha256, width, height, alt_text AS "altText",
  encode(thumbhash, 'base64') AS thumbhash, dominant_color AS "dominantColor", shows FROM product_images
      WHERE product_id = ANY($1::int[]) ORDER BY product_id, position;

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
      WHERE product.category_id = ANY(ARRAY(
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($5::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below)) AND product.brand_id = ANY(ARRAY(SELECT id FROM brands WHERE handle = ANY($6::text[]))) AND EXISTS (SELECT FROM product_attributes attribute WHERE attribute.product_id = product.id
      AND attribute.name = $7 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($8::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($9::text[]) AS value))))
      AND true
        AND ($10::int IS NULL OR (product.created_at, product.id) <
          ('epoch'::timestamptz + $11::bigint * interval '1 microsecond', $12::int))
      ORDER BY product.created_at DESC, product.id DESC LIMIT $13
    ) product
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM sku_offers offer WHERE offer.product_id = product.id AND offer.channel_id = $14
      AND offer.sellable >= $15::int AND offer.amount >= $16::bigint AND offer.amount <= $17::bigint AND ((lower((offer.options ->> $18::text)) IN (SELECT lower(value) FROM unnest($19::text[]) AS value)
    OR (position('/' IN (offer.options ->> $20::text)) > 0 AND CASE WHEN lower((offer.options ->> $21::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $22::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $23::text))] END && ARRAY(SELECT lower(value) FROM unnest($24::text[]) AS value)))) IS TRUE) AS offered) offered
    WHERE offered.offered OR product.place = $25
    ORDER BY product.created_at DESC, product.id DESC LIMIT $26;

/* sku.byProduct */ SELECT offer.sku_id AS key, offer.product_id AS "productKey", offer.code, offer.gtin, offer.url,
  offer.options AS "optionValues", offer.option_names AS "optionNames", offer.image_id AS "imageKey",
  offer.currency AS "currencyCode", offer.amount, offer.compare_at AS "compareAt",
  offer.price_valid_until AS "priceValidUntil", offer.sellable, offer.counted, offer.level,
  offer.restock_at AS "restockAt", offer.promised, now() AS "asOf" FROM sku_offers offer
      WHERE offer.channel_id = $1 AND offer.product_id = ANY($2::int[])
      ORDER BY offer.product_id, offer.position, offer.sku_id;
