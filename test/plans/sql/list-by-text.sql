/* image.byProduct */ SELECT id AS key, product_id AS "productKey", sha256, width, height, alt_text AS "altText",
  encode(thumbhash, 'base64') AS thumbhash, dominant_color AS "dominantColor", shows FROM product_images
      WHERE product_id = ANY($1::int[]) ORDER BY product_id, position;

/* product.relevance */
    SELECT * FROM (
      SELECT product.id AS key, product.handle, product.title, product.description, product.url,
  product.brand_id AS "brandKey", product.category_id AS "categoryKey",
  product.updated_at AS "updatedAt", ts_rank_cd(product.search, (SELECT typed_query($1)))::float8::text AS rank,
        true AS offered, false AS "isLastExamined"
      FROM products product WHERE true
      AND product.search @@ (SELECT typed_query($2)) AND EXISTS (SELECT FROM sku_offers offer WHERE offer.product_id = product.id AND offer.channel_id = $3
      AND offer.sellable >= $4::int AND true)) ranked
    WHERE $5::int IS NULL
      OR (ranked.rank::float8, -ranked.key) < ($6::float8, -$7::int)
    ORDER BY ranked.rank::float8 DESC, ranked.key LIMIT $8;

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
          AND numnode(word_query(typed.word)) > 0
          AND NOT EXISTS (SELECT FROM products WHERE search @@ word_query(typed.word)) AS unknown
      FROM unnest($1::text[]) WITH ORDINALITY AS typed (word, place)
      CROSS JOIN LATERAL (SELECT fold_text(typed.word) AS word) folded
    )
    SELECT word, false AS "isUnknown", NULL AS near FROM typed WHERE NOT unknown
    UNION ALL
    SELECT unknown.word, true, near.word
    FROM (SELECT word, folded, edits FROM typed WHERE unknown ORDER BY place LIMIT $2) unknown
    LEFT JOIN LATERAL (
      SELECT close.word FROM (
        SELECT DISTINCT candidate.word, distance.edits, similarity(candidate.word, unknown.folded) AS likeness
        FROM near_words(unknown.folded) AS candidate (word)
        CROSS JOIN LATERAL (
          SELECT levenshtein_less_equal(candidate.word, unknown.folded, unknown.edits) AS edits
        ) distance
        WHERE distance.edits <= unknown.edits
        ORDER BY distance.edits, likeness DESC, candidate.word LIMIT $3
      ) close
      WHERE EXISTS (SELECT FROM products WHERE search @@ word_query(close.word))
      ORDER BY close.edits, close.likeness DESC, close.word LIMIT 1
    ) near ON true;
