/* idempotency.keep */
      SELECT idempotency_keep($1, $2, $3, $4, $5,
        $6::jsonb);

/* idempotency.replay */
      SELECT idempotency_replay($1, $2, $3, $4, $5) AS replay;

/* mutation.actor */ SELECT set_config('vitrine.actor', $1, true),
            set_config('lock_timeout', '5s', true);

/* price.cut */ WITH input AS (
        SELECT sku_id, amount, compare_at, tstzrange("from", until) AS valid
        FROM unnest($1::integer[], $2::bigint[],
          $3::bigint[], $4::timestamptz[],
          $5::timestamptz[]) AS input (sku_id, amount, compare_at, "from", until)
      ), wanted AS (
        SELECT * FROM input WHERE NOT EXISTS (
          SELECT FROM prices existing
          WHERE existing.price_list_id = $6 AND existing.sku_id = input.sku_id
            AND existing.amount = input.amount AND existing.compare_at IS NOT DISTINCT FROM input.compare_at
            AND existing.valid @> input.valid)
      ), taken AS (
        SELECT sku_id, range_agg(valid) AS spans FROM wanted GROUP BY sku_id
      ), removed AS (
        DELETE FROM prices existing USING taken
        WHERE existing.price_list_id = $7 AND existing.sku_id = taken.sku_id
          AND (existing.valid && taken.spans OR EXISTS (
            SELECT FROM wanted
            WHERE wanted.sku_id = existing.sku_id AND wanted.amount = existing.amount
              AND wanted.compare_at IS NOT DISTINCT FROM existing.compare_at AND wanted.valid -|- existing.valid))
        RETURNING existing.sku_id, existing.amount, existing.compare_at, tstzmultirange(existing.valid) - taken.spans AS left_over
      ), piece AS (
        SELECT sku_id, amount, compare_at, valid FROM wanted
        UNION ALL
        SELECT sku_id, amount, compare_at, unnest(left_over) FROM removed
      )
      SELECT sku_id AS "skuKey", amount, compare_at AS "compareAt", unnest(range_agg(valid))::text AS valid
      FROM piece GROUP BY sku_id, amount, compare_at;

/* price.dateProducts */ UPDATE products SET updated_at = now() WHERE id IN (
      SELECT product.id FROM products product
      WHERE product.updated_at < now() AND product.id IN (
        SELECT product_id FROM skus WHERE id = ANY($1::integer[]))
      FOR NO KEY UPDATE SKIP LOCKED);

/* price.insert */ INSERT INTO prices (price_list_id, sku_id, amount, compare_at, valid)
      SELECT $1, sku_id, amount, compare_at, valid::tstzrange
      FROM unnest($2::integer[], $3::bigint[],
        $4::bigint[], $5::text[])
        AS piece (sku_id, amount, compare_at, valid);

/* price.list */ SELECT list.id AS key, list.currency
      FROM channels channel JOIN price_lists list ON list.id = channel.price_list_id WHERE channel.handle = $1;

/* price.lock */ SELECT FROM price_lists WHERE id = ANY($1::integer[]) ORDER BY id FOR NO KEY UPDATE;

/* price.skus */ SELECT code, id AS key FROM skus WHERE code = ANY($1::text[]);

/* sku.byKey */ WITH market AS MATERIALIZED (
      SELECT channel.id, channel.low_stock_threshold, price_list.id AS price_list_id, price_list.currency,
        ARRAY(SELECT location_id FROM channel_locations WHERE channel_id = channel.id) AS locations
      FROM channels channel JOIN price_lists price_list ON price_list.id = channel.price_list_id
      WHERE channel.id = $1
    ), sku AS MATERIALIZED (
      SELECT sku.* FROM available_skus sku WHERE sku.id = ANY(ARRAY(SELECT unnest($2::int[])))
    ), offer AS (
      SELECT sku.product_id, sku.id AS sku_id, sku.position, sku.code, sku.gtin, sku.options, sku.option_names, sku.image_id,
        sku.url, sku.restock_at, market.currency, figures.amount, figures.compare_at, figures.price_valid_until,
        figures.sellable, figures.counted,
        CASE
          WHEN NOT figures.counted AND sku.when_out <> 'deny' THEN upper(sku.when_out)
          WHEN figures.sellable > market.low_stock_threshold THEN 'IN_STOCK'
          WHEN figures.sellable > 0 THEN 'LOW_STOCK'
          WHEN sku.promised > 0 AND market.locations <> '{}' THEN upper(sku.when_out)
          ELSE 'OUT_OF_STOCK'
        END AS level,
        CASE WHEN market.locations = '{}' THEN 0 ELSE sku.promised END AS promised, market.id AS channel_id
      FROM market CROSS JOIN sku JOIN (
        SELECT sku_id, max(amount) AS amount, max(compare_at) AS compare_at, max(valid_until) AS price_valid_until,
          coalesce(max(sellable), 0) AS sellable, coalesce(bool_and(counted), true) AS counted
        FROM (
          SELECT sku_id, amount, compare_at, upper(valid) AS valid_until, NULL::bigint AS sellable, NULL::boolean AS counted
          FROM prices
          WHERE sku_id = ANY(ARRAY(SELECT id FROM sku)) AND price_list_id = (SELECT price_list_id FROM market)
            AND valid @> statement_timestamp()
          UNION ALL
          SELECT sku_id, NULL, NULL, NULL,
            sum(sellable) FILTER (WHERE location_id = ANY((SELECT locations FROM market)::int[])),
            bool_and(on_hand IS NOT NULL) FILTER (WHERE location_id = ANY((SELECT locations FROM market)::int[]))
          FROM available_stock WHERE sku_id = ANY(ARRAY(SELECT id FROM sku)) GROUP BY sku_id
        ) figure
        GROUP BY sku_id HAVING count(amount) > 0
      ) figures ON figures.sku_id = sku.id
    )
      SELECT offer.sku_id AS key, offer.product_id AS "productKey", offer.code, offer.gtin, offer.url,
  offer.options AS "optionValues", offer.option_names AS "optionNames", offer.image_id AS "imageKey",
  offer.currency AS "currencyCode", offer.amount, offer.compare_at AS "compareAt",
  offer.price_valid_until AS "priceValidUntil", offer.sellable, offer.counted, offer.level,
  offer.restock_at AS "restockAt", offer.promised, CASE WHEN row_number() OVER (ORDER BY offer.product_id, offer.position, offer.sku_id) = 1 THEN now() END AS "asOf" FROM offer ORDER BY offer.product_id, offer.position, offer.sku_id;

/* sku.keep */ SELECT FROM skus WHERE id = ANY($1::integer[]) ORDER BY code FOR KEY SHARE;
