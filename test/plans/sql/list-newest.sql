/* product.newest */
    SELECT product.id AS key, product.handle, product.title, product.description, product.url,
  product.brand_id AS "brandKey", product.category_id AS "categoryKey",
  product.updated_at AS "updatedAt", (extract(epoch FROM product.created_at) * 1000000)::bigint::text AS rank
    FROM products product
    WHERE true
      AND ($1::text IS NULL OR product.search @@ websearch_to_tsquery('english', $2)) AND EXISTS (SELECT FROM sku_offers offer WHERE offer.product_id = product.id AND offer.channel_id = $3
      AND offer.sellable >= $4::int)
      AND ($5::int IS NULL OR (product.created_at, product.id) <
        ('epoch'::timestamptz + $6::bigint * interval '1 microsecond', $7::int))
    ORDER BY product.created_at DESC, product.id DESC LIMIT $8;

/* sku.byProduct */ SELECT offer.sku_id AS key, offer.product_id AS "productKey", offer.code, offer.gtin,
  offer.options AS "optionValues", offer.image_id AS "imageKey", offer.currency AS "currencyCode", offer.amount, offer.compare_at AS "compareAt",
  offer.price_valid_until AS "priceValidUntil", offer.sellable, offer.counted, offer.level, offer.when_out AS "whenOut",
  offer.restock_at AS "restockAt", now() AS "asOf" FROM sku_offers offer
      WHERE offer.channel_id = $1 AND offer.product_id = ANY($2::int[])
      ORDER BY offer.product_id, offer.position, offer.sku_id;
