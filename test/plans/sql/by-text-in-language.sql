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

/* product.relevance */
    SELECT * FROM (
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
  product.updated_at AS "updatedAt", greatest(ts_rank_cd(product.search, (SELECT typed_query($4::text, $5))), (
        SELECT max(ts_rank_cd(sought.search, (SELECT typed_query($6::text, $7)))) FROM product_texts sought
        WHERE sought.product_id = product.id AND sought.language = ANY($8::text[])))::float8::text AS rank,
        true AS offered, false AS "isLastExamined"
      FROM products product WHERE true
      AND product.id IN (
        SELECT sought.id FROM products sought WHERE sought.search @@ (SELECT typed_query($9::text, $10))
        UNION ALL
        SELECT sought.product_id FROM product_texts sought WHERE (sought.language IS NOT DISTINCT FROM $11 AND sought.search @@ (SELECT typed_query($12::text, $13)))) AND EXISTS (SELECT FROM sku_offers offer WHERE offer.product_id = product.id AND offer.channel_id = $14
      AND offer.sellable >= $15::int AND true)) ranked
    WHERE $16::int IS NULL
      OR (ranked.rank::float8, -ranked.key) < ($17::float8, -$18::int)
    ORDER BY ranked.rank::float8 DESC, ranked.key LIMIT $19;

/* search.prove */
    WITH card AS MATERIALIZED (
      SELECT product.id AS product_id, candidate.image_id, image.id IS NOT NULL AND EXISTS (
          SELECT FROM (
            SELECT sku.id AS sku_id, sku.options, sku.gtin, sku.when_out, price.amount, price.compare_at, channel.id AS channel_id
            FROM skus sku JOIN prices price ON price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
              AND price.valid @> statement_timestamp()
            WHERE sku.product_id = product.id
          ) offer
          WHERE true AND EXISTS (SELECT FROM available_stock stock JOIN channel_locations served USING (location_id)
          WHERE stock.sku_id = offer.sku_id AND served.channel_id = offer.channel_id AND stock.sellable > 0) AND NOT EXISTS (
            SELECT FROM jsonb_each(image.shows) AS shown (name, "values") WHERE NOT EXISTS (
              SELECT FROM jsonb_array_elements_text(shown."values") AS value
              WHERE lower(value) = lower(offer.options ->> shown.name)))
        ) AS proven
      FROM channels channel CROSS JOIN unnest($1::int[], $2::int[]) AS candidate (product_id, image_id)
      JOIN products product ON product.id = candidate.product_id
      LEFT JOIN shown_images image ON image.id = candidate.image_id
      WHERE channel.id = $3 AND true
    ), market AS MATERIALIZED (
      SELECT channel.id, channel.low_stock_threshold, price_list.id AS price_list_id, price_list.currency,
        ARRAY(SELECT location_id FROM channel_locations WHERE channel_id = channel.id) AS locations
      FROM channels channel JOIN price_lists price_list ON price_list.id = channel.price_list_id
      WHERE channel.id = $4
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
  offer.restock_at AS "restockAt", offer.promised, offer.position, offer.sellable >= $5::int AND true AS passes FROM offer
      ) found
    ), report AS (
      SELECT now() AS "asOf", least(2147483647, coalesce(ceil(1000 * extract(epoch FROM
          clock_timestamp() - least(
            (SELECT changed_at FROM product_changes
              WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip($6::pg_snapshot))) ORDER BY xid LIMIT 1),
            (SELECT changed_at FROM product_changes
              WHERE xid >= pg_snapshot_xmax($7::pg_snapshot) ORDER BY xid LIMIT 1)
          ))), 0))::int AS "indexLagMs",
        ARRAY(SELECT DISTINCT "productKey" FROM offered WHERE NOT "isProven" AND sellable > 0) AS others,
        (SELECT jsonb_object_agg(id, shows) FROM shown_images WHERE id = ANY(ARRAY(SELECT image_id FROM card WHERE NOT proven))) AS shows,
        (SELECT json_agg(json_build_object('productKey', product_id, 'prices', NULL)) FROM card WHERE proven) AS cards
    )
    SELECT offer.*, report.*, offer.key IS NOT NULL AS found
    FROM (SELECT * FROM offered WHERE "isProven") offer FULL JOIN report ON false
    ORDER BY offer."productKey", offer.position, offer.key;

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

/* suggest.products */
      SELECT product.id AS key FROM (
        SELECT product.id, max(product.rank) AS rank FROM (SELECT * FROM begun_products($1::text, $2::text[], $3::text, $4) UNION ALL SELECT * FROM begun_texts($5::text, $6::text[], $7::text, $8)) product
        GROUP BY product.id ORDER BY rank DESC, product.id
      ) product WHERE (SELECT true FROM sku_offers offer
      WHERE offer.product_id = product.id AND offer.channel_id = $9 AND offer.sellable > 0 LIMIT 1) ORDER BY product.rank DESC, product.id LIMIT $10;

/* suggest.words */
      WITH text AS MATERIALIZED (
        SELECT product.id, lower(product.title || ' ' || left(product.keywords, $1)) AS words
        FROM (SELECT * FROM begun_products($2::text, $3::text[], $4::text, $5) UNION ALL SELECT * FROM begun_texts($6::text, $7::text[], $8::text, $9)) product WHERE (SELECT true FROM sku_offers offer
      WHERE offer.product_id = product.id AND offer.channel_id = $10 AND offer.sellable > 0 LIMIT 1)
      )
      SELECT named.word FROM text
      CROSS JOIN LATERAL (
        SELECT DISTINCT word FROM regexp_split_to_table(text.words, '[^[:alnum:]]+') AS word
        WHERE starts_with(CASE WHEN octet_length(word) = length(word) THEN word ELSE fold_text(word) END, (SELECT fold_text($11)))
          AND word <> $12 AND length(word) BETWEEN 2 AND 40
      ) named
      GROUP BY named.word ORDER BY count(DISTINCT text.id) DESC, named.word LIMIT $13;

/* text.near */
    WITH typed AS MATERIALIZED (
      SELECT typed.word, typed.place, folded.word AS folded, CASE WHEN length(folded.word) < 6 THEN 1 ELSE 2 END AS edits,
        folded.word IN (SELECT mendable_words(folded.word))
          AND NOT EXISTS (SELECT FROM unnest($1::text[]) AS language
            WHERE numnode(word_query(language, typed.word)) = 0)
          AND NOT (own_text_has(typed.word, $2::text[]) OR translated_text_has(typed.word, $3::text[])) AS unknown
      FROM unnest($4::text[]) WITH ORDINALITY AS typed (word, place)
      CROSS JOIN LATERAL (SELECT fold_text(typed.word) AS word) folded
    )
    SELECT word, false AS "isUnknown", NULL AS near FROM typed WHERE NOT unknown
    UNION ALL
    SELECT unknown.word, true, near.word
    FROM (SELECT word, folded, edits FROM typed WHERE unknown ORDER BY place LIMIT $5) unknown
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
        ORDER BY distance.edits, "endsAlike" DESC, likeness DESC, candidate.word LIMIT $6
      ) close
      WHERE (own_text_has(close.word, $7::text[]) OR translated_text_has(close.word, $8::text[]))
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
        SELECT DISTINCT ON (id) * FROM (
        SELECT text.id AS id, sought.asked, ts_rank(text.search, sought.query) AS rank, (
          SELECT count(*)::int FROM word WHERE word.language = sought.language AND text.search @@ word.query) AS words
        FROM sought JOIN products text ON text.search @@ sought.query AND text.language IS NOT DISTINCT FROM sought.language
        WHERE sought.language = ANY($3::text[]) UNION ALL
        SELECT text.product_id AS id, sought.asked, ts_rank(text.search, sought.query) AS rank, (
          SELECT count(*)::int FROM word WHERE word.language = sought.language AND text.search @@ word.query) AS words
        FROM sought JOIN product_texts text ON text.search @@ sought.query AND text.language IS NOT DISTINCT FROM sought.language
        WHERE sought.language = ANY($4::text[])) text
        ORDER BY id, (words = asked) DESC, words DESC, rank DESC
      ) found JOIN products product ON product.id = found.id
      WHERE product.id <> ALL($5::int[])
        AND true AND EXISTS (SELECT FROM shown_images WHERE product_id = product.id)
        AND EXISTS (SELECT FROM (
      SELECT price.amount, price.compare_at, sku.options, sku.gtin
      FROM skus sku JOIN prices price ON price.sku_id = sku.id
      WHERE sku.product_id = product.id AND price.valid @> statement_timestamp()
        AND price.price_list_id = (SELECT price_list_id FROM channels WHERE id = $6)
    ) offer WHERE true)
      ORDER BY words DESC, rank DESC, id LIMIT $7
    )
    SELECT ranked.id AS "productId", (
        SELECT id FROM shown_images WHERE product_id = ranked.id ORDER BY position LIMIT 1) AS "imageId", EXISTS (
        SELECT FROM sku_offers offer
        WHERE offer.product_id = ranked.id AND offer.channel_id = $8 AND offer.sellable >= $9::int AND true) AS passes,
      words, asked
    FROM ranked ORDER BY words DESC, rank DESC, id;
