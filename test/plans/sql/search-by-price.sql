/* embedding.ofProducts */
      SELECT image.product_id AS "productId", image.id AS "imageId", embedding.vector FROM product_images image
      JOIN embeddings embedding ON embedding.sha256 = image.sha256
      JOIN encoders encoder ON encoder.id = embedding.encoder_id AND encoder.name = $1
      WHERE image.product_id = ANY($2::int[]) ORDER BY image.product_id, image.position;

/* image.byKey */ SELECT id AS key, product_id AS "productKey", sha256, width, height, alt_text AS "altText",
  encode(thumbhash, 'base64') AS thumbhash, dominant_color AS "dominantColor", shows FROM product_images WHERE id = ANY($1::int[]);

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
      WHERE product_id = product.id AND language = ANY($3::text[])
    ) translation) END AS texts,
  product.brand_id AS "brandKey", product.category_id AS "categoryKey",
  product.updated_at AS "updatedAt" FROM products product
      WHERE product.id = ANY($4::int[]);

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
  offer.options AS "optionValues", offer.option_names AS "optionNames", offer.image_id AS "imageKey",
  offer.currency AS "currencyCode", offer.amount, offer.compare_at AS "compareAt",
  offer.price_valid_until AS "priceValidUntil", offer.sellable, offer.counted, offer.level,
  offer.restock_at AS "restockAt", offer.promised, offer.position, offer.sellable >= $3::int AND true AS passes, candidate.shows
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

/* search.sorted */
    SELECT * FROM (
      SELECT product.id AS "productId", offer.amount AS rank
      FROM products product
      CROSS JOIN LATERAL (
        SELECT min(offer.amount) AS amount FROM sku_offers offer
        WHERE offer.product_id = product.id AND offer.channel_id = $1 AND offer.sellable >= $2::int AND true
      ) offer
      WHERE product.id = ANY($3::int[]) AND offer.amount IS NOT NULL AND true
    ) sorted
    WHERE $4::int IS NULL
      OR (rank, "productId") > ($5::bigint, $6::int)
    ORDER BY rank ASC, "productId" ASC LIMIT $7;
