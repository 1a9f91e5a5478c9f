/* facets.count */
    WITH examined0 AS MATERIALIZED (
      SELECT product.id, product.category_id, product.brand_id, offer.sku_id, offer.channel_id, offer.amount,
        offer.compare_at, offer.options, offer.gtin, offer.when_out
      FROM (SELECT * FROM products product WHERE true ) product
      CROSS JOIN (SELECT id, price_list_id FROM channels WHERE id = $1) channel
      CROSS JOIN LATERAL (
        SELECT sku.id AS sku_id, sku.product_id, sku.options, sku.gtin, sku.when_out, price.amount,
          price.compare_at, channel.id AS channel_id FROM skus sku JOIN prices price ON price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
          AND price.valid @> statement_timestamp() WHERE sku.product_id = product.id
      ) offer
      WHERE true AND true
      LIMIT $2
    ), offered0 AS MATERIALIZED (
      SELECT id, category_id, brand_id, amount, options FROM examined0 offer
      WHERE true AND EXISTS (SELECT FROM available_stock stock JOIN channel_locations served USING (location_id)
          WHERE stock.sku_id = offer.sku_id AND served.channel_id = offer.channel_id AND stock.sellable > 0)
    ), number0 AS MATERIALIZED (
      SELECT (SELECT count(*)::int FROM examined0) AS examined,
        (SELECT count(*)::int FROM (SELECT DISTINCT id FROM offered0) product) AS passing
    )
    SELECT pg_current_snapshot()::text AS position, least(
        (SELECT min(lower(valid)) FROM prices WHERE lower(valid) > statement_timestamp()),
        (SELECT min(upper(valid)) FROM prices WHERE upper(valid) > statement_timestamp()),
        (SELECT min(line.expires_at) FROM hold_lines line JOIN stock_levels level USING (sku_id, location_id)
          WHERE line.active AND NOT line.promised AND level.sellable = 0 AND line.location_id IN (
            SELECT location_id FROM channel_locations WHERE channel_id = $3))) AS until,
      (SELECT passing FROM number0) AS total,
      (SELECT examined > $4 FROM number0) AS "isCut",
      (SELECT examined FROM number0) AS examined,
      jsonb_build_array((
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'isCut', (SELECT examined > $5 FROM number0),
          'passing', (SELECT passing FROM number0), 'values', coalesce(jsonb_agg(
            jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
            ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($6::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            SELECT value, min(label) AS label, NULL::text AS parent, count(*)::int AS count, NULL::bigint AS width
            FROM (
              SELECT valued.id, lower(part) AS value, min(part) AS label
              FROM (SELECT product.id, attribute.value
              FROM (SELECT DISTINCT id FROM offered0) product
              JOIN product_attributes attribute ON attribute.product_id = product.id AND attribute.name = $7::text) valued
              CROSS JOIN LATERAL unnest(CASE WHEN position('/' IN valued.value) > 0
                THEN CASE WHEN valued.value ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(valued.value), '\s*/\s*') ELSE ARRAY[valued.value] END
                ELSE ARRAY[valued.value] END) AS part
              WHERE part <> '' GROUP BY valued.id, lower(part)
            ) of_product
            GROUP BY value) counted
          ORDER BY place LIMIT $8
        ) ranked), (
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'isCut', (SELECT examined > $9 FROM number0),
          'passing', (SELECT passing FROM number0), 'values', coalesce(jsonb_agg(
            jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
            ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($10::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            SELECT brand.handle::text AS value, brand.name AS label, NULL::text AS parent, direct.count, NULL::bigint AS width
            FROM (
              SELECT brand_id, count(*)::int AS count
              FROM (SELECT DISTINCT id, brand_id FROM offered0) product GROUP BY brand_id
            ) direct
            JOIN brands brand ON brand.id = direct.brand_id) counted
          ORDER BY place LIMIT $11
        ) ranked), (
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'isCut', (SELECT examined > $12 FROM number0),
          'passing', (SELECT passing FROM number0), 'values', coalesce(jsonb_agg(
            jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
            ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($13::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            WITH RECURSIVE direct AS (
              SELECT category_id AS id, count(*) AS count
              FROM (SELECT DISTINCT id, category_id FROM offered0) product GROUP BY category_id
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
          ORDER BY place LIMIT $14
        ) ranked), (
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'isCut', (SELECT examined > $15 FROM number0),
          'passing', (SELECT passing FROM number0), 'values', coalesce(jsonb_agg(
            jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
            ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($16::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            SELECT value, min(label) AS label, NULL::text AS parent, count(*)::int AS count, NULL::bigint AS width
            FROM (
              SELECT valued.id, lower(part) AS value, min(part) AS label
              FROM (SELECT id, options ->> $17::text AS value FROM offered0 WHERE options ? $18::text) valued
              CROSS JOIN LATERAL unnest(CASE WHEN position('/' IN valued.value) > 0
                THEN CASE WHEN valued.value ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(valued.value), '\s*/\s*') ELSE ARRAY[valued.value] END
                ELSE ARRAY[valued.value] END) AS part
              WHERE part <> '' GROUP BY valued.id, lower(part)
            ) of_product
            GROUP BY value) counted
          ORDER BY place LIMIT $19
        ) ranked), (
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'isCut', (SELECT examined > $20 FROM number0),
          'passing', (SELECT passing FROM number0), 'values', coalesce(jsonb_agg(
            jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
            ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($21::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            WITH priced AS (SELECT id, amount FROM offered0),
            typical AS (
              SELECT greatest(1, percentile_disc($22) WITHIN GROUP (ORDER BY amount)::numeric / $23) AS units
              FROM (SELECT min(amount) AS amount FROM priced GROUP BY id) cheapest
            ), scale AS MATERIALIZED (
              SELECT ($24 * power * CASE WHEN units <= power THEN 1 WHEN units <= 2 * power THEN 2
                WHEN units <= 5 * power THEN 5 ELSE 10 END)::bigint AS width
              FROM (SELECT units, 10::numeric ^ floor(log(units)) AS power FROM typical) powers
            )
            SELECT band::text AS value, '' AS label, NULL::text AS parent, count(*)::int AS count, width
            FROM (SELECT DISTINCT id, least(amount / width, $25) AS band, width FROM priced CROSS JOIN scale) banded
            GROUP BY band, width) counted
          ORDER BY place LIMIT $26
        ) ranked)) AS facets;

/* facets.deadline */ SELECT set_config('statement_timeout', $1, true);

/* facets.unchanged */ SELECT coalesce(statement_timestamp() < $1::timestamptz, true)
      AND NOT EXISTS (SELECT FROM product_changes WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip($2::pg_snapshot))))
      AND NOT EXISTS (SELECT FROM product_changes WHERE xid >= pg_snapshot_xmax($3::pg_snapshot)) AS unchanged;

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
      WHERE true
      AND true
        AND true
      ORDER BY product.created_at DESC, product.id DESC LIMIT 1000
    ) product
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM sku_offers offer WHERE offer.product_id = product.id AND offer.channel_id = $5
      AND offer.sellable >= $6::int AND true) AS offered OFFSET 0) offered
    WHERE offered.offered OR product.place = $7
    ORDER BY product.created_at DESC, product.id DESC LIMIT 101) page LIMIT $8;
