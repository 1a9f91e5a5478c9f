/* brand.byKey */ SELECT id AS key, handle, name FROM brands WHERE id = ANY($1::int[]);

/* category.byKey */ SELECT id AS key, handle, name, parent_id AS "parentKey" FROM categories WHERE id = ANY($1::int[]);

/* image.byKey */ SELECT id AS key, product_id AS "productKey", sha256, width, height, alt_text AS "altText",
  encode(thumbhash, 'base64') AS thumbhash, dominant_color AS "dominantColor", shows FROM product_images WHERE id = ANY($1::int[]);

/* image.byProduct */ SELECT id AS key, product_id AS "productKey", sha256, width, height, alt_text AS "altText",
  encode(thumbhash, 'base64') AS thumbhash, dominant_color AS "dominantColor", shows FROM product_images
      WHERE product_id = ANY($1::int[]) ORDER BY product_id, position;

/* location.bySku */
        SELECT location.id AS key, location.handle, location.name, location.country_code AS "countryCode",
          stock_level.sku_id AS "skuKey", location.latitude, location.longitude, location.pickup,
          stock_level.sellable, stock_level.on_hand IS NOT NULL AS counted
        FROM available_stock stock_level
        JOIN stock_locations location ON location.id = stock_level.location_id
        JOIN channel_locations served ON served.location_id = location.id AND served.channel_id = $1
        WHERE stock_level.sku_id = ANY($2::int[]) ORDER BY location.name, location.id;

/* product.attributes */ SELECT product_id AS "productKey", name, value FROM product_attributes
      WHERE product_id = ANY($1::int[]) ORDER BY product_id, name, value;

/* product.byKey */ SELECT product.id AS key, product.handle, product.title, product.description, product.url,
  product.brand_id AS "brandKey", product.category_id AS "categoryKey",
  product.updated_at AS "updatedAt" FROM products product
      WHERE product.id = ANY($1::int[]);

/* search.prove */
    WITH report AS (
      SELECT now() AS as_of, least(2147483647, coalesce(ceil(1000 * extract(epoch FROM
        clock_timestamp() - least(
          (SELECT changed_at FROM product_changes
            WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip($1::pg_snapshot))) ORDER BY xid LIMIT 1),
          (SELECT changed_at FROM product_changes
            WHERE xid >= pg_snapshot_xmax($2::pg_snapshot) ORDER BY xid LIMIT 1)
        ))), 0))::int AS lag
    ), offered AS MATERIALIZED (
      SELECT found.*, bool_or(found.passes) OVER (PARTITION BY found."productKey") AS "isProven" FROM (
        SELECT offer.sku_id AS key, offer.product_id AS "productKey", offer.code, offer.gtin, offer.url,
  offer.options AS "optionValues", offer.image_id AS "imageKey", offer.currency AS "currencyCode", offer.amount, offer.compare_at AS "compareAt",
  offer.price_valid_until AS "priceValidUntil", offer.sellable, offer.counted, offer.level, offer.when_out AS "whenOut",
  offer.restock_at AS "restockAt", offer.position, offer.sellable >= $3::int AS passes, candidate.shows
        FROM (
          SELECT product_id, jsonb_object_agg(image_id, shows) FILTER (WHERE shows IS NOT NULL) AS shows
          FROM (
            SELECT input.product_id, input.image_id, (
              SELECT image.shows FROM product_images image WHERE image.id = input.image_id AND image.shows <> '{}'
            ) AS shows
            FROM unnest($4::int[],
            $5::int[]) AS input (product_id, image_id)
          ) shown GROUP BY product_id
        ) candidate
        JOIN products product ON product.id = candidate.product_id
        JOIN sku_offers offer ON offer.product_id = product.id AND offer.channel_id = $6
        WHERE true
      ) found
    )
    SELECT offer.*, offer.key IS NOT NULL AS found, report.lag AS "indexLagMs", report.as_of AS "asOf",
      CASE WHEN row_number() OVER (ORDER BY offer."productKey", offer.position, offer.key) = 1 THEN
        ARRAY(SELECT DISTINCT "productKey" FROM offered WHERE NOT "isProven" AND sellable > 0) END AS others
    FROM report LEFT JOIN offered offer ON offer."isProven"
    ORDER BY offer."productKey", offer.position, offer.key;

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

/* text.rank */
    WITH word AS (
      SELECT word_query(word) AS query FROM unnest($1::text[]) AS word
    ), any_word AS (
      SELECT string_agg('(' || query::text || ')', ' | ')::tsquery AS query FROM word WHERE numnode(query) > 0
    ), ranked AS MATERIALIZED (
      SELECT product.id, (SELECT count(*)::int FROM word WHERE product.search @@ word.query) AS words,
        ts_rank(product.search, (SELECT query FROM any_word)) AS rank
      FROM products product
      WHERE product.search @@ (SELECT query FROM any_word) AND product.id <> ALL($2::int[])
        AND true AND EXISTS (SELECT FROM product_images WHERE product_id = product.id)
        AND EXISTS (SELECT FROM skus sku JOIN prices price ON price.sku_id = sku.id
    WHERE sku.product_id = product.id AND price.valid @> statement_timestamp()
      AND price.price_list_id = (SELECT price_list_id FROM channels WHERE id = $3)
      AND true)
      ORDER BY words DESC, rank DESC, id LIMIT $4
    )
    SELECT ranked.id AS "productId", (
        SELECT id FROM product_images WHERE product_id = ranked.id ORDER BY position LIMIT 1) AS "imageId", EXISTS (
        SELECT FROM sku_offers offer
        WHERE offer.product_id = ranked.id AND offer.channel_id = $5 AND offer.sellable >= $6::int) AS passes,
      words, (SELECT count(*)::int FROM word WHERE numnode(query) > 0) AS asked
    FROM ranked ORDER BY words DESC, rank DESC, id;
