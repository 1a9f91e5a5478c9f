/* projection.offers */
      SELECT sku.product_id AS "productKey", sku.id AS "skuKey", channel.handle AS channel, sku.options,
        stock.locations AS "stockedAt",
        stock.locations <> '{}' OR (sku.when_out <> 'deny' AND coalesce(sku.promised > sku.promised_held, true)) AS orderable,
        ltrim(sku.gtin, '0') AS gtin, price.on_sale AS "onSale", price.min_amount AS "minAmount", price.max_amount AS "maxAmount"
      FROM skus sku
      CROSS JOIN channels channel
      CROSS JOIN LATERAL (
        SELECT min(amount) AS min_amount, max(amount) AS max_amount, bool_or(compare_at IS NOT NULL) AS on_sale FROM prices
        WHERE sku_id = sku.id AND price_list_id = channel.price_list_id
          AND coalesce(upper(valid) > statement_timestamp(), true)
      ) price
      CROSS JOIN LATERAL (
        SELECT ARRAY(
          SELECT stock_level.location_id FROM stock_levels stock_level
          JOIN channel_locations served
            ON served.location_id = stock_level.location_id AND served.channel_id = channel.id
          WHERE stock_level.sku_id = sku.id AND stock_level.sellable > 0) AS locations
        -- Looked up once, though it is asked for twice.
        OFFSET 0
      ) stock
      WHERE sku.product_id = ANY($1::int[]) AND price.min_amount IS NOT NULL
      ORDER BY sku.position, sku.id;

/* projection.products */
      SELECT product.id AS key, brand.handle AS brand, floor(extract(epoch FROM product.created_at))::float8 AS "createdAt",
        ARRAY(
          WITH RECURSIVE above AS (
            SELECT handle, parent_id FROM categories WHERE id = product.category_id
            UNION ALL SELECT parent.handle, parent.parent_id FROM categories parent JOIN above ON parent.id = above.parent_id
          ) SELECT handle::text FROM above) AS categories,
        coalesce((SELECT jsonb_agg(jsonb_build_object('name', name, 'value', value) ORDER BY name, value)
          FROM (SELECT name, value FROM product_attributes WHERE product_id = product.id
            ORDER BY name, value LIMIT $1) attribute), '[]') AS attributes
      FROM products product LEFT JOIN brands brand ON brand.id = product.brand_id
      WHERE product.id = ANY($2::int[]);

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
