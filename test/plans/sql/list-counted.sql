/* facets.count */
    WITH offered AS MATERIALIZED (
      SELECT product.id, product.category_id, product.brand_id, offer.amount, offer.options
        , (product.category_id IN (
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($1::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below) AND true) AS passes0, (product.brand_id IN (SELECT id FROM brands WHERE handle = ANY($2::text[])) AND true) AS passes1, (true AND offer.amount >= $3::bigint AND offer.amount <= $4::bigint) AS passes2, (true AND ((lower((offer.options ->> $5::text)) IN (SELECT lower(value) FROM unnest($6::text[]) AS value)
    OR (position('/' IN (offer.options ->> $7::text)) > 0 AND CASE WHEN lower((offer.options ->> $8::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $9::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $10::text))] END && ARRAY(SELECT lower(value) FROM unnest($11::text[]) AS value)))) IS TRUE) AS passes3, (EXISTS (SELECT FROM product_attributes attribute WHERE attribute.product_id = product.id
      AND attribute.name = $12 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($13::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($14::text[]) AS value)))) AND true) AS passes4
      FROM products product
      CROSS JOIN (SELECT id, price_list_id FROM channels WHERE id = $15) channel
      CROSS JOIN LATERAL (
        SELECT sku.id AS sku_id, sku.product_id, sku.options, sku.gtin, sku.when_out, price.amount,
          price.compare_at, channel.id AS channel_id FROM skus sku JOIN prices price ON price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
          AND price.valid @> statement_timestamp() WHERE sku.product_id = product.id
      ) offer
      WHERE true AND true AND (SELECT coalesce(sum(stock.sellable), 0) FROM available_stock stock
          JOIN channel_locations served ON served.location_id = stock.location_id AND served.channel_id = offer.channel_id
          WHERE stock.sku_id = offer.sku_id) >= $16::int
        AND true AND true
      LIMIT $17
    )
    SELECT pg_current_snapshot()::text AS position, least(
        (SELECT min(lower(valid)) FROM prices WHERE lower(valid) > statement_timestamp()),
        (SELECT min(upper(valid)) FROM prices WHERE upper(valid) > statement_timestamp()),
        (SELECT min(line.expires_at) FROM hold_lines line JOIN stock_levels level USING (sku_id, location_id)
          WHERE line.active AND level.sellable = 0)) AS until,
      (SELECT count(*)::int FROM (SELECT DISTINCT id FROM offered WHERE passes0 AND passes1 AND passes2 AND passes3 AND passes4) passing) AS total,
      (SELECT count(*) > $18 FROM offered) AS "isCut",
      jsonb_build_array((
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'values', coalesce(jsonb_agg(
          jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
          ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($19::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            WITH RECURSIVE direct AS (
              SELECT category_id AS id, count(*) AS count
              FROM (SELECT DISTINCT id, category_id FROM offered WHERE passes1 AND passes2 AND passes3 AND passes4) product GROUP BY category_id
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
          ORDER BY place LIMIT $20
        ) ranked), (
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'values', coalesce(jsonb_agg(
          jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
          ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($21::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            SELECT brand.handle::text AS value, brand.name AS label, NULL::text AS parent, direct.count, NULL::bigint AS width
            FROM (
              SELECT brand_id, count(*)::int AS count
              FROM (SELECT DISTINCT id, brand_id FROM offered WHERE passes0 AND passes2 AND passes3 AND passes4) product GROUP BY brand_id
            ) direct
            JOIN brands brand ON brand.id = direct.brand_id) counted
          ORDER BY place LIMIT $22
        ) ranked), (
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'values', coalesce(jsonb_agg(
          jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
          ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($23::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            WITH priced AS (SELECT id, amount FROM offered WHERE passes0 AND passes1 AND passes3 AND passes4),
            typical AS (
              SELECT greatest(1, percentile_disc($24) WITHIN GROUP (ORDER BY amount)::numeric / $25) AS units
              FROM (SELECT min(amount) AS amount FROM priced GROUP BY id) cheapest
            ), scale AS MATERIALIZED (
              SELECT ($26 * power * CASE WHEN units <= power THEN 1 WHEN units <= 2 * power THEN 2
                WHEN units <= 5 * power THEN 5 ELSE 10 END)::bigint AS width
              FROM (SELECT units, 10::numeric ^ floor(log(units)) AS power FROM typical) powers
            )
            SELECT band::text AS value, '' AS label, NULL::text AS parent, count(*)::int AS count, width
            FROM (SELECT DISTINCT id, least(amount / width, $27) AS band, width FROM priced CROSS JOIN scale) banded
            GROUP BY band, width) counted
          ORDER BY place LIMIT $28
        ) ranked), (
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'values', coalesce(jsonb_agg(
          jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
          ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($29::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            SELECT value, min(label) AS label, NULL::text AS parent, count(*)::int AS count, NULL::bigint AS width
            FROM (
              SELECT valued.id, lower(part) AS value, min(part) AS label
              FROM (SELECT id, options ->> $30::text AS value FROM offered
              WHERE options ? $31::text AND passes0 AND passes1 AND passes2 AND passes4) valued
              CROSS JOIN LATERAL unnest(CASE WHEN position('/' IN valued.value) > 0
                THEN CASE WHEN valued.value ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(valued.value), '\s*/\s*') ELSE ARRAY[valued.value] END ELSE ARRAY[valued.value] END) AS part
              WHERE part <> '' GROUP BY valued.id, lower(part)
            ) of_product
            GROUP BY value) counted
          ORDER BY place LIMIT $32
        ) ranked), (
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'values', coalesce(jsonb_agg(
          jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
          ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($33::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            SELECT value, min(label) AS label, NULL::text AS parent, count(*)::int AS count, NULL::bigint AS width
            FROM (
              SELECT valued.id, lower(part) AS value, min(part) AS label
              FROM (SELECT product.id, attribute.value
              FROM (SELECT DISTINCT id FROM offered WHERE passes0 AND passes1 AND passes2 AND passes3) product
              JOIN product_attributes attribute ON attribute.product_id = product.id AND attribute.name = $34::text) valued
              CROSS JOIN LATERAL unnest(CASE WHEN position('/' IN valued.value) > 0
                THEN CASE WHEN valued.value ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(valued.value), '\s*/\s*') ELSE ARRAY[valued.value] END ELSE ARRAY[valued.value] END) AS part
              WHERE part <> '' GROUP BY valued.id, lower(part)
            ) of_product
            GROUP BY value) counted
          ORDER BY place LIMIT $35
        ) ranked)) AS facets;

/* product.newest */
    SELECT product.id AS key, product.handle, product.title, product.description, product.url,
  product.brand_id AS "brandKey", product.category_id AS "categoryKey",
  product.updated_at AS "updatedAt", (extract(epoch FROM product.created_at) * 1000000)::bigint::text AS rank,
      offered.offered, product.place = $1 AS "isLastExamined"
    FROM (
      SELECT product.*, row_number() OVER (ORDER BY product.created_at DESC, product.id DESC) AS place
      FROM products product
      WHERE product.category_id IN (
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($2::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below) AND product.brand_id IN (SELECT id FROM brands WHERE handle = ANY($3::text[])) AND EXISTS (SELECT FROM product_attributes attribute WHERE attribute.product_id = product.id
      AND attribute.name = $4 AND (lower(attribute.value) IN (SELECT lower(value) FROM unnest($5::text[]) AS value)
    OR (position('/' IN attribute.value) > 0 AND CASE WHEN lower(attribute.value) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower(attribute.value)), '\s*/\s*') ELSE ARRAY[lower(attribute.value)] END && ARRAY(SELECT lower(value) FROM unnest($6::text[]) AS value))))
      AND ($7::text IS NULL OR product.search @@ websearch_to_tsquery('english', $8))
        AND ($9::int IS NULL OR (product.created_at, product.id) <
          ('epoch'::timestamptz + $10::bigint * interval '1 microsecond', $11::int))
      ORDER BY product.created_at DESC, product.id DESC LIMIT $12
    ) product
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM sku_offers offer WHERE offer.product_id = product.id AND offer.channel_id = $13
      AND offer.sellable >= $14::int AND offer.amount >= $15::bigint AND offer.amount <= $16::bigint AND ((lower((offer.options ->> $17::text)) IN (SELECT lower(value) FROM unnest($18::text[]) AS value)
    OR (position('/' IN (offer.options ->> $19::text)) > 0 AND CASE WHEN lower((offer.options ->> $20::text)) ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(lower((offer.options ->> $21::text))), '\s*/\s*') ELSE ARRAY[lower((offer.options ->> $22::text))] END && ARRAY(SELECT lower(value) FROM unnest($23::text[]) AS value)))) IS TRUE) AS offered) offered
    WHERE offered.offered OR product.place = $24
    ORDER BY product.created_at DESC, product.id DESC LIMIT $25;
