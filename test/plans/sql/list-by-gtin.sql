/* product.newest */
    SELECT product.id AS key, product.handle, product.title, product.description, product.url,
  product.brand_id AS "brandKey", product.category_id AS "categoryKey",
  product.updated_at AS "updatedAt", (extract(epoch FROM product.created_at) * 1000000)::bigint::text AS rank,
      offered.offered, product.place = $1 AS "isLastExamined"
    FROM (
      SELECT product.*, row_number() OVER (ORDER BY product.created_at DESC, product.id DESC) AS place
      FROM products product
      WHERE product.id = ANY(ARRAY(
      SELECT product_id FROM skus WHERE gtin IS NOT NULL AND ltrim(gtin, '0') = ANY($2::text[]))) AND product.created_at > $3::timestamptz
      AND true
        AND ($4::int IS NULL OR (product.created_at, product.id) <
          ('epoch'::timestamptz + $5::bigint * interval '1 microsecond', $6::int))
      ORDER BY product.created_at DESC, product.id DESC LIMIT $7
    ) product
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM sku_offers offer WHERE offer.product_id = product.id AND offer.channel_id = $8
      AND offer.sellable >= $9::int AND (offer.compare_at IS NOT NULL) = $10::boolean AND (ltrim(offer.gtin, '0') = ANY($11::text[])) IS TRUE) AS offered) offered
    WHERE offered.offered OR product.place = $12
    ORDER BY product.created_at DESC, product.id DESC LIMIT $13;
