/* brand.byKey */ SELECT id AS key, handle, name FROM brands WHERE id = ANY(ARRAY(SELECT unnest($1::int[])));

/* category.byKey */ SELECT id AS key, handle, name, parent_id AS "parentKey" FROM categories WHERE id = ANY(ARRAY(SELECT unnest($1::int[])));

/* embedding.ofProducts */
      SELECT image.product_id AS "productId", image.id AS "imageId", embedding.vector FROM shown_images image
      JOIN embeddings embedding ON embedding.sha256 = image.sha256
      JOIN encoders encoder ON encoder.id = embedding.encoder_id AND encoder.name = $1
      WHERE image.product_id = ANY(ARRAY(SELECT unnest($2::int[]))) ORDER BY image.product_id, image.position;

/* facets.countThese */
    WITH examined0 AS MATERIALIZED (
      SELECT product.id, product.category_id, product.brand_id, offer.sku_id, offer.channel_id, offer.amount,
        offer.compare_at, offer.options, offer.gtin, offer.when_out
      FROM (SELECT * FROM products product WHERE product.category_id = ANY(ARRAY(
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($1::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below)) AND product.brand_id = ANY(ARRAY(SELECT id FROM brands WHERE handle = ANY($2::text[]))) AND EXISTS (SELECT FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND (attribute.name = $3 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($4::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($5::text[]) AS value))))) ) product
      CROSS JOIN (SELECT id, price_list_id FROM channels WHERE id = $6) channel
      CROSS JOIN LATERAL (
        SELECT sku.id AS sku_id, sku.product_id, sku.options, sku.gtin, sku.when_out, price.amount,
          price.compare_at, channel.id AS channel_id FROM skus sku
        CROSS JOIN LATERAL (SELECT price.amount, price.compare_at FROM prices price WHERE price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
          AND price.valid @> statement_timestamp() LIMIT 1) price
        WHERE sku.product_id = product.id OFFSET 0
      ) offer
      WHERE true AND product.id = ANY($7::int[]) AND (
          SELECT true FROM shown_images image WHERE image.product_id = product.id AND NOT EXISTS (
            SELECT FROM jsonb_each(image.shows) AS shown (name, "values") WHERE NOT EXISTS (
              SELECT FROM jsonb_array_elements_text(shown."values") AS value
              WHERE lower(value) = lower(offer.options ->> shown.name)))
          LIMIT 1)
      LIMIT $8
    ), offered0 AS MATERIALIZED (
      SELECT id, category_id, brand_id, amount, options FROM examined0 offer
      WHERE offer.amount >= $9::bigint AND offer.amount <= $10::bigint AND ((lower((offer.options ->> $11::text)) IN (SELECT lower(value) FROM unnest($12::text[]) AS value)
    OR (position('/' IN (offer.options ->> $13::text)) > 0 AND CASE WHEN lower((offer.options ->> $14::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $15::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $16::text))] END && ARRAY(SELECT lower(value) FROM unnest($17::text[]) AS value)))) IS TRUE AND (SELECT coalesce(sum(stock.sellable) FILTER (WHERE (offer.channel_id, stock.location_id) IN (SELECT channel_id, location_id FROM channel_locations)), 0) FROM available_stock stock
          WHERE stock.sku_id = offer.sku_id) >= $18::int
    ), number0 AS MATERIALIZED (
      SELECT (SELECT count(*)::int FROM examined0) AS examined,
        (SELECT count(*)::int FROM (SELECT DISTINCT id FROM offered0) product) AS passing
    )
    SELECT pg_current_snapshot()::text AS position, least(
        (SELECT min(lower(valid)) FROM prices WHERE lower(valid) > statement_timestamp()),
        (SELECT min(upper(valid)) FROM prices WHERE upper(valid) > statement_timestamp()),
        (SELECT min(line.expires_at) FROM hold_lines line JOIN stock_levels level USING (sku_id, location_id)
          WHERE line.active AND NOT line.promised AND level.sellable = 0 AND line.location_id IN (
            SELECT location_id FROM channel_locations WHERE channel_id = $19))) AS until,
      (SELECT passing FROM number0) AS total,
      (SELECT examined > $20 FROM number0) AS "isCut",
      (SELECT examined FROM number0) AS examined,
      jsonb_build_array((
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'isCut', (SELECT examined > $21 FROM number0),
          'passing', (SELECT passing FROM number0), 'values', coalesce(jsonb_agg(
            jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
            ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($22::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            SELECT value, min(label) AS label, NULL::text AS parent, count(*)::int AS count, NULL::bigint AS width
            FROM (
              SELECT valued.id, lower(part) AS value, min(part) AS label
              FROM (SELECT id, options ->> $23::text AS value FROM offered0 WHERE options ? $24::text) valued
              CROSS JOIN LATERAL unnest(CASE WHEN position('/' IN valued.value) > 0
                THEN CASE WHEN valued.value ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(valued.value), '\s*/\s*') ELSE ARRAY[valued.value] END
                ELSE ARRAY[valued.value] END) AS part
              WHERE part <> '' GROUP BY valued.id, lower(part)
            ) of_product
            GROUP BY value) counted
          ORDER BY place LIMIT $25
        ) ranked)) AS facets;

/* facets.countThese */
    WITH examined0 AS MATERIALIZED (
      SELECT product.id, product.category_id, product.brand_id, offer.sku_id, offer.channel_id, offer.amount,
        offer.compare_at, offer.options, offer.gtin, offer.when_out
      FROM (SELECT * FROM products product WHERE product.category_id = ANY(ARRAY(
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($1::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below)) AND product.brand_id = ANY(ARRAY(SELECT id FROM brands WHERE handle = ANY($2::text[]))) AND EXISTS (SELECT FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND (attribute.name = $3 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($4::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($5::text[]) AS value))))) ) product
      CROSS JOIN (SELECT id, price_list_id FROM channels WHERE id = $6) channel
      CROSS JOIN LATERAL (
        SELECT sku.id AS sku_id, sku.product_id, sku.options, sku.gtin, sku.when_out, price.amount,
          price.compare_at, channel.id AS channel_id FROM skus sku
        CROSS JOIN LATERAL (SELECT price.amount, price.compare_at FROM prices price WHERE price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
          AND price.valid @> statement_timestamp() LIMIT 1) price
        WHERE sku.product_id = product.id OFFSET 0
      ) offer
      WHERE true AND product.id = ANY($7::int[]) AND (
          SELECT true FROM shown_images image WHERE image.product_id = product.id AND NOT EXISTS (
            SELECT FROM jsonb_each(image.shows) AS shown (name, "values") WHERE NOT EXISTS (
              SELECT FROM jsonb_array_elements_text(shown."values") AS value
              WHERE lower(value) = lower(offer.options ->> shown.name)))
          LIMIT 1)
      LIMIT $8
    ), offered0 AS MATERIALIZED (
      SELECT id, category_id, brand_id, amount, options FROM examined0 offer
      WHERE offer.amount >= $9::bigint AND offer.amount <= $10::bigint AND ((lower((offer.options ->> $11::text)) IN (SELECT lower(value) FROM unnest($12::text[]) AS value)
    OR (position('/' IN (offer.options ->> $13::text)) > 0 AND CASE WHEN lower((offer.options ->> $14::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $15::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $16::text))] END && ARRAY(SELECT lower(value) FROM unnest($17::text[]) AS value)))) IS TRUE AND (SELECT coalesce(sum(stock.sellable) FILTER (WHERE (offer.channel_id, stock.location_id) IN (SELECT channel_id, location_id FROM channel_locations)), 0) FROM available_stock stock
          WHERE stock.sku_id = offer.sku_id) >= $18::int
    ), number0 AS MATERIALIZED (
      SELECT (SELECT count(*)::int FROM examined0) AS examined,
        (SELECT count(*)::int FROM (SELECT DISTINCT id FROM offered0) product) AS passing
    ), examined1 AS MATERIALIZED (
      SELECT product.id, product.category_id, product.brand_id, offer.sku_id, offer.channel_id, offer.amount,
        offer.compare_at, offer.options, offer.gtin, offer.when_out
      FROM (SELECT * FROM products product WHERE product.brand_id = ANY(ARRAY(SELECT id FROM brands WHERE handle = ANY($19::text[]))) AND EXISTS (SELECT FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND (attribute.name = $20 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($21::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($22::text[]) AS value))))) ) product
      CROSS JOIN (SELECT id, price_list_id FROM channels WHERE id = $23) channel
      CROSS JOIN LATERAL (
        SELECT sku.id AS sku_id, sku.product_id, sku.options, sku.gtin, sku.when_out, price.amount,
          price.compare_at, channel.id AS channel_id FROM skus sku
        CROSS JOIN LATERAL (SELECT price.amount, price.compare_at FROM prices price WHERE price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
          AND price.valid @> statement_timestamp() LIMIT 1) price
        WHERE sku.product_id = product.id OFFSET 0
      ) offer
      WHERE true AND product.id = ANY($24::int[]) AND (
          SELECT true FROM shown_images image WHERE image.product_id = product.id AND NOT EXISTS (
            SELECT FROM jsonb_each(image.shows) AS shown (name, "values") WHERE NOT EXISTS (
              SELECT FROM jsonb_array_elements_text(shown."values") AS value
              WHERE lower(value) = lower(offer.options ->> shown.name)))
          LIMIT 1)
      LIMIT $25
    ), offered1 AS MATERIALIZED (
      SELECT id, category_id, brand_id, amount, options FROM examined1 offer
      WHERE offer.amount >= $26::bigint AND offer.amount <= $27::bigint AND ((lower((offer.options ->> $28::text)) IN (SELECT lower(value) FROM unnest($29::text[]) AS value)
    OR (position('/' IN (offer.options ->> $30::text)) > 0 AND CASE WHEN lower((offer.options ->> $31::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $32::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $33::text))] END && ARRAY(SELECT lower(value) FROM unnest($34::text[]) AS value)))) IS TRUE AND (SELECT coalesce(sum(stock.sellable) FILTER (WHERE (offer.channel_id, stock.location_id) IN (SELECT channel_id, location_id FROM channel_locations)), 0) FROM available_stock stock
          WHERE stock.sku_id = offer.sku_id) >= $35::int
    ), number1 AS MATERIALIZED (
      SELECT (SELECT count(*)::int FROM examined1) AS examined,
        (SELECT count(*)::int FROM (SELECT DISTINCT id FROM offered1) product) AS passing
    )
    SELECT pg_current_snapshot()::text AS position, least(
        (SELECT min(lower(valid)) FROM prices WHERE lower(valid) > statement_timestamp()),
        (SELECT min(upper(valid)) FROM prices WHERE upper(valid) > statement_timestamp()),
        (SELECT min(line.expires_at) FROM hold_lines line JOIN stock_levels level USING (sku_id, location_id)
          WHERE line.active AND NOT line.promised AND level.sellable = 0 AND line.location_id IN (
            SELECT location_id FROM channel_locations WHERE channel_id = $36))) AS until,
      (SELECT passing FROM number0) AS total,
      (SELECT examined > $37 FROM number0) AS "isCut",
      (SELECT examined FROM number0) + (SELECT examined FROM number1) AS examined,
      jsonb_build_array((
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'isCut', (SELECT examined > $38 FROM number1),
          'passing', (SELECT passing FROM number1), 'values', coalesce(jsonb_agg(
            jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
            ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($39::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            WITH RECURSIVE direct AS (
              SELECT category_id AS id, count(*) AS count
              FROM (SELECT DISTINCT id, category_id FROM offered1) product GROUP BY category_id
            ), above AS (
              SELECT id, id AS ancestor FROM direct
              UNION ALL SELECT above.id, category.parent_id FROM above
                JOIN categories category ON category.id = above.ancestor AND category.parent_id IS NOT NULL
            )
            SELECT category.handle::text AS value, category.name AS label, parent.handle::text AS parent,
              sum(direct.count)::int AS count, NULL::bigint AS width
            FROM direct JOIN above USING (id)
            JOIN categories category ON category.id = above.ancestor
            LEFT JOIN categories parent ON parent.id = category.parent_id
            GROUP BY category.id, parent.id) counted
          ORDER BY place LIMIT $40
        ) ranked)) AS facets;

/* facets.countThese */
    WITH examined0 AS MATERIALIZED (
      SELECT product.id, product.category_id, product.brand_id, offer.sku_id, offer.channel_id, offer.amount,
        offer.compare_at, offer.options, offer.gtin, offer.when_out
      FROM (SELECT * FROM products product WHERE product.category_id = ANY(ARRAY(
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($1::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below)) AND product.brand_id = ANY(ARRAY(SELECT id FROM brands WHERE handle = ANY($2::text[]))) AND EXISTS (SELECT FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND (attribute.name = $3 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($4::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($5::text[]) AS value))))) ) product
      CROSS JOIN (SELECT id, price_list_id FROM channels WHERE id = $6) channel
      CROSS JOIN LATERAL (
        SELECT sku.id AS sku_id, sku.product_id, sku.options, sku.gtin, sku.when_out, price.amount,
          price.compare_at, channel.id AS channel_id FROM skus sku
        CROSS JOIN LATERAL (SELECT price.amount, price.compare_at FROM prices price WHERE price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
          AND price.valid @> statement_timestamp() LIMIT 1) price
        WHERE sku.product_id = product.id OFFSET 0
      ) offer
      WHERE true AND product.id = ANY($7::int[]) AND (
          SELECT true FROM shown_images image WHERE image.product_id = product.id AND NOT EXISTS (
            SELECT FROM jsonb_each(image.shows) AS shown (name, "values") WHERE NOT EXISTS (
              SELECT FROM jsonb_array_elements_text(shown."values") AS value
              WHERE lower(value) = lower(offer.options ->> shown.name)))
          LIMIT 1)
      LIMIT $8
    ), offered0 AS MATERIALIZED (
      SELECT id, category_id, brand_id, amount, options FROM examined0 offer
      WHERE offer.amount >= $9::bigint AND offer.amount <= $10::bigint AND ((lower((offer.options ->> $11::text)) IN (SELECT lower(value) FROM unnest($12::text[]) AS value)
    OR (position('/' IN (offer.options ->> $13::text)) > 0 AND CASE WHEN lower((offer.options ->> $14::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $15::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $16::text))] END && ARRAY(SELECT lower(value) FROM unnest($17::text[]) AS value)))) IS TRUE AND (SELECT coalesce(sum(stock.sellable) FILTER (WHERE (offer.channel_id, stock.location_id) IN (SELECT channel_id, location_id FROM channel_locations)), 0) FROM available_stock stock
          WHERE stock.sku_id = offer.sku_id) >= $18::int
    ), number0 AS MATERIALIZED (
      SELECT (SELECT count(*)::int FROM examined0) AS examined,
        (SELECT count(*)::int FROM (SELECT DISTINCT id FROM offered0) product) AS passing
    ), examined1 AS MATERIALIZED (
      SELECT product.id, product.category_id, product.brand_id, offer.sku_id, offer.channel_id, offer.amount,
        offer.compare_at, offer.options, offer.gtin, offer.when_out
      FROM (SELECT * FROM products product WHERE product.category_id = ANY(ARRAY(
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($19::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below)) AND EXISTS (SELECT FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND (attribute.name = $20 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($21::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($22::text[]) AS value))))) ) product
      CROSS JOIN (SELECT id, price_list_id FROM channels WHERE id = $23) channel
      CROSS JOIN LATERAL (
        SELECT sku.id AS sku_id, sku.product_id, sku.options, sku.gtin, sku.when_out, price.amount,
          price.compare_at, channel.id AS channel_id FROM skus sku
        CROSS JOIN LATERAL (SELECT price.amount, price.compare_at FROM prices price WHERE price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
          AND price.valid @> statement_timestamp() LIMIT 1) price
        WHERE sku.product_id = product.id OFFSET 0
      ) offer
      WHERE true AND product.id = ANY($24::int[]) AND (
          SELECT true FROM shown_images image WHERE image.product_id = product.id AND NOT EXISTS (
            SELECT FROM jsonb_each(image.shows) AS shown (name, "values") WHERE NOT EXISTS (
              SELECT FROM jsonb_array_elements_text(shown."values") AS value
              WHERE lower(value) = lower(offer.options ->> shown.name)))
          LIMIT 1)
      LIMIT $25
    ), offered1 AS MATERIALIZED (
      SELECT id, category_id, brand_id, amount, options FROM examined1 offer
      WHERE offer.amount >= $26::bigint AND offer.amount <= $27::bigint AND ((lower((offer.options ->> $28::text)) IN (SELECT lower(value) FROM unnest($29::text[]) AS value)
    OR (position('/' IN (offer.options ->> $30::text)) > 0 AND CASE WHEN lower((offer.options ->> $31::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $32::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $33::text))] END && ARRAY(SELECT lower(value) FROM unnest($34::text[]) AS value)))) IS TRUE AND (SELECT coalesce(sum(stock.sellable) FILTER (WHERE (offer.channel_id, stock.location_id) IN (SELECT channel_id, location_id FROM channel_locations)), 0) FROM available_stock stock
          WHERE stock.sku_id = offer.sku_id) >= $35::int
    ), number1 AS MATERIALIZED (
      SELECT (SELECT count(*)::int FROM examined1) AS examined,
        (SELECT count(*)::int FROM (SELECT DISTINCT id FROM offered1) product) AS passing
    )
    SELECT pg_current_snapshot()::text AS position, least(
        (SELECT min(lower(valid)) FROM prices WHERE lower(valid) > statement_timestamp()),
        (SELECT min(upper(valid)) FROM prices WHERE upper(valid) > statement_timestamp()),
        (SELECT min(line.expires_at) FROM hold_lines line JOIN stock_levels level USING (sku_id, location_id)
          WHERE line.active AND NOT line.promised AND level.sellable = 0 AND line.location_id IN (
            SELECT location_id FROM channel_locations WHERE channel_id = $36))) AS until,
      (SELECT passing FROM number0) AS total,
      (SELECT examined > $37 FROM number0) AS "isCut",
      (SELECT examined FROM number0) + (SELECT examined FROM number1) AS examined,
      jsonb_build_array((
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'isCut', (SELECT examined > $38 FROM number1),
          'passing', (SELECT passing FROM number1), 'values', coalesce(jsonb_agg(
            jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
            ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($39::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            SELECT brand.handle::text AS value, brand.name AS label, NULL::text AS parent, direct.count, NULL::bigint AS width
            FROM (
              SELECT brand_id, count(*)::int AS count
              FROM (SELECT DISTINCT id, brand_id FROM offered1) product GROUP BY brand_id
            ) direct
            JOIN brands brand ON brand.id = direct.brand_id) counted
          ORDER BY place LIMIT $40
        ) ranked)) AS facets;

/* facets.countThese */
    WITH examined0 AS MATERIALIZED (
      SELECT product.id, product.category_id, product.brand_id, offer.sku_id, offer.channel_id, offer.amount,
        offer.compare_at, offer.options, offer.gtin, offer.when_out
      FROM (SELECT * FROM products product WHERE product.category_id = ANY(ARRAY(
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($1::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below)) AND product.brand_id = ANY(ARRAY(SELECT id FROM brands WHERE handle = ANY($2::text[]))) AND EXISTS (SELECT FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND (attribute.name = $3 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($4::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($5::text[]) AS value))))) ) product
      CROSS JOIN (SELECT id, price_list_id FROM channels WHERE id = $6) channel
      CROSS JOIN LATERAL (
        SELECT sku.id AS sku_id, sku.product_id, sku.options, sku.gtin, sku.when_out, price.amount,
          price.compare_at, channel.id AS channel_id FROM skus sku
        CROSS JOIN LATERAL (SELECT price.amount, price.compare_at FROM prices price WHERE price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
          AND price.valid @> statement_timestamp() LIMIT 1) price
        WHERE sku.product_id = product.id OFFSET 0
      ) offer
      WHERE true AND product.id = ANY($7::int[]) AND (
          SELECT true FROM shown_images image WHERE image.product_id = product.id AND NOT EXISTS (
            SELECT FROM jsonb_each(image.shows) AS shown (name, "values") WHERE NOT EXISTS (
              SELECT FROM jsonb_array_elements_text(shown."values") AS value
              WHERE lower(value) = lower(offer.options ->> shown.name)))
          LIMIT 1)
      LIMIT $8
    ), offered0 AS MATERIALIZED (
      SELECT id, category_id, brand_id, amount, options FROM examined0 offer
      WHERE offer.amount >= $9::bigint AND offer.amount <= $10::bigint AND ((lower((offer.options ->> $11::text)) IN (SELECT lower(value) FROM unnest($12::text[]) AS value)
    OR (position('/' IN (offer.options ->> $13::text)) > 0 AND CASE WHEN lower((offer.options ->> $14::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $15::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $16::text))] END && ARRAY(SELECT lower(value) FROM unnest($17::text[]) AS value)))) IS TRUE AND (SELECT coalesce(sum(stock.sellable) FILTER (WHERE (offer.channel_id, stock.location_id) IN (SELECT channel_id, location_id FROM channel_locations)), 0) FROM available_stock stock
          WHERE stock.sku_id = offer.sku_id) >= $18::int
    ), number0 AS MATERIALIZED (
      SELECT (SELECT count(*)::int FROM examined0) AS examined,
        (SELECT count(*)::int FROM (SELECT DISTINCT id FROM offered0) product) AS passing
    ), examined1 AS MATERIALIZED (
      SELECT product.id, product.category_id, product.brand_id, offer.sku_id, offer.channel_id, offer.amount,
        offer.compare_at, offer.options, offer.gtin, offer.when_out
      FROM (SELECT * FROM products product WHERE product.category_id = ANY(ARRAY(
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($19::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below)) AND product.brand_id = ANY(ARRAY(SELECT id FROM brands WHERE handle = ANY($20::text[]))) AND EXISTS (SELECT FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND (attribute.name = $21 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($22::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($23::text[]) AS value))))) ) product
      CROSS JOIN (SELECT id, price_list_id FROM channels WHERE id = $24) channel
      CROSS JOIN LATERAL (
        SELECT sku.id AS sku_id, sku.product_id, sku.options, sku.gtin, sku.when_out, price.amount,
          price.compare_at, channel.id AS channel_id FROM skus sku
        CROSS JOIN LATERAL (SELECT price.amount, price.compare_at FROM prices price WHERE price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
          AND price.valid @> statement_timestamp() LIMIT 1) price
        WHERE sku.product_id = product.id OFFSET 0
      ) offer
      WHERE true AND product.id = ANY($25::int[]) AND (
          SELECT true FROM shown_images image WHERE image.product_id = product.id AND NOT EXISTS (
            SELECT FROM jsonb_each(image.shows) AS shown (name, "values") WHERE NOT EXISTS (
              SELECT FROM jsonb_array_elements_text(shown."values") AS value
              WHERE lower(value) = lower(offer.options ->> shown.name)))
          LIMIT 1)
      LIMIT $26
    ), offered1 AS MATERIALIZED (
      SELECT id, category_id, brand_id, amount, options FROM examined1 offer
      WHERE ((lower((offer.options ->> $27::text)) IN (SELECT lower(value) FROM unnest($28::text[]) AS value)
    OR (position('/' IN (offer.options ->> $29::text)) > 0 AND CASE WHEN lower((offer.options ->> $30::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $31::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $32::text))] END && ARRAY(SELECT lower(value) FROM unnest($33::text[]) AS value)))) IS TRUE AND (SELECT coalesce(sum(stock.sellable) FILTER (WHERE (offer.channel_id, stock.location_id) IN (SELECT channel_id, location_id FROM channel_locations)), 0) FROM available_stock stock
          WHERE stock.sku_id = offer.sku_id) >= $34::int
    ), number1 AS MATERIALIZED (
      SELECT (SELECT count(*)::int FROM examined1) AS examined,
        (SELECT count(*)::int FROM (SELECT DISTINCT id FROM offered1) product) AS passing
    )
    SELECT pg_current_snapshot()::text AS position, least(
        (SELECT min(lower(valid)) FROM prices WHERE lower(valid) > statement_timestamp()),
        (SELECT min(upper(valid)) FROM prices WHERE upper(valid) > statement_timestamp()),
        (SELECT min(line.expires_at) FROM hold_lines line JOIN stock_levels level USING (sku_id, location_id)
          WHERE line.active AND NOT line.promised AND level.sellable = 0 AND line.location_id IN (
            SELECT location_id FROM channel_locations WHERE channel_id = $35))) AS until,
      (SELECT passing FROM number0) AS total,
      (SELECT examined > $36 FROM number0) AS "isCut",
      (SELECT examined FROM number0) + (SELECT examined FROM number1) AS examined,
      jsonb_build_array((
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'isCut', (SELECT examined > $37 FROM number1),
          'passing', (SELECT passing FROM number1), 'values', coalesce(jsonb_agg(
            jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
            ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($38::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            WITH priced AS (SELECT id, amount FROM offered1),
            typical AS (
              SELECT greatest(1, percentile_disc($39) WITHIN GROUP (ORDER BY amount)::numeric / $40) AS units
              FROM (SELECT min(amount) AS amount FROM priced GROUP BY id) cheapest
            ), scale AS MATERIALIZED (
              SELECT ($41 * power * CASE WHEN units <= power THEN 1 WHEN units <= 2 * power THEN 2
                WHEN units <= 5 * power THEN 5 ELSE 10 END)::bigint AS width
              FROM (SELECT units, 10::numeric ^ floor(log(units)) AS power FROM typical) powers
            )
            SELECT band::text AS value, '' AS label, NULL::text AS parent, count(*)::int AS count, width
            FROM (SELECT DISTINCT id, least(amount / width, $42) AS band, width FROM priced CROSS JOIN scale) banded
            GROUP BY band, width) counted
          ORDER BY place LIMIT $43
        ) ranked)) AS facets;

/* facets.countThese */
    WITH examined0 AS MATERIALIZED (
      SELECT product.id, product.category_id, product.brand_id, offer.sku_id, offer.channel_id, offer.amount,
        offer.compare_at, offer.options, offer.gtin, offer.when_out
      FROM (SELECT * FROM products product WHERE product.category_id = ANY(ARRAY(
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($1::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below)) AND product.brand_id = ANY(ARRAY(SELECT id FROM brands WHERE handle = ANY($2::text[]))) AND EXISTS (SELECT FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND (attribute.name = $3 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($4::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($5::text[]) AS value))))) ) product
      CROSS JOIN (SELECT id, price_list_id FROM channels WHERE id = $6) channel
      CROSS JOIN LATERAL (
        SELECT sku.id AS sku_id, sku.product_id, sku.options, sku.gtin, sku.when_out, price.amount,
          price.compare_at, channel.id AS channel_id FROM skus sku
        CROSS JOIN LATERAL (SELECT price.amount, price.compare_at FROM prices price WHERE price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
          AND price.valid @> statement_timestamp() LIMIT 1) price
        WHERE sku.product_id = product.id OFFSET 0
      ) offer
      WHERE true AND product.id = ANY($7::int[]) AND (
          SELECT true FROM shown_images image WHERE image.product_id = product.id AND NOT EXISTS (
            SELECT FROM jsonb_each(image.shows) AS shown (name, "values") WHERE NOT EXISTS (
              SELECT FROM jsonb_array_elements_text(shown."values") AS value
              WHERE lower(value) = lower(offer.options ->> shown.name)))
          LIMIT 1)
      LIMIT $8
    ), offered0 AS MATERIALIZED (
      SELECT id, category_id, brand_id, amount, options FROM examined0 offer
      WHERE offer.amount >= $9::bigint AND offer.amount <= $10::bigint AND ((lower((offer.options ->> $11::text)) IN (SELECT lower(value) FROM unnest($12::text[]) AS value)
    OR (position('/' IN (offer.options ->> $13::text)) > 0 AND CASE WHEN lower((offer.options ->> $14::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $15::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $16::text))] END && ARRAY(SELECT lower(value) FROM unnest($17::text[]) AS value)))) IS TRUE AND (SELECT coalesce(sum(stock.sellable) FILTER (WHERE (offer.channel_id, stock.location_id) IN (SELECT channel_id, location_id FROM channel_locations)), 0) FROM available_stock stock
          WHERE stock.sku_id = offer.sku_id) >= $18::int
    ), number0 AS MATERIALIZED (
      SELECT (SELECT count(*)::int FROM examined0) AS examined,
        (SELECT count(*)::int FROM (SELECT DISTINCT id FROM offered0) product) AS passing
    ), examined1 AS MATERIALIZED (
      SELECT product.id, product.category_id, product.brand_id, offer.sku_id, offer.channel_id, offer.amount,
        offer.compare_at, offer.options, offer.gtin, offer.when_out
      FROM (SELECT * FROM products product WHERE product.category_id = ANY(ARRAY(
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($19::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below)) AND product.brand_id = ANY(ARRAY(SELECT id FROM brands WHERE handle = ANY($20::text[]))) AND EXISTS (SELECT FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND (attribute.name = $21 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($22::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($23::text[]) AS value))))) ) product
      CROSS JOIN (SELECT id, price_list_id FROM channels WHERE id = $24) channel
      CROSS JOIN LATERAL (
        SELECT sku.id AS sku_id, sku.product_id, sku.options, sku.gtin, sku.when_out, price.amount,
          price.compare_at, channel.id AS channel_id FROM skus sku
        CROSS JOIN LATERAL (SELECT price.amount, price.compare_at FROM prices price WHERE price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
          AND price.valid @> statement_timestamp() LIMIT 1) price
        WHERE sku.product_id = product.id OFFSET 0
      ) offer
      WHERE true AND product.id = ANY($25::int[]) AND (
          SELECT true FROM shown_images image WHERE image.product_id = product.id AND NOT EXISTS (
            SELECT FROM jsonb_each(image.shows) AS shown (name, "values") WHERE NOT EXISTS (
              SELECT FROM jsonb_array_elements_text(shown."values") AS value
              WHERE lower(value) = lower(offer.options ->> shown.name)))
          LIMIT 1)
      LIMIT $26
    ), offered1 AS MATERIALIZED (
      SELECT id, category_id, brand_id, amount, options FROM examined1 offer
      WHERE offer.amount >= $27::bigint AND offer.amount <= $28::bigint AND (SELECT coalesce(sum(stock.sellable) FILTER (WHERE (offer.channel_id, stock.location_id) IN (SELECT channel_id, location_id FROM channel_locations)), 0) FROM available_stock stock
          WHERE stock.sku_id = offer.sku_id) >= $29::int
    ), number1 AS MATERIALIZED (
      SELECT (SELECT count(*)::int FROM examined1) AS examined,
        (SELECT count(*)::int FROM (SELECT DISTINCT id FROM offered1) product) AS passing
    )
    SELECT pg_current_snapshot()::text AS position, least(
        (SELECT min(lower(valid)) FROM prices WHERE lower(valid) > statement_timestamp()),
        (SELECT min(upper(valid)) FROM prices WHERE upper(valid) > statement_timestamp()),
        (SELECT min(line.expires_at) FROM hold_lines line JOIN stock_levels level USING (sku_id, location_id)
          WHERE line.active AND NOT line.promised AND level.sellable = 0 AND line.location_id IN (
            SELECT location_id FROM channel_locations WHERE channel_id = $30))) AS until,
      (SELECT passing FROM number0) AS total,
      (SELECT examined > $31 FROM number0) AS "isCut",
      (SELECT examined FROM number0) + (SELECT examined FROM number1) AS examined,
      jsonb_build_array((
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'isCut', (SELECT examined > $32 FROM number1),
          'passing', (SELECT passing FROM number1), 'values', coalesce(jsonb_agg(
            jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
            ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($33::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            SELECT value, min(label) AS label, NULL::text AS parent, count(*)::int AS count, NULL::bigint AS width
            FROM (
              SELECT valued.id, lower(part) AS value, min(part) AS label
              FROM (SELECT id, options ->> $34::text AS value FROM offered1 WHERE options ? $35::text) valued
              CROSS JOIN LATERAL unnest(CASE WHEN position('/' IN valued.value) > 0
                THEN CASE WHEN valued.value ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(valued.value), '\s*/\s*') ELSE ARRAY[valued.value] END || CASE WHEN lower(valued.value) IN (SELECT lower(value) FROM unnest($36::text[]) AS value) THEN ARRAY[valued.value] ELSE '{}' END
                ELSE ARRAY[valued.value] END) AS part
              WHERE part <> '' GROUP BY valued.id, lower(part)
            ) of_product
            GROUP BY value) counted
          ORDER BY place LIMIT $37
        ) ranked)) AS facets;

/* facets.deadline */ SELECT set_config('statement_timeout', $1, true);

/* image.byKey */ SELECT id AS key, product_id AS "productKey", sha256, width, height, alt_text AS "altText",
  encode(thumbhash, 'base64') AS thumbhash, dominant_color AS "dominantColor", shows FROM shown_images WHERE id = ANY(ARRAY(SELECT unnest($1::int[])));

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
    WITH market AS MATERIALIZED (
      SELECT channel.id, channel.low_stock_threshold, price_list.id AS price_list_id, price_list.currency,
        ARRAY(SELECT location_id FROM channel_locations WHERE channel_id = channel.id) AS locations
      FROM channels channel JOIN price_lists price_list ON price_list.id = channel.price_list_id
      WHERE channel.id = $1
    ), sku AS MATERIALIZED (
      SELECT sku.* FROM available_skus sku WHERE sku.product_id = ANY(ARRAY(SELECT product.id FROM products product
          WHERE product.id = ANY($2::int[]) AND product.category_id = ANY(ARRAY(
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($3::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below)) AND product.brand_id = ANY(ARRAY(SELECT id FROM brands WHERE handle = ANY($4::text[]))) AND EXISTS (SELECT FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND (attribute.name = $5 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($6::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($7::text[]) AS value)))))))
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
  offer.restock_at AS "restockAt", offer.promised, offer.position, offer.sellable >= $8::int AND offer.amount >= $9::bigint AND offer.amount <= $10::bigint AND ((lower((offer.options ->> $11::text)) IN (SELECT lower(value) FROM unnest($12::text[]) AS value)
    OR (position('/' IN (offer.options ->> $13::text)) > 0 AND CASE WHEN lower((offer.options ->> $14::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $15::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $16::text))] END && ARRAY(SELECT lower(value) FROM unnest($17::text[]) AS value)))) IS TRUE AS passes FROM offer
      ) found
    ), report AS (
      SELECT now() AS "asOf", least(2147483647, coalesce(ceil(1000 * extract(epoch FROM
          clock_timestamp() - least(
            (SELECT changed_at FROM product_changes
              WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip($18::pg_snapshot))) ORDER BY xid LIMIT 1),
            (SELECT changed_at FROM product_changes
              WHERE xid >= pg_snapshot_xmax($19::pg_snapshot) ORDER BY xid LIMIT 1)
          ))), 0))::int AS "indexLagMs",
        ARRAY(SELECT DISTINCT "productKey" FROM offered WHERE NOT "isProven" AND sellable > 0) AS others,
        (SELECT jsonb_object_agg(id, shows) FROM shown_images WHERE id = ANY($20::int[])) AS shows,
        NULL::json AS cards
    )
    SELECT offer.*, report.*, offer.key IS NOT NULL AS found
    FROM (SELECT * FROM offered WHERE "isProven") offer FULL JOIN report ON false
    ORDER BY offer."productKey", offer.position, offer.key;
