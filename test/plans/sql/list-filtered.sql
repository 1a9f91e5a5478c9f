/* product.newest */
    SELECT product.id AS key, product.handle, product.title, product.description, product.url,
  product.brand_id AS "brandKey", product.category_id AS "categoryKey",
  product.updated_at AS "updatedAt", (extract(epoch FROM product.created_at) * 1000000)::bigint::text AS rank
    FROM products product
    WHERE product.category_id IN (
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY($1::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below) AND product.brand_id IN (SELECT id FROM brands WHERE handle = ANY($2::text[])) AND EXISTS (SELECT FROM product_attributes attribute WHERE attribute.product_id = product.id
      AND attribute.name = $3 AND lower(attribute.value) = ANY(ARRAY(SELECT lower(value) FROM unnest($4::text[]) AS value)))
      AND ($5::text IS NULL OR product.search @@ websearch_to_tsquery('english', $6)) AND EXISTS (SELECT FROM sku_offers offer WHERE offer.product_id = product.id AND offer.channel_id = $7
      AND offer.sellable >= $8::int AND offer.amount >= $9::bigint AND offer.amount <= $10::bigint AND lower(offer.options ->> $11::text) = ANY(ARRAY(SELECT lower(value) FROM unnest($12::text[]) AS value)))
      AND ($13::int IS NULL OR (product.created_at, product.id) <
        ('epoch'::timestamptz + $14::bigint * interval '1 microsecond', $15::int))
    ORDER BY product.created_at DESC, product.id DESC LIMIT $16;

/* sku.byProduct */ SELECT offer.sku_id AS key, offer.product_id AS "productKey", offer.code, offer.gtin,
  offer.options AS "optionValues", offer.image_id AS "imageKey", offer.currency AS "currencyCode", offer.amount, offer.compare_at AS "compareAt",
  offer.price_valid_until AS "priceValidUntil", offer.sellable, offer.counted, offer.level, offer.when_out AS "whenOut",
  offer.restock_at AS "restockAt", now() AS "asOf" FROM sku_offers offer
      WHERE offer.channel_id = $1 AND offer.product_id = ANY($2::int[])
      ORDER BY offer.product_id, offer.position, offer.sku_id;
