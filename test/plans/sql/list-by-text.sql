/* product.relevance */
    SELECT * FROM (
      SELECT product.id AS key, product.handle, product.title, product.description, product.url,
  product.brand_id AS "brandKey", product.category_id AS "categoryKey",
  product.updated_at AS "updatedAt", ts_rank_cd(product.search, websearch_to_tsquery('english', $1))::float8::text AS rank
      FROM products product WHERE true
      AND ($2::text IS NULL OR product.search @@ websearch_to_tsquery('english', $3)) AND EXISTS (SELECT FROM sku_offers offer WHERE offer.product_id = product.id AND offer.channel_id = $4
      AND offer.sellable >= $5::int)) ranked
    WHERE $6::int IS NULL
      OR (ranked.rank::float8, -ranked.key) < ($7::float8, -$8::int)
    ORDER BY ranked.rank::float8 DESC, ranked.key LIMIT $9;

/* sku.byProduct */ SELECT offer.sku_id AS key, offer.product_id AS "productKey", offer.code, offer.gtin,
  offer.options AS "optionValues", offer.image_id AS "imageKey", offer.currency AS "currencyCode", offer.amount, offer.compare_at AS "compareAt",
  offer.price_valid_until AS "priceValidUntil", offer.sellable, offer.counted, offer.level, offer.when_out AS "whenOut",
  offer.restock_at AS "restockAt", now() AS "asOf" FROM sku_offers offer
      WHERE offer.channel_id = $1 AND offer.product_id = ANY($2::int[])
      ORDER BY offer.product_id, offer.position, offer.sku_id;

/* text.near */
    SELECT typed.word, near.word AS near
    FROM unnest($1::text[]) AS typed (word)
    CROSS JOIN LATERAL (SELECT CASE WHEN length(typed.word) < 6 THEN 1 ELSE 2 END AS edits) allowed
    CROSS JOIN LATERAL (
      SELECT candidate.word FROM (
        SELECT word FROM search_words ORDER BY word <-> typed.word LIMIT $2
      ) candidate
      CROSS JOIN LATERAL (
        SELECT levenshtein_less_equal(candidate.word, typed.word, allowed.edits) AS edits
      ) distance
      WHERE distance.edits <= allowed.edits
        AND EXISTS (SELECT FROM products WHERE search @@ plainto_tsquery('english', candidate.word))
      ORDER BY distance.edits, similarity(candidate.word, typed.word) DESC, candidate.word LIMIT 1
    ) near
    WHERE typed.word IN (SELECT mendable_words(typed.word))
      AND numnode(plainto_tsquery('english', typed.word)) > 0
      AND NOT EXISTS (SELECT FROM products WHERE search @@ plainto_tsquery('english', typed.word));
