/* image.byProduct */ SELECT id AS key, product_id AS "productKey", sha256, width, height, alt_text AS "altText",
  encode(thumbhash, 'base64') AS thumbhash, dominant_color AS "dominantColor", shows FROM product_images
      WHERE product_id = ANY($1::int[]) ORDER BY product_id, position;

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
      WHERE product_id = product.id AND language = ANY($3::text[])
    ) translation) END AS texts,
  product.brand_id AS "brandKey", product.category_id AS "categoryKey",
  product.updated_at AS "updatedAt", ts_rank_cd(product.search, (SELECT typed_query($4::text, $5)))::float8::text AS rank,
        true AS offered, false AS "isLastExamined"
      FROM products product WHERE true
      AND product.search @@ (SELECT typed_query($6::text, $7)) AND EXISTS (SELECT FROM sku_offers offer WHERE offer.product_id = product.id AND offer.channel_id = $8
      AND offer.sellable >= $9::int AND true)) ranked
    WHERE $10::int IS NULL
      OR (ranked.rank::float8, -ranked.key) < ($11::float8, -$12::int)
    ORDER BY ranked.rank::float8 DESC, ranked.key LIMIT $13;

/* sku.byProduct */ SELECT offer.sku_id AS key, offer.product_id AS "productKey", offer.code, offer.gtin, offer.url,
  offer.options AS "optionValues", offer.option_names AS "optionNames", offer.image_id AS "imageKey",
  offer.currency AS "currencyCode", offer.amount, offer.compare_at AS "compareAt",
  offer.price_valid_until AS "priceValidUntil", offer.sellable, offer.counted, offer.level,
  offer.restock_at AS "restockAt", offer.promised, now() AS "asOf" FROM sku_offers offer
      WHERE offer.channel_id = $1 AND offer.product_id = ANY($2::int[])
      ORDER BY offer.product_id, offer.position, offer.sku_id;

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
        SELECT DISTINCT candidate.word, distance.edits, similarity(candidate.word, unknown.folded) AS likeness
        FROM near_words(unknown.folded) AS candidate (word)
        CROSS JOIN LATERAL (
          SELECT levenshtein_less_equal(candidate.word, unknown.folded, unknown.edits) AS edits
        ) distance
        WHERE distance.edits <= unknown.edits
        ORDER BY distance.edits, likeness DESC, candidate.word LIMIT $5
      ) close
      WHERE own_text_has(close.word, $6::text[])
      ORDER BY close.edits, close.likeness DESC, close.word LIMIT 1
    ) near ON true;
