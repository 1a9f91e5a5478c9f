/* product.newest */
    SELECT product.id AS key, product.handle,
  product.language, product.title, product.description, product.url,
  CASE WHEN product.language <> $1 OR product.description IS NULL OR product.url IS NULL THEN (
    SELECT json_agg(json_build_object('language', language, 'title', title, 'description', description, 'url', url))
    FROM product_texts WHERE product_id = product.id AND language = ANY($2::text[])) END AS texts,
  product.brand_id AS "brandKey", product.category_id AS "categoryKey",
  product.updated_at AS "updatedAt", (extract(epoch FROM product.created_at) * 1000000)::bigint::text AS rank,
      offered.offered, product.place = $3 AS "isLastExamined"
    FROM (
      SELECT product.*, row_number() OVER (ORDER BY product.created_at DESC, product.id DESC) AS place
      FROM products product
      WHERE product.id = ANY(ARRAY(
      SELECT product_id FROM skus WHERE gtin IS NOT NULL AND ltrim(gtin, '0') = ANY($4::text[]))) AND product.created_at > $5::timestamptz
      AND true
        AND ($6::int IS NULL OR (product.created_at, product.id) <
          ('epoch'::timestamptz + $7::bigint * interval '1 microsecond', $8::int))
      ORDER BY product.created_at DESC, product.id DESC LIMIT $9
    ) product
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM sku_offers offer WHERE offer.product_id = product.id AND offer.channel_id = $10
      AND offer.sellable >= $11::int AND (offer.compare_at IS NOT NULL) = $12::boolean AND (ltrim(offer.gtin, '0') = ANY($13::text[])) IS TRUE) AS offered) offered
    WHERE offered.offered OR product.place = $14
    ORDER BY product.created_at DESC, product.id DESC LIMIT $15;
