-- hold_create, as before, but for where it looks for stock: by SKU first, also while Postgres has no statistics.

CREATE OR REPLACE FUNCTION hold_create(
  p_channel integer, p_caller integer, p_skus integer[], p_quantities integer[],
  p_location integer, p_latitude double precision, p_longitude double precision, p_seconds integer,
  p_key text, p_fingerprint bytea
) RETURNS jsonb LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET lock_timeout = '5s' AS $$
DECLARE
  replay jsonb;
  answer jsonb;
  -- An index finds what is before it; what is before clock_timestamp() it does not.
  moment timestamptz;
  expired uuid[];
  missing jsonb;
  short jsonb;
  lines integer[];
  locations integer[];
  taken integer[];
  new_id uuid := gen_random_uuid();
  list_id integer;
  list_currency text;
  amounts bigint[];
  compare_ats bigint[];
  -- From when the stock was held: waiting for it does not shorten a hold.
  until timestamptz;
BEGIN
  IF p_key IS NOT NULL THEN
    replay := idempotency_replay(p_caller, p_key, 'holdCreate', p_fingerprint);
    IF replay IS NOT NULL THEN RETURN replay; END IF;
  END IF;

  SELECT price_list.id, price_list.currency INTO list_id, list_currency
  FROM channels channel JOIN price_lists price_list ON price_list.id = channel.price_list_id WHERE channel.id = p_channel;
  SELECT array_agg(price.amount ORDER BY wanted.n), array_agg(price.compare_at ORDER BY wanted.n),
    jsonb_agg(wanted.n - 1 ORDER BY wanted.n) FILTER (WHERE price.amount IS NULL)
  INTO amounts, compare_ats, missing
  FROM unnest(p_skus) WITH ORDINALITY AS wanted (sku_id, n)
  LEFT JOIN LATERAL (
    SELECT amount, compare_at FROM prices
    WHERE price_list_id = list_id AND sku_id = wanted.sku_id AND valid @> clock_timestamp()
    LIMIT 1
  ) price ON true;
  IF missing IS NOT NULL THEN RETURN jsonb_build_object('missing', missing); END IF;

  -- What has expired and is not swept up yet is for sale already: readers say so.
  moment := clock_timestamp();
  IF EXISTS (SELECT FROM hold_lines WHERE sku_id = ANY(p_skus) AND active AND expires_at <= moment) THEN
    expired := ARRAY(
      SELECT id FROM holds
      WHERE status = 'ACTIVE' AND id IN (
        SELECT line.hold_id FROM hold_lines line
        WHERE line.sku_id = ANY(p_skus) AND line.active AND line.expires_at <= moment)
      ORDER BY id FOR UPDATE);
    PERFORM holds_end(expired, 'EXPIRED', p_skus);
  END IF;

  PERFORM FROM stock_levels
  WHERE sku_id = ANY(p_skus)
    AND location_id IN (SELECT location_id FROM channel_locations WHERE channel_id = p_channel)
    AND (p_location IS NULL OR location_id = p_location)
  ORDER BY sku_id, location_id FOR NO KEY UPDATE;

  WITH wanted AS (
    SELECT sku_id, quantity, n::integer FROM unnest(p_skus, p_quantities) WITH ORDINALITY AS line (sku_id, quantity, n)
  ), level AS MATERIALIZED (
    -- By SKU first, also while Postgres has no statistics: by location it would be every level that the channel has.
    SELECT sku_id, location_id, on_hand, held, sellable FROM stock_levels
    WHERE sku_id = ANY(p_skus) AND sellable > 0 AND (p_location IS NULL OR location_id = p_location)
  ), free AS (
    SELECT wanted.n, wanted.quantity, level.location_id,
      -- Of what nobody counts there is as much as can be counted as held.
      CASE WHEN level.on_hand IS NULL THEN 2147483647 - level.held ELSE level.sellable END AS sellable,
      -- Of places on a sphere, the nearest has the largest cosine of the angle between.
      sin(radians(p_latitude)) * sin(radians(location.latitude)) + cos(radians(p_latitude)) * cos(radians(location.latitude))
        * cos(radians(location.longitude - p_longitude)) AS nearness
    FROM wanted
    JOIN level USING (sku_id)
    JOIN channel_locations served ON served.location_id = level.location_id AND served.channel_id = p_channel
    JOIN stock_locations location ON location.id = level.location_id
  ), ranked AS (
    SELECT n, quantity, location_id, sellable, coalesce(sum(sellable) OVER (
        PARTITION BY n
        ORDER BY sellable >= quantity DESC, CASE WHEN sellable >= quantity THEN nearness END DESC NULLS LAST,
          sellable DESC, nearness DESC NULLS LAST, location_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM free
  ), allocated AS (
    SELECT n, location_id, least(sellable, quantity - before)::integer AS take FROM ranked WHERE before < quantity
  )
  SELECT array_agg(n ORDER BY n, take DESC, location_id), array_agg(location_id ORDER BY n, take DESC, location_id),
    array_agg(take ORDER BY n, take DESC, location_id), (
      SELECT jsonb_agg(jsonb_build_object('line', wanted.n - 1, 'sellable', coalesce(total.take, 0)) ORDER BY wanted.n)
      FROM wanted LEFT JOIN (SELECT n, sum(take) AS take FROM allocated GROUP BY n) total ON total.n = wanted.n
      WHERE coalesce(total.take, 0) < wanted.quantity)
  INTO lines, locations, taken, short
  FROM allocated;
  IF short IS NOT NULL THEN
    -- A hold that expired while this waited: its row comes before the levels that are locked by now.
    moment := clock_timestamp();
    IF EXISTS (SELECT FROM hold_lines WHERE sku_id = ANY(p_skus) AND active AND expires_at <= moment) THEN
      RAISE EXCEPTION 'a hold has expired meanwhile' USING ERRCODE = '40001';
    END IF;
    RETURN jsonb_build_object('short', short);
  END IF;

  until := clock_timestamp() + make_interval(secs => p_seconds);
  INSERT INTO holds (id, channel_id, caller, currency, expires_at) VALUES (new_id, p_channel, p_caller, list_currency, until);
  INSERT INTO hold_lines (hold_id, position, sku_id, location_id, quantity, unit_amount, compare_at, expires_at)
  SELECT new_id, line.position - 1, p_skus[line.n], line.location_id, line.quantity, amounts[line.n], compare_ats[line.n], until
  FROM unnest(lines, locations, taken) WITH ORDINALITY AS line (n, location_id, quantity, position);
  UPDATE stock_levels level SET held = level.held + line.quantity
  FROM unnest(lines, locations, taken) AS line (n, location_id, quantity)
  WHERE level.sku_id = p_skus[line.n] AND level.location_id = line.location_id;

  answer := hold_json(new_id);
  IF p_key IS NOT NULL THEN PERFORM idempotency_keep(p_caller, p_key, 'holdCreate', p_fingerprint, answer); END IF;
  RETURN jsonb_build_object('hold', answer);
END $$;
