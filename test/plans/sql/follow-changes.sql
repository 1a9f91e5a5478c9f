/* projection.channels */
      SELECT handle, price_list_id AS "priceListKey",
        ARRAY(SELECT location_id FROM channel_locations WHERE channel_id = channel.id) AS locations
      FROM channels channel ORDER BY id;

/* projection.products */
      SELECT product.id AS key, brand.handle AS brand, floor(extract(epoch FROM product.created_at))::float8 AS "createdAt",
        ARRAY(
          WITH RECURSIVE above AS (
            SELECT handle, parent_id FROM categories WHERE id = product.category_id
            UNION ALL SELECT parent.handle, parent.parent_id FROM categories parent JOIN above ON parent.id = above.parent_id
          ) SELECT handle::text FROM above) AS categories,
        coalesce((SELECT json_agg(json_build_object('name', name, 'value', value) ORDER BY name, value)
          FROM (SELECT name, value FROM product_attributes WHERE product_id = product.id
            ORDER BY name, value LIMIT $1) attribute), '[]') AS attributes,
        coalesce((SELECT json_agg(json_build_object(
            'skuKey', sku.id, 'options', sku.options, 'gtin', ltrim(sku.gtin, '0'),
            'promisable', sku.when_out <> 'deny' AND coalesce(sku.promised > sku.promised_held, true),
            'stockedAt', ARRAY(SELECT location_id FROM stock_levels WHERE sku_id = sku.id AND sellable > 0),
            'prices', priced.prices) ORDER BY sku.position, sku.id)
          FROM skus sku
          CROSS JOIN LATERAL (
            SELECT json_agg(json_build_array(price_list_id, min_amount, max_amount, on_sale)) AS prices FROM (
              SELECT price_list_id, min(amount) AS min_amount, max(amount) AS max_amount,
                bool_or(compare_at IS NOT NULL) AS on_sale
              FROM prices WHERE sku_id = sku.id AND coalesce(upper(valid) > statement_timestamp(), true)
              GROUP BY price_list_id) price
          ) priced
          WHERE sku.product_id = product.id AND priced.prices IS NOT NULL), '[]') AS skus,
        coalesce((SELECT json_agg(json_build_object('shows', shows, 'imageIds', ids) ORDER BY ids[1])
          FROM (SELECT shows, array_agg(id ORDER BY id) AS ids FROM shown_images WHERE product_id = product.id
            GROUP BY shows) alike), '[]') AS pictured
      FROM products product LEFT JOIN brands brand ON brand.id = product.brand_id
      WHERE product.id = ANY(ARRAY(SELECT unnest($2::int[])));

/* sync.changes */
      WITH log AS (
        SELECT product_id, images, image_id, removed_image_id FROM product_changes
        WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip($1::pg_snapshot)))
          OR xid >= pg_snapshot_xmax($2::pg_snapshot)
      ), changed AS (
        SELECT * FROM log WHERE product_id IS NOT NULL
        UNION ALL SELECT id, false, NULL, NULL FROM products WHERE EXISTS (SELECT FROM log WHERE product_id IS NULL)
      )
      SELECT pg_current_snapshot()::text AS position, product.*
      FROM (VALUES (true)) once
      LEFT JOIN (
        SELECT product_id AS "productKey", bool_or(images AND image_id IS NULL) AS images,
          bool_or(NOT images) AS payloads,
          coalesce(array_agg(DISTINCT image_id) FILTER (WHERE image_id IS NOT NULL), '{}') AS "imageIds",
          coalesce(array_agg(removed_image_id) FILTER (WHERE removed_image_id IS NOT NULL), '{}') AS "removedImageIds"
        FROM changed
        GROUP BY product_id
      ) product ON true;
