/* product.byKey */ SELECT product.id AS key, product.handle,
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
  product.updated_at AS "updatedAt" FROM products product
      WHERE product.id = ANY(ARRAY(SELECT unnest($4::int[])));

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

/* sku.byProduct */ WITH market AS MATERIALIZED (
      SELECT channel.id, channel.low_stock_threshold, price_list.id AS price_list_id, price_list.currency,
        ARRAY(SELECT location_id FROM channel_locations WHERE channel_id = channel.id) AS locations
      FROM channels channel JOIN price_lists price_list ON price_list.id = channel.price_list_id
      WHERE channel.id = $1
    ), sku AS MATERIALIZED (
      SELECT sku.* FROM available_skus sku WHERE sku.product_id = ANY(ARRAY(SELECT unnest($2::int[])))
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

/* watch.find */ SELECT watch.id AS uuid, watch.number, watch.title,
    watch.channel_id AS "channelKey", (SELECT handle FROM channels WHERE id = watch.channel_id) AS channel,
    watch.condition, watch.product_id AS "productKey", watch.min_cosine * watch.scale AS "minScore",
    watch.expires_at <= now() AS "isExpired",
    (SELECT name FROM encoders WHERE id = watch.encoder_id) AS encoder,
    (SELECT count(*) FROM (SELECT FROM watch_matches WHERE watch = watch.number LIMIT $1) matched)
      = $2 AS "isFull",
    watch.created_at AS "createdAt", watch.expires_at AS "expiresAt"
  FROM watches watch WHERE watch.id = ANY(ARRAY(SELECT unnest($3::uuid[]))) AND ((watch.owner = $4::integer AND watch.shopper = $5::bytea)
    OR (watch.owner = 0 AND watch.shopper = ''));

/* watch.list */ SELECT watch.id AS uuid, watch.number, watch.title,
    watch.channel_id AS "channelKey", (SELECT handle FROM channels WHERE id = watch.channel_id) AS channel,
    watch.condition, watch.product_id AS "productKey", watch.min_cosine * watch.scale AS "minScore",
    watch.expires_at <= now() AS "isExpired",
    (SELECT name FROM encoders WHERE id = watch.encoder_id) AS encoder,
    (SELECT count(*) FROM (SELECT FROM watch_matches WHERE watch = watch.number LIMIT $1) matched)
      = $2 AS "isFull",
    watch.created_at AS "createdAt", watch.expires_at AS "expiresAt"
  FROM watches watch
      WHERE watch.owner = $3 AND watch.shopper = $4 AND watch.number < $5
      ORDER BY watch.number DESC LIMIT $6;

/* watch.passing */
    SELECT product.id AS "productKey", array_agg(offer.sku_id ORDER BY offer.position, offer.sku_id) AS "skuKeys",
      json_agg(offer.amount) AS amounts
    FROM products product
    JOIN sku_offers offer ON offer.product_id = product.id AND offer.channel_id = $1
    WHERE product.id = ANY(ARRAY(SELECT unnest($2::int[]))) AND true AND offer.sellable >= $3::int AND offer.amount <= $4::bigint
    GROUP BY product.id;

/* watchEvent.list */ SELECT event.uuid, event.id AS number, event.watch AS "watchNumber", watch.id AS "watchUuid",
    event.product_id AS "productKey", event.cosine * watch.scale AS score, event.amount, watch.currency,
    event.matched_at AS "matchedAt", delivery.at AS "deliveredAt", delivery.attempts
  FROM watch_events event
  JOIN watches watch ON watch.number = event.watch
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(message.attempts), 0)::integer AS attempts,
      CASE WHEN bool_and(message.delivered_at IS NOT NULL) THEN max(message.delivered_at) END AS at
    FROM watch_deliveries message JOIN webhooks ON webhooks.id = message.webhook_id WHERE message.event = event.id
  ) delivery WHERE event.watch = $1 AND event.id < $2
      ORDER BY event.id DESC LIMIT $3;
