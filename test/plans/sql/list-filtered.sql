/* image.byProduct */ SELECT id AS key, product_id AS "productKey", sha256, width, height, alt_text AS "altText",
  encode(thumbhash, 'base64') AS thumbhash, dominant_color AS "dominantColor", shows FROM product_images
      WHERE product_id = ANY($1::int[]) ORDER BY product_id, position;

/* product.newest */
    SELECT product.id AS key, product.handle, product.title, product.description, product.url,
  product.brand_id AS "brandKey", product.category_id AS "categoryKey",
  product.updated_at AS "updatedAt", (extract(epoch FROM product.created_at) * 1000000)::bigint::text AS rank,
      offered.offered, product.place = $1 AS "isLastExamined"
    FROM (
      SELECT product.*, row_number() OVER (ORDER BY product.created_at DESC, product.id DESC) AS place
      FROM products product
      WHERE product.category_id IN (
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($2::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below) AND product.brand_id IN (SELECT id FROM brands WHERE handle = ANY($3::text[])) AND EXISTS (SELECT FROM product_attributes attribute WHERE attribute.product_id = product.id
      AND attribute.name = $4 AND lower(attribute.value) = ANY(ARRAY(SELECT lower(value) FROM unnest($5::text[]) AS value)))
      AND ($6::text IS NULL OR product.search @@ (SELECT typed_query($7)))
        AND ($8::int IS NULL OR (product.created_at, product.id) <
          ('epoch'::timestamptz + $9::bigint * interval '1 microsecond', $10::int))
      ORDER BY product.created_at DESC, product.id DESC LIMIT $11
    ) product
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM sku_offers offer WHERE offer.product_id = product.id AND offer.channel_id = $12
      AND offer.sellable >= $13::int AND offer.amount >= $14::bigint AND offer.amount <= $15::bigint AND (lower(offer.options ->> $16::text) IN (SELECT lower(value) FROM unnest($17::text[]) AS value)) IS TRUE) AS offered) offered
    WHERE offered.offered OR product.place = $18
    ORDER BY product.created_at DESC, product.id DESC LIMIT $19;

/* sku.byProduct */ SELECT offer.sku_id AS key, offer.product_id AS "productKey", offer.code, offer.gtin, offer.url,
  offer.options AS "optionValues", offer.image_id AS "imageKey", offer.currency AS "currencyCode", offer.amount, offer.compare_at AS "compareAt",
  offer.price_valid_until AS "priceValidUntil", offer.sellable, offer.counted, offer.level, offer.when_out AS "whenOut",
  offer.restock_at AS "restockAt", now() AS "asOf" FROM sku_offers offer
      WHERE offer.channel_id = $1 AND offer.product_id = ANY($2::int[])
      ORDER BY offer.product_id, offer.position, offer.sku_id;
