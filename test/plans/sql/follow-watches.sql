/* watch.any */ SELECT EXISTS (SELECT FROM watches WHERE expires_at > now()) AS any;

/* watch.changes */
      WITH log AS (
        SELECT product_id FROM product_changes WHERE (xid = ANY (ARRAY(SELECT pg_snapshot_xip($1::pg_snapshot)))
    OR xid >= pg_snapshot_xmax($2::pg_snapshot))
      ), noted AS (
        SELECT sku_ids FROM sku_changes WHERE (xid = ANY (ARRAY(SELECT pg_snapshot_xip($3::pg_snapshot)))
    OR xid >= pg_snapshot_xmax($4::pg_snapshot))
      ), skus_changed AS (
        SELECT unnest(sku_ids) AS id FROM noted
        UNION ALL SELECT sku_id FROM prices WHERE lower(valid) > $5 AND lower(valid) <= now()
        UNION ALL SELECT sku_id FROM prices WHERE upper(valid) > $6 AND upper(valid) <= now()
        UNION ALL SELECT line.sku_id FROM holds JOIN hold_lines line ON line.hold_id = holds.id
          WHERE holds.status = 'ACTIVE' AND holds.expires_at > $7 AND holds.expires_at <= now()
      ), changed AS (
        SELECT product_id AS key FROM log WHERE product_id IS NOT NULL
        UNION SELECT product_id FROM skus WHERE id = ANY(ARRAY(SELECT id FROM skus_changed))
        LIMIT $8
      ), created AS (
        SELECT since, created_at FROM watches WHERE (xid = ANY (ARRAY(SELECT pg_snapshot_xip($9::pg_snapshot)))
    OR xid >= pg_snapshot_xmax($10::pg_snapshot))
      )
      SELECT pg_current_snapshot()::text AS position, now() AS at, (SELECT id FROM sku_change_log) AS log,
        ARRAY(SELECT key FROM changed LIMIT $11) AS "productKeys",
        EXISTS (SELECT FROM log WHERE product_id IS NULL) OR EXISTS (SELECT FROM noted WHERE sku_ids IS NULL)
          OR (SELECT count(*) FROM changed) > $12 AS all,
        (SELECT format('%1$s:%1$s:', min(pg_snapshot_xmin(since)::text::bigint)) FROM created
          HAVING count(*) > 0) AS "newSince",
        (SELECT min(created_at) - interval '1 minute' FROM created) AS "newAt";

/* watch.claimPosition */ SELECT position::text AS position, at, log, sweep FROM watch_position
      FOR UPDATE SKIP LOCKED;

/* watch.entered */
      WITH input AS (
        SELECT * FROM unnest($1::integer[],
          $2::integer[], $3::float8[],
          $4::bigint[]) AS input (watch, product_id, cosine, amount)
      ), alive AS MATERIALIZED (
        SELECT number,
          (SELECT count(*) FROM (SELECT FROM watch_matches WHERE watch = number LIMIT $5) all_of_it) AS matched,
          (SELECT matched_at FROM watch_events WHERE watch = number
            ORDER BY id DESC OFFSET $6 LIMIT 1) AS told_since
        FROM watches WHERE number IN (SELECT watch FROM input) AND expires_at > now()
        FOR KEY SHARE SKIP LOCKED
      ), entered AS (
        INSERT INTO watch_matches AS known (watch, product_id, matching, crossing)
        SELECT input.watch, input.product_id, true, 1 FROM input JOIN alive ON alive.number = input.watch
        WHERE coalesce(alive.told_since < now() - interval '1 day', true)
          AND coalesce((SELECT matched_at FROM watch_events old
              WHERE old.watch = input.watch AND old.product_id = input.product_id
              ORDER BY crossing DESC OFFSET $7 LIMIT 1) < now() - interval '1 day', true)
          AND (alive.matched < $8
            OR EXISTS (SELECT FROM watch_matches old WHERE old.watch = input.watch AND old.product_id = input.product_id))
        ON CONFLICT (watch, product_id) DO UPDATE SET matching = true, crossing = known.crossing + 1
          WHERE NOT known.matching
        RETURNING watch, product_id, crossing
      )
      INSERT INTO watch_events (watch, product_id, crossing, cosine, amount)
      SELECT entered.watch, entered.product_id, entered.crossing, input.cosine, input.amount
      FROM entered JOIN input USING (watch, product_id) ORDER BY entered.watch, entered.product_id;

/* watch.keepPosition */ UPDATE watch_position
      SET position = $1::pg_snapshot, at = $2, log = $3::uuid, sweep = $4;

/* watch.left */ UPDATE watch_matches known SET matching = false
      FROM unnest($1::integer[],
        $2::integer[]) AS input (watch, product_id)
      WHERE known.watch = input.watch AND known.product_id = input.product_id;

/* watch.load */ SELECT watch.number, watch.channel_id AS "channelKey", channel.handle AS channel, watch.condition,
        watch.product_id AS "productKey", watch.excluded, encoder.dimension, watch.toward, watch.away,
        watch.min_cosine AS "minCosine", watch.expires_at AS "expiresAt"
      FROM watches watch
      JOIN channels channel ON channel.id = watch.channel_id
      JOIN price_lists price_list ON price_list.id = channel.price_list_id AND price_list.currency = watch.currency
      LEFT JOIN encoders encoder ON encoder.id = watch.encoder_id
      WHERE watch.expires_at > now() AND watch.number > $1
        AND (watch.encoder_id IS NULL OR encoder.name = $2)
        AND (xid = ANY (ARRAY(SELECT pg_snapshot_xip($3::pg_snapshot)))
    OR xid >= pg_snapshot_xmax($4::pg_snapshot))
      ORDER BY watch.number LIMIT $5;

/* watch.matching */ SELECT watch, product_id AS "productKey" FROM watch_matches
      WHERE product_id = ANY(ARRAY(SELECT unnest($1::int[]))) AND matching;

/* watch.prune */ DELETE FROM watches WHERE id IN (
      SELECT id FROM watches WHERE expires_at < now() - $1 * interval '1 day'
      ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED);

/* watch.withoutTimeout */ SELECT set_config('idle_in_transaction_session_timeout', '0', true),
      set_config('tcp_keepalives_idle', '15', true), set_config('tcp_keepalives_interval', '5', true),
      set_config('tcp_keepalives_count', '3', true);

/* watchEvent.after */ SELECT event.uuid, event.id AS number, event.watch AS "watchNumber", watch.id AS "watchUuid",
    event.product_id AS "productKey", event.cosine * watch.scale AS score, event.amount, watch.currency,
    event.matched_at AS "matchedAt", delivery.at AS "deliveredAt", delivery.attempts
  FROM watch_events event
  JOIN watches watch ON watch.number = event.watch
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(message.attempts), 0)::integer AS attempts,
      CASE WHEN bool_and(message.delivered_at IS NOT NULL) THEN max(message.delivered_at) END AS at
    FROM watch_deliveries message JOIN webhooks ON webhooks.id = message.webhook_id WHERE message.event = event.id
  ) delivery WHERE event.watch = ANY(ARRAY(SELECT unnest($1::int[]))) AND event.id > $2
      ORDER BY event.id LIMIT $3;

/* watchEvent.prune */ DELETE FROM watch_events WHERE id IN (
      SELECT id FROM watch_events WHERE matched_at < now() - $1 * interval '1 day'
      ORDER BY matched_at LIMIT $2 FOR UPDATE SKIP LOCKED);
