/* brand.byKey */ SELECT id AS key, handle, name FROM brands WHERE id = ANY(ARRAY(SELECT unnest($1::int[])));

/* category.byKey */ SELECT id AS key, handle, name, parent_id AS "parentKey" FROM categories WHERE id = ANY(ARRAY(SELECT unnest($1::int[])));

/* facets.countThese */
    WITH examined0 AS MATERIALIZED (
      SELECT product.id, product.category_id, product.brand_id, offer.sku_id, offer.channel_id, offer.amount,
        offer.compare_at, offer.options, offer.gtin, offer.when_out
      FROM (SELECT * FROM products product WHERE true ) product
      CROSS JOIN (SELECT id, price_list_id FROM channels WHERE id = $1) channel
      CROSS JOIN LATERAL (
        SELECT sku.id AS sku_id, sku.product_id, sku.options, sku.gtin, sku.when_out, price.amount,
          price.compare_at, channel.id AS channel_id FROM skus sku
        CROSS JOIN LATERAL (SELECT price.amount, price.compare_at FROM prices price WHERE price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
          AND price.valid @> statement_timestamp() LIMIT 1) price
        WHERE sku.product_id = product.id OFFSET 0
      ) offer
      WHERE true AND product.id = ANY($2::int[]) AND (
          SELECT true FROM shown_images image WHERE image.product_id = product.id AND NOT EXISTS (
            SELECT FROM jsonb_each(image.shows) AS shown (name, "values") WHERE NOT EXISTS (
              SELECT FROM jsonb_array_elements_text(shown."values") AS value
              WHERE lower(value) = lower(offer.options ->> shown.name)))
          LIMIT 1)
      LIMIT $3
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
            SELECT location_id FROM channel_locations WHERE channel_id = $4))) AS until,
      (SELECT passing FROM number0) AS total,
      (SELECT examined > $5 FROM number0) AS "isCut",
      (SELECT examined FROM number0) AS examined,
      jsonb_build_array((
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'isCut', (SELECT examined > $6 FROM number0),
          'passing', (SELECT passing FROM number0), 'values', coalesce(jsonb_agg(
            jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
            ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($7::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            SELECT brand.handle::text AS value, brand.name AS label, NULL::text AS parent, direct.count, NULL::bigint AS width
            FROM (
              SELECT brand_id, count(*)::int AS count
              FROM (SELECT DISTINCT id, brand_id FROM offered0) product GROUP BY brand_id
            ) direct
            JOIN brands brand ON brand.id = direct.brand_id) counted
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
            SELECT value, min(label) AS label, NULL::text AS parent, count(*)::int AS count, NULL::bigint AS width
            FROM (
              SELECT valued.id, lower(part) AS value, min(part) AS label
              FROM (SELECT id, options ->> $14::text AS value FROM offered0 WHERE options ? $15::text) valued
              CROSS JOIN LATERAL unnest(CASE WHEN position('/' IN valued.value) > 0
                THEN CASE WHEN valued.value ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(valued.value), '\s*/\s*') ELSE ARRAY[valued.value] END
                ELSE ARRAY[valued.value] END) AS part
              WHERE part <> '' GROUP BY valued.id, lower(part)
            ) of_product
            GROUP BY value) counted
          ORDER BY place LIMIT $16
        ) ranked), (
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'isCut', (SELECT examined > $17 FROM number0),
          'passing', (SELECT passing FROM number0), 'values', coalesce(jsonb_agg(
            jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
            ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($18::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            SELECT value, min(label) AS label, NULL::text AS parent, count(*)::int AS count, NULL::bigint AS width
            FROM (
              SELECT valued.id, lower(part) AS value, min(part) AS label
              FROM (SELECT id, options ->> $19::text AS value FROM offered0 WHERE options ? $20::text) valued
              CROSS JOIN LATERAL unnest(CASE WHEN position('/' IN valued.value) > 0
                THEN CASE WHEN valued.value ~* '^[\s/]*(\d+([.,]\d+)?(\s*/[\s/]*\d+([.,]\d+)?)*|([sml]|[^/\s][^/]*[^/\s])(\s*/[\s/]*([sml]|[^/\s][^/]*[^/\s]))*)[\s/]*$'
      THEN regexp_split_to_array(btrim(valued.value), '\s*/\s*') ELSE ARRAY[valued.value] END
                ELSE ARRAY[valued.value] END) AS part
              WHERE part <> '' GROUP BY valued.id, lower(part)
            ) of_product
            GROUP BY value) counted
          ORDER BY place LIMIT $21
        ) ranked), (
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'isCut', (SELECT examined > $22 FROM number0),
          'passing', (SELECT passing FROM number0), 'values', coalesce(jsonb_agg(
            jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
            ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (SELECT lower(value) FROM unnest($23::text[]) AS value) DESC, count DESC, value) AS place
          FROM (
            WITH priced AS (SELECT id, amount FROM offered0),
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
        ) ranked)) AS facets;

/* facets.deadline */ SELECT set_config('statement_timeout', $1, true);

/* facets.unchanged */ SELECT coalesce(statement_timestamp() < $1::timestamptz, true)
      AND NOT EXISTS (SELECT FROM product_changes WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip($2::pg_snapshot))))
      AND NOT EXISTS (SELECT FROM product_changes WHERE xid >= pg_snapshot_xmax($3::pg_snapshot)) AS unchanged;

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
          WHERE product.id = ANY($2::int[]) AND true))
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
  offer.restock_at AS "restockAt", offer.promised, offer.position, offer.sellable >= $3::int AND true AS passes FROM offer
      ) found
    ), report AS (
      SELECT now() AS "asOf", least(2147483647, coalesce(ceil(1000 * extract(epoch FROM
          clock_timestamp() - least(
            (SELECT changed_at FROM product_changes
              WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip($4::pg_snapshot))) ORDER BY xid LIMIT 1),
            (SELECT changed_at FROM product_changes
              WHERE xid >= pg_snapshot_xmax($5::pg_snapshot) ORDER BY xid LIMIT 1)
          ))), 0))::int AS "indexLagMs",
        ARRAY(SELECT DISTINCT "productKey" FROM offered WHERE NOT "isProven" AND sellable > 0) AS others,
        (SELECT jsonb_object_agg(id, shows) FROM shown_images WHERE id = ANY($6::int[])) AS shows,
        NULL::json AS cards
    )
    SELECT offer.*, report.*, offer.key IS NOT NULL AS found
    FROM (SELECT * FROM offered WHERE "isProven") offer FULL JOIN report ON false
    ORDER BY offer."productKey", offer.position, offer.key;

/* text.near */
    WITH typed AS MATERIALIZED (
      SELECT typed.word, typed.place, folded.word AS folded, CASE WHEN length(folded.word) < 6 THEN 1 ELSE 2 END AS edits,
        folded.word IN (SELECT mendable_words(folded.word))
          AND NOT EXISTS (SELECT FROM unnest($1::text[]) AS language
            WHERE numnode(word_query(language, typed.word)) = 0)
          AND NOT own_text_has(typed.word, $2::text[]) AS unknown
      FROM unnest($3::text[]) WITH ORDINALITY AS typed (word, place)
      CROSS JOIN LATERAL (SELECT fold_text(typed.word) AS word) folded
    )
    SELECT word, false AS "isUnknown", NULL AS near FROM typed WHERE NOT unknown
    UNION ALL
    SELECT unknown.word, true, near.word
    FROM (SELECT word, folded, edits FROM typed WHERE unknown ORDER BY place LIMIT $4) unknown
    LEFT JOIN LATERAL (
      SELECT close.word FROM (
        SELECT DISTINCT candidate.word, distance.edits,
          right(candidate.word, 1) = right(unknown.folded, 1) AS "endsAlike",
          similarity(candidate.word, unknown.folded) AS likeness
        FROM near_words(unknown.folded) AS candidate (word)
        CROSS JOIN LATERAL (
          SELECT levenshtein_less_equal(candidate.word, unknown.folded, unknown.edits) AS edits
        ) distance
        WHERE distance.edits <= unknown.edits
        ORDER BY distance.edits, "endsAlike" DESC, likeness DESC, candidate.word LIMIT $5
      ) close
      WHERE own_text_has(close.word, $6::text[])
      ORDER BY close.edits, close."endsAlike" DESC, close.likeness DESC, close.word LIMIT 1
    ) near ON true;

/* text.rank */
    WITH word AS MATERIALIZED (
      SELECT language, word_query(language, word) AS query
      FROM unnest($1::text[]) AS language
      CROSS JOIN unnest($2::text[]) AS word
    ), sought AS MATERIALIZED (
      SELECT language, string_agg('(' || query::text || ')', ' | ')::tsquery AS query, count(*)::int AS asked
      FROM word WHERE numnode(query) > 0 GROUP BY language
    ), ranked AS MATERIALIZED (
      SELECT product.id, found.words, found.asked, found.rank
      FROM (
        SELECT text.id AS id, sought.asked, ts_rank(text.search, sought.query) AS rank, (
          SELECT count(*)::int FROM word WHERE word.language = sought.language AND text.search @@ word.query) AS words
        FROM sought JOIN products text ON text.search @@ sought.query AND text.language IS NOT DISTINCT FROM sought.language
        WHERE sought.language = ANY($3::text[])) found JOIN products product ON product.id = found.id
      WHERE product.id <> ALL($4::int[])
        AND true AND EXISTS (SELECT FROM shown_images WHERE product_id = product.id)
        AND EXISTS (SELECT FROM (
      SELECT price.amount, price.compare_at, sku.options, sku.gtin
      FROM skus sku JOIN prices price ON price.sku_id = sku.id
      WHERE sku.product_id = product.id AND price.valid @> statement_timestamp()
        AND price.price_list_id = (SELECT price_list_id FROM channels WHERE id = $5)
    ) offer WHERE true)
      ORDER BY words DESC, rank DESC, id LIMIT $6
    )
    SELECT ranked.id AS "productId", (
        SELECT id FROM shown_images WHERE product_id = ranked.id ORDER BY position LIMIT 1) AS "imageId", EXISTS (
        SELECT FROM sku_offers offer
        WHERE offer.product_id = ranked.id AND offer.channel_id = $7 AND offer.sellable >= $8::int AND true) AS passes,
      words, asked
    FROM ranked ORDER BY words DESC, rank DESC, id;
