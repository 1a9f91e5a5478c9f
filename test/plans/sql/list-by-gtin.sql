/* product.newest */ SELECT * FROM (
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
  product.updated_at AS "updatedAt", (extract(epoch FROM product.created_at) * 1000000)::bigint::text AS rank,
      offered.offered, product.place = $4 AS "isLastExamined"
    FROM (
      SELECT product.*, row_number() OVER (ORDER BY product.created_at DESC, product.id DESC) AS place
      FROM products product
      WHERE product.id = ANY(ARRAY(
      SELECT product_id FROM skus WHERE gtin IS NOT NULL AND ltrim(gtin, '0') = ANY($5::text[]))) AND product.created_at > $6::timestamptz
      AND true
        AND true
      ORDER BY product.created_at DESC, product.id DESC LIMIT 1000
    ) product
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM sku_offers offer WHERE offer.product_id = product.id AND offer.channel_id = $7
      AND offer.sellable >= $8::int AND (offer.compare_at IS NOT NULL) = $9::boolean AND (ltrim(offer.gtin, '0') = ANY($10::text[])) IS TRUE) AS offered OFFSET 0) offered
    WHERE offered.offered OR product.place = $11
    ORDER BY product.created_at DESC, product.id DESC LIMIT 101) page LIMIT $12;
