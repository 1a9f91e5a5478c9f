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

/* suggest.brands */
      SELECT brand.id AS key FROM (
        SELECT id, name FROM brands WHERE name_vector(name) @@ (SELECT begun_query('simple', $1::text[], $2::text)) ORDER BY length(name), name, id LIMIT $3
      ) brand
      WHERE EXISTS (
        SELECT FROM (SELECT id FROM products WHERE brand_id = brand.id LIMIT $4) product WHERE (SELECT true FROM sku_offers offer
      WHERE offer.product_id = product.id AND offer.channel_id = $5 AND offer.sellable > 0 LIMIT 1)
      )
      ORDER BY length(brand.name), brand.name, brand.id LIMIT $6;

/* suggest.categories */
      SELECT category.id AS key FROM (
        SELECT id, name FROM categories WHERE name_vector(name) @@ (SELECT begun_query('simple', $1::text[], $2::text))
        ORDER BY length(name), name, id LIMIT $3
      ) category
      WHERE EXISTS (
        SELECT FROM (
          WITH RECURSIVE below AS (
            SELECT category.id
            UNION SELECT child.id FROM categories child JOIN below ON child.parent_id = below.id
          )
          SELECT product.id FROM below
          CROSS JOIN LATERAL (SELECT id FROM products WHERE category_id = below.id LIMIT $4) product
          LIMIT $5
        ) product WHERE (SELECT true FROM sku_offers offer
      WHERE offer.product_id = product.id AND offer.channel_id = $6 AND offer.sellable > 0 LIMIT 1)
      )
      ORDER BY length(category.name), category.name, category.id LIMIT $7;

/* suggest.products */
      SELECT product.id AS key FROM (
        SELECT product.id, max(product.rank) AS rank FROM (SELECT * FROM begun_products($1::text, $2::text[], $3::text, $4)) product
        GROUP BY product.id ORDER BY rank DESC, product.id
      ) product WHERE (SELECT true FROM sku_offers offer
      WHERE offer.product_id = product.id AND offer.channel_id = $5 AND offer.sellable > 0 LIMIT 1) ORDER BY product.rank DESC, product.id LIMIT $6;

/* suggest.words */
      WITH text AS MATERIALIZED (
        SELECT product.id, lower(product.title || ' ' || left(product.keywords, $1)) AS words
        FROM (SELECT * FROM begun_products($2::text, $3::text[], $4::text, $5)) product WHERE (SELECT true FROM sku_offers offer
      WHERE offer.product_id = product.id AND offer.channel_id = $6 AND offer.sellable > 0 LIMIT 1)
      )
      SELECT named.word FROM text
      CROSS JOIN LATERAL (
        SELECT DISTINCT word FROM regexp_split_to_table(text.words, '[^[:alnum:]]+') AS word
        WHERE starts_with(CASE WHEN octet_length(word) = length(word) THEN word ELSE fold_text(word) END, (SELECT fold_text($7)))
          AND word <> $8 AND length(word) BETWEEN 2 AND 40
      ) named
      GROUP BY named.word ORDER BY count(DISTINCT text.id) DESC, named.word LIMIT $9;

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
