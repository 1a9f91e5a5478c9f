/* idempotency.keep */
      SELECT idempotency_keep($1, $2, $3, $4, $5,
        $6::jsonb);

/* idempotency.replay */
      SELECT idempotency_replay($1, $2, $3, $4, $5) AS replay;

/* mutation.actor */ SELECT set_config('vitrine.actor', $1, true),
            set_config('lock_timeout', '5s', true);

/* stock.lock */ SELECT level.sku_id AS "skuKey", level.location_id AS "locationKey", level.on_hand AS "onHand",
  level.safety_stock AS "safetyStock" FROM stock_levels level JOIN unnest($1::integer[],
      $2::integer[]) AS input (sku_id, location_id) USING (sku_id, location_id)
      ORDER BY level.sku_id, level.location_id
      FOR NO KEY UPDATE OF level;

/* stock.read */ SELECT level.sku_id AS "skuKey", level.location_id AS "locationKey", level.on_hand AS "onHand",
  level.safety_stock AS "safetyStock", available.sellable, level.held - (
        SELECT coalesce(sum(line.quantity), 0)::integer FROM hold_lines line
        WHERE line.sku_id = level.sku_id AND line.location_id = level.location_id
          AND line.active AND NOT line.promised AND line.expires_at <= statement_timestamp()) AS held
      FROM stock_levels level
      JOIN available_stock available USING (sku_id, location_id)
      JOIN unnest($1::integer[],
      $2::integer[]) AS input (sku_id, location_id) USING (sku_id, location_id);

/* stock.reason */ SELECT set_config('vitrine.reason', $1, true);

/* stock.targets */
      SELECT sku.id AS "skuKey",
        CASE WHEN location.id IS NOT NULL THEN jsonb_build_object('key', location.id, 'handle', location.handle,
          'name', location.name, 'countryCode', location.country_code) END AS location,
        CASE WHEN level.sku_id IS NOT NULL THEN jsonb_build_object('onHand', level.on_hand,
          'safetyStock', level.safety_stock) END AS level
      FROM unnest($1::text[], $2::text[])
        WITH ORDINALITY AS input (code, handle, place)
      LEFT JOIN skus sku ON sku.code = input.code
      LEFT JOIN stock_locations location ON location.handle = input.handle
      LEFT JOIN stock_levels level ON level.sku_id = sku.id AND level.location_id = location.id
      ORDER BY input.place;

/* stock.update */ UPDATE stock_levels level SET on_hand = input.on_hand, safety_stock = input.safety_stock
      FROM unnest($1::integer[],
      $2::integer[], $3::integer[],
      $4::integer[])
    AS input (sku_id, location_id, on_hand, safety_stock)
      WHERE level.sku_id = input.sku_id AND level.location_id = input.location_id;
