/* product.relevance */
    SELECT * FROM (
      SELECT product.id AS key, product.handle, product.title, product.description, product.url,
  product.brand_id AS "brandKey", product.category_id AS "categoryKey",
  product.updated_at AS "updatedAt", ts_rank_cd(product.search, websearch_to_tsquery('english', $1))::float8::text AS rank,
        true AS offered, false AS "isLastExamined"
      FROM products product WHERE true
      AND ($2::text IS NULL OR product.search @@ websearch_to_tsquery('english', $3)) AND EXISTS (SELECT FROM sku_offers offer WHERE offer.product_id = product.id AND offer.channel_id = $4
      AND offer.sellable >= $5::int AND true)) ranked
    WHERE $6::int IS NULL
      OR (ranked.rank::float8, -ranked.key) < ($7::float8, -$8::int)
    ORDER BY ranked.rank::float8 DESC, ranked.key LIMIT $9;

/* text.near */
    WITH typed AS MATERIALIZED (
      SELECT typed.word, typed.place, CASE WHEN length(typed.word) < 6 THEN 1 ELSE 2 END AS edits,
        typed.word IN (SELECT mendable_words(typed.word))
          AND numnode(plainto_tsquery('english', typed.word)) > 0
          AND NOT EXISTS (SELECT FROM products WHERE search @@ plainto_tsquery('english', typed.word)) AS unknown
      FROM unnest($1::text[]) WITH ORDINALITY AS typed (word, place)
    )
    SELECT word, false AS "isUnknown", NULL AS near FROM typed WHERE NOT unknown
    UNION ALL
    SELECT unknown.word, true, near.word
    FROM (SELECT word, edits FROM typed WHERE unknown ORDER BY place LIMIT $2) unknown
    LEFT JOIN LATERAL (
      SELECT close.word FROM (
        SELECT DISTINCT candidate.word, distance.edits, similarity(candidate.word, unknown.word) AS likeness
        FROM near_words(unknown.word) AS candidate (word)
        CROSS JOIN LATERAL (
          SELECT levenshtein_less_equal(candidate.word, unknown.word, unknown.edits) AS edits
        ) distance
        WHERE distance.edits <= unknown.edits
        ORDER BY distance.edits, likeness DESC, candidate.word LIMIT $3
      ) close
      WHERE EXISTS (SELECT FROM products WHERE search @@ plainto_tsquery('english', close.word))
      ORDER BY close.edits, close.likeness DESC, close.word LIMIT 1
    ) near ON true;
