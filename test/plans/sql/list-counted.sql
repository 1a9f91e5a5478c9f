/* facets.count */
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
          price.compare_at, channel.id AS channel_id FROM skus sku JOIN prices price ON price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
          AND price.valid @> statement_timestamp() WHERE sku.product_id = product.id
      ) offer
      WHERE true AND true
      LIMIT $7
    ), offered0 AS MATERIALIZED (
      SELECT id, category_id, brand_id, amount, options FROM examined0 offer
      WHERE offer.amount >= $8::bigint AND offer.amount <= $9::bigint AND ((lower((offer.options ->> $10::text)) IN (SELECT lower(value) FROM unnest($11::text[]) AS value)
    OR (position('/' IN (offer.options ->> $12::text)) > 0 AND CASE WHEN lower((offer.options ->> $13::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $14::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $15::text))] END && ARRAY(SELECT lower(value) FROM unnest($16::text[]) AS value)))) IS TRUE AND (SELECT coalesce(sum(stock.sellable) FILTER (WHERE (offer.channel_id, stock.location_id) IN (SELECT channel_id, location_id FROM channel_locations)), 0) FROM available_stock stock
          WHERE stock.sku_id = offer.sku_id) >= $17::int
    ), number0 AS MATERIALIZED (
      SELECT (SELECT count(*)::int FROM examined0) AS examined,
        (SELECT count(*)::int FROM (SELECT DISTINCT id FROM offered0) product) AS passing
    ), examined1 AS MATERIALIZED (
      SELECT product.id, product.category_id, product.brand_id, offer.sku_id, offer.channel_id, offer.amount,
        offer.compare_at, offer.options, offer.gtin, offer.when_out
      FROM (SELECT * FROM products product WHERE product.category_id = ANY(ARRAY(
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($18::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below)) AND product.brand_id = ANY(ARRAY(SELECT id FROM brands WHERE handle = ANY($19::text[]))) ) product
      CROSS JOIN (SELECT id, price_list_id FROM channels WHERE id = $20) channel
      CROSS JOIN LATERAL (
        SELECT sku.id AS sku_id, sku.product_id, sku.options, sku.gtin, sku.when_out, price.amount,
          price.compare_at, channel.id AS channel_id FROM skus sku JOIN prices price ON price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
          AND price.valid @> statement_timestamp() WHERE sku.product_id = product.id
      ) offer
      WHERE true AND true
      LIMIT $21
    ), offered1 AS MATERIALIZED (
      SELECT id, category_id, brand_id, amount, options FROM examined1 offer
      WHERE offer.amount >= $22::bigint AND offer.amount <= $23::bigint AND ((lower((offer.options ->> $24::text)) IN (SELECT lower(value) FROM unnest($25::text[]) AS value)
    OR (position('/' IN (offer.options ->> $26::text)) > 0 AND CASE WHEN lower((offer.options ->> $27::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $28::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $29::text))] END && ARRAY(SELECT lower(value) FROM unnest($30::text[]) AS value)))) IS TRUE AND (SELECT coalesce(sum(stock.sellable) FILTER (WHERE (offer.channel_id, stock.location_id) IN (SELECT channel_id, location_id FROM channel_locations)), 0) FROM available_stock stock
          WHERE stock.sku_id = offer.sku_id) >= $31::int
    ), number1 AS MATERIALIZED (
      SELECT (SELECT count(*)::int FROM examined1) AS examined,
        (SELECT count(*)::int FROM (SELECT DISTINCT id FROM offered1) product) AS passing
    ), examined2 AS MATERIALIZED (
      SELECT product.id, product.category_id, product.brand_id, offer.sku_id, offer.channel_id, offer.amount,
        offer.compare_at, offer.options, offer.gtin, offer.when_out
      FROM (SELECT * FROM products product WHERE product.category_id = ANY(ARRAY(
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($32::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below)) AND EXISTS (SELECT FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND (attribute.name = $33 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($34::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($35::text[]) AS value))))) ) product
      CROSS JOIN (SELECT id, price_list_id FROM channels WHERE id = $36) channel
      CROSS JOIN LATERAL (
        SELECT sku.id AS sku_id, sku.product_id, sku.options, sku.gtin, sku.when_out, price.amount,
          price.compare_at, channel.id AS channel_id FROM skus sku JOIN prices price ON price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
          AND price.valid @> statement_timestamp() WHERE sku.product_id = product.id
      ) offer
      WHERE true AND true
      LIMIT $37
    ), offered2 AS MATERIALIZED (
      SELECT id, category_id, brand_id, amount, options FROM examined2 offer
      WHERE offer.amount >= $38::bigint AND offer.amount <= $39::bigint AND ((lower((offer.options ->> $40::text)) IN (SELECT lower(value) FROM unnest($41::text[]) AS value)
    OR (position('/' IN (offer.options ->> $42::text)) > 0 AND CASE WHEN lower((offer.options ->> $43::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $44::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $45::text))] END && ARRAY(SELECT lower(value) FROM unnest($46::text[]) AS value)))) IS TRUE AND (SELECT coalesce(sum(stock.sellable) FILTER (WHERE (offer.channel_id, stock.location_id) IN (SELECT channel_id, location_id FROM channel_locations)), 0) FROM available_stock stock
          WHERE stock.sku_id = offer.sku_id) >= $47::int
    ), number2 AS MATERIALIZED (
      SELECT (SELECT count(*)::int FROM examined2) AS examined,
        (SELECT count(*)::int FROM (SELECT DISTINCT id FROM offered2) product) AS passing
    ), examined3 AS MATERIALIZED (
      SELECT product.id, product.category_id, product.brand_id, offer.sku_id, offer.channel_id, offer.amount,
        offer.compare_at, offer.options, offer.gtin, offer.when_out
      FROM (SELECT * FROM products product WHERE product.brand_id = ANY(ARRAY(SELECT id FROM brands WHERE handle = ANY($48::text[]))) AND EXISTS (SELECT FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND (attribute.name = $49 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($50::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($51::text[]) AS value))))) ) product
      CROSS JOIN (SELECT id, price_list_id FROM channels WHERE id = $52) channel
      CROSS JOIN LATERAL (
        SELECT sku.id AS sku_id, sku.product_id, sku.options, sku.gtin, sku.when_out, price.amount,
          price.compare_at, channel.id AS channel_id FROM skus sku JOIN prices price ON price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
          AND price.valid @> statement_timestamp() WHERE sku.product_id = product.id
      ) offer
      WHERE true AND true
      LIMIT $53
    ), offered3 AS MATERIALIZED (
      SELECT id, category_id, brand_id, amount, options FROM examined3 offer
      WHERE offer.amount >= $54::bigint AND offer.amount <= $55::bigint AND ((lower((offer.options ->> $56::text)) IN (SELECT lower(value) FROM unnest($57::text[]) AS value)
    OR (position('/' IN (offer.options ->> $58::text)) > 0 AND CASE WHEN lower((offer.options ->> $59::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $60::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $61::text))] END && ARRAY(SELECT lower(value) FROM unnest($62::text[]) AS value)))) IS TRUE AND (SELECT coalesce(sum(stock.sellable) FILTER (WHERE (offer.channel_id, stock.location_id) IN (SELECT channel_id, location_id FROM channel_locations)), 0) FROM available_stock stock
          WHERE stock.sku_id = offer.sku_id) >= $63::int
    ), number3 AS MATERIALIZED (
      SELECT (SELECT count(*)::int FROM examined3) AS examined,
        (SELECT count(*)::int FROM (SELECT DISTINCT id FROM offered3) product) AS passing
    ), examined4 AS MATERIALIZED (
      SELECT product.id, product.category_id, product.brand_id, offer.sku_id, offer.channel_id, offer.amount,
        offer.compare_at, offer.options, offer.gtin, offer.when_out
      FROM (SELECT * FROM products product WHERE product.category_id = ANY(ARRAY(
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($64::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below)) AND product.brand_id = ANY(ARRAY(SELECT id FROM brands WHERE handle = ANY($65::text[]))) AND EXISTS (SELECT FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND (attribute.name = $66 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($67::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($68::text[]) AS value))))) ) product
      CROSS JOIN (SELECT id, price_list_id FROM channels WHERE id = $69) channel
      CROSS JOIN LATERAL (
        SELECT sku.id AS sku_id, sku.product_id, sku.options, sku.gtin, sku.when_out, price.amount,
          price.compare_at, channel.id AS channel_id FROM skus sku JOIN prices price ON price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
          AND price.valid @> statement_timestamp() WHERE sku.product_id = product.id
      ) offer
      WHERE true AND true
      LIMIT $70
    ), offered4 AS MATERIALIZED (
      SELECT id, category_id, brand_id, amount, options FROM examined4 offer
      WHERE offer.amount >= $71::bigint AND offer.amount <= $72::bigint AND (SELECT coalesce(sum(stock.sellable) FILTER (WHERE (offer.channel_id, stock.location_id) IN (SELECT channel_id, location_id FROM channel_locations)), 0) FROM available_stock stock
          WHERE stock.sku_id = offer.sku_id) >= $73::int
    ), number4 AS MATERIALIZED (
      SELECT (SELECT count(*)::int FROM examined4) AS examined,
        (SELECT count(*)::int FROM (SELECT DISTINCT id FROM offered4) product) AS passing
    ), examined5 AS MATERIALIZED (
      SELECT product.id, product.category_id, product.brand_id, offer.sku_id, offer.channel_id, offer.amount,
        offer.compare_at, offer.options, offer.gtin, offer.when_out
      FROM (SELECT * FROM products product WHERE product.category_id = ANY(ARRAY(
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($74::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below)) AND product.brand_id = ANY(ARRAY(SELECT id FROM brands WHERE handle = ANY($75::text[]))) AND EXISTS (SELECT FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND (attribute.name = $76 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($77::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($78::text[]) AS value))))) ) product
      CROSS JOIN (SELECT id, price_list_id FROM channels WHERE id = $79) channel
      CROSS JOIN LATERAL (
        SELECT sku.id AS sku_id, sku.product_id, sku.options, sku.gtin, sku.when_out, price.amount,
          price.compare_at, channel.id AS channel_id FROM skus sku JOIN prices price ON price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
          AND price.valid @> statement_timestamp() WHERE sku.product_id = product.id
      ) offer
      WHERE true AND true
      LIMIT $80
    ), offered5 AS MATERIALIZED (
      SELECT id, category_id, brand_id, amount, options FROM examined5 offer
      WHERE ((lower((offer.options ->> $81::text)) IN (SELECT lower(value) FROM unnest($82::text[]) AS value)
    OR (position('/' IN (offer.options ->> $83::text)) > 0 AND CASE WHEN lower((offer.options ->> $84::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $85::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $86::text))] END && ARRAY(SELECT lower(value) FROM unnest($87::text[]) AS value)))) IS TRUE AND (SELECT coalesce(sum(stock.sellable) FILTER (WHERE (offer.channel_id, stock.location_id) IN (SELECT channel_id, location_id FROM channel_locations)), 0) FROM available_stock stock
          WHERE stock.sku_id = offer.sku_id) >= $88::int
    ), number5 AS MATERIALIZED (
      SELECT (SELECT count(*)::int FROM examined5) AS examined,
        (SELECT count(*)::int FROM (SELECT DISTINCT id FROM offered5) product) AS passing
    )
    SELECT pg_current_snapshot()::text AS position, least(
        (SELECT min(lower(valid)) FROM prices WHERE lower(valid) > statement_timestamp()),
        (SELECT min(upper(valid)) FROM prices WHERE upper(valid) > statement_timestamp()),
        (SELECT min(line.expires_at) FROM hold_lines line JOIN stock_levels level USING (sku_id, location_id)
          WHERE line.active AND NOT line.promised AND level.sellable = 0 AND line.location_id IN (
            SELECT location_id FROM channel_locations WHERE channel_id = $89))) AS until,
      (SELECT passing FROM number0) AS total,
      (SELECT examined > $90 FROM number0) AS "isCut",
      (SELECT examined FROM number0) + (SELECT examined FROM number1) + (SELECT examined FROM number2) + (SELECT examined FROM number3) + (SELECT examined FROM number4) + (SELECT examined FROM number5) AS examined,
      jsonb_build_array((
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'isCut', (SELECT examined > $91 FROM number1),
          'passing', (SELECT passing FROM number1), 'values', coalesce(jsonb_agg(
            jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
            ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($92::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            SELECT value, min(label) AS label, NULL::text AS parent, count(*)::int AS count, NULL::bigint AS width
            FROM (
              SELECT valued.id, lower(part) AS value, min(part) AS label
              FROM (SELECT product.id, attribute.value
              FROM (SELECT DISTINCT id FROM offered1) product
              JOIN product_attributes attribute ON attribute.product_id = product.id AND attribute.name = $93::text) valued
              CROSS JOIN LATERAL unnest(CASE WHEN position('/' IN valued.value) > 0
                THEN CASE WHEN valued.value ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(valued.value), '\s*/\s*') ELSE ARRAY[valued.value] END || CASE WHEN lower(valued.value) IN (SELECT lower(value) FROM unnest($94::text[]) AS value) THEN ARRAY[valued.value] ELSE '{}' END
                ELSE ARRAY[valued.value] END) AS part
              WHERE part <> '' GROUP BY valued.id, lower(part)
            ) of_product
            GROUP BY value) counted
          ORDER BY place LIMIT $95
        ) ranked), (
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'isCut', (SELECT examined > $96 FROM number2),
          'passing', (SELECT passing FROM number2), 'values', coalesce(jsonb_agg(
            jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
            ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($97::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            SELECT brand.handle::text AS value, brand.name AS label, NULL::text AS parent, direct.count, NULL::bigint AS width
            FROM (
              SELECT brand_id, count(*)::int AS count
              FROM (SELECT DISTINCT id, brand_id FROM offered2) product GROUP BY brand_id
            ) direct
            JOIN brands brand ON brand.id = direct.brand_id) counted
          ORDER BY place LIMIT $98
        ) ranked), (
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'isCut', (SELECT examined > $99 FROM number3),
          'passing', (SELECT passing FROM number3), 'values', coalesce(jsonb_agg(
            jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
            ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($100::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            WITH RECURSIVE direct AS (
              SELECT category_id AS id, count(*) AS count
              FROM (SELECT DISTINCT id, category_id FROM offered3) product GROUP BY category_id
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
          ORDER BY place LIMIT $101
        ) ranked), (
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'isCut', (SELECT examined > $102 FROM number4),
          'passing', (SELECT passing FROM number4), 'values', coalesce(jsonb_agg(
            jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
            ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($103::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            SELECT value, min(label) AS label, NULL::text AS parent, count(*)::int AS count, NULL::bigint AS width
            FROM (
              SELECT valued.id, lower(part) AS value, min(part) AS label
              FROM (SELECT id, options ->> $104::text AS value FROM offered4 WHERE options ? $105::text) valued
              CROSS JOIN LATERAL unnest(CASE WHEN position('/' IN valued.value) > 0
                THEN CASE WHEN valued.value ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(valued.value), '\s*/\s*') ELSE ARRAY[valued.value] END || CASE WHEN lower(valued.value) IN (SELECT lower(value) FROM unnest($106::text[]) AS value) THEN ARRAY[valued.value] ELSE '{}' END
                ELSE ARRAY[valued.value] END) AS part
              WHERE part <> '' GROUP BY valued.id, lower(part)
            ) of_product
            GROUP BY value) counted
          ORDER BY place LIMIT $107
        ) ranked), (
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'isCut', (SELECT examined > $108 FROM number5),
          'passing', (SELECT passing FROM number5), 'values', coalesce(jsonb_agg(
            jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
            ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($109::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            WITH priced AS (SELECT id, amount FROM offered5),
            typical AS (
              SELECT greatest(1, percentile_disc($110) WITHIN GROUP (ORDER BY amount)::numeric / $111) AS units
              FROM (SELECT min(amount) AS amount FROM priced GROUP BY id) cheapest
            ), scale AS MATERIALIZED (
              SELECT ($112 * power * CASE WHEN units <= power THEN 1 WHEN units <= 2 * power THEN 2
                WHEN units <= 5 * power THEN 5 ELSE 10 END)::bigint AS width
              FROM (SELECT units, 10::numeric ^ floor(log(units)) AS power FROM typical) powers
            )
            SELECT band::text AS value, '' AS label, NULL::text AS parent, count(*)::int AS count, width
            FROM (SELECT DISTINCT id, least(amount / width, $113) AS band, width FROM priced CROSS JOIN scale) banded
            GROUP BY band, width) counted
          ORDER BY place LIMIT $114
        ) ranked)) AS facets;

/* facets.deadline */ SELECT set_config('statement_timeout', $1, true);

/* product.newest */ SELECT * FROM (
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
  product.updated_at AS "updatedAt", (extract(epoch FROM product.created_at) * 1000000)::bigint::text AS rank,
      offered.offered, product.place = $4 AS "isLastExamined"
    FROM (
      SELECT product.*, row_number() OVER (ORDER BY product.created_at DESC, product.id DESC) AS place
      FROM products product
      WHERE product.category_id = ANY(ARRAY(
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($5::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below)) AND product.brand_id = ANY(ARRAY(SELECT id FROM brands WHERE handle = ANY($6::text[]))) AND EXISTS (SELECT FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND (attribute.name = $7 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($8::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($9::text[]) AS value)))))
      AND true
        AND true
      ORDER BY product.created_at DESC, product.id DESC LIMIT 1000
    ) product
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM sku_offers offer WHERE offer.product_id = product.id AND offer.channel_id = $10
      AND offer.sellable >= $11::int AND offer.amount >= $12::bigint AND offer.amount <= $13::bigint AND ((lower((offer.options ->> $14::text)) IN (SELECT lower(value) FROM unnest($15::text[]) AS value)
    OR (position('/' IN (offer.options ->> $16::text)) > 0 AND CASE WHEN lower((offer.options ->> $17::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $18::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $19::text))] END && ARRAY(SELECT lower(value) FROM unnest($20::text[]) AS value)))) IS TRUE) AS offered OFFSET 0) offered
    WHERE offered.offered OR product.place = $21
    ORDER BY product.created_at DESC, product.id DESC LIMIT 101) page LIMIT $22;
