/* idempotency.keep */
      SELECT idempotency_keep($1, $2, $3, $4, $5,
        $6::jsonb);

/* idempotency.replay */
      SELECT idempotency_replay($1, $2, $3, $4, $5) AS replay;

/* mutation.actor */ SELECT set_config('vitrine.actor', $1, true),
            set_config('lock_timeout', '5s', true);

/* product.delete */ DELETE FROM products WHERE id = ANY($1::integer[]);

/* product.lockForDeletion */ SELECT id, handle FROM products
      WHERE handle = ANY($1::text[]) OR id = ANY($2::integer[]) ORDER BY handle FOR UPDATE;

/* product.lockPins */ SELECT FROM pins WHERE product_id = ANY($1::integer[]) ORDER BY id FOR UPDATE;

/* sku.held */ SELECT sku.id, sku.product_id AS "productId", sku.code, max(line.expires_at) AS until
      FROM hold_lines line JOIN skus sku ON sku.id = line.sku_id
      WHERE line.sku_id = ANY($1::integer[]) AND line.active
      GROUP BY sku.id;

/* sku.lock */ SELECT FROM skus
      WHERE product_id = ANY($1::integer[]) OR code = ANY($2::text[]) OR id = ANY(ARRAY(
        SELECT sku_id FROM hold_lines WHERE hold_id = ANY($3::uuid[]) AND active AND promised))
      ORDER BY code FOR UPDATE;

/* sku.lockExpiredHolds */ SELECT id FROM holds
      WHERE status = 'ACTIVE' AND expires_at <= clock_timestamp() AND id IN (
        SELECT hold_id FROM hold_lines
        WHERE sku_id = ANY($1::integer[]) AND active AND expires_at <= clock_timestamp())
      ORDER BY id FOR UPDATE;

/* sku.lockStock */ SELECT FROM stock_levels WHERE sku_id = ANY($1::integer[])
      ORDER BY sku_id, location_id FOR UPDATE;

/* sku.read */ SELECT sku.id, sku.product_id AS "productId", sku.code, sku.gtin, sku.options,
        sku.option_names AS "optionNames", encode(image.sha256, 'hex') AS "imageSha256", sku.when_out AS "whenOut", sku.restock_at AS "restockAt",
        sku.url
      FROM skus sku LEFT JOIN product_images image ON image.id = sku.image_id
      WHERE sku.product_id = ANY($1::integer[]);
