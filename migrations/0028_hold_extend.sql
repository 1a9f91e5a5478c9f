-- Holds can be extended.

-- `expires_at` of the hold is checked again when its lock is free: the one who had it may have extended the hold.
CREATE OR REPLACE FUNCTION hold_create(
  p_channel integer, p_caller integer, p_shopper bytea, p_skus integer[], p_quantities integer[],
  p_location integer, p_latitude double precision, p_longitude double precision, p_seconds integer,
  p_key text, p_key_shopper bytea, p_fingerprint bytea, p_client bytea, p_guest_share numeric, p_guest_holds integer,
  p_guest_units integer
) RETURNS jsonb LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET lock_timeout = '5s' AS $$
DECLARE
  replay jsonb;
  answer jsonb;
  -- The active holds of the client, and their units.
  own uuid[];
  own_units bigint;
  -- A variable, because an index cannot be used to find rows before clock_timestamp().
  moment timestamptz;
  expired uuid[];
  missing jsonb;
  short jsonb;
  limited jsonb;
  lines integer[];
  locations integer[];
  taken integer[];
  new_id uuid := gen_random_uuid();
  list_id integer;
  list_currency text;
  amounts bigint[];
  compare_ats bigint[];
  -- Counted from when the stock is held, so that waiting does not shorten a hold.
  until timestamptz;
BEGIN
  IF p_key IS NOT NULL THEN
    replay := idempotency_replay(p_caller, p_key_shopper, p_key, 'holdCreate', p_fingerprint);
    IF replay IS NOT NULL THEN RETURN replay; END IF;
  END IF;

  IF p_client IS NOT NULL THEN
    -- One call of a client at a time, because two at once would both find room for the same units. Advisory locks with
    -- two numbers never conflict with those with one, which idempotency keys use.
    PERFORM pg_advisory_xact_lock(hashtext('guest'), hashtext(encode(p_client, 'hex')));
    own := ARRAY(SELECT id FROM holds WHERE client = p_client AND expires_at > clock_timestamp());
    IF cardinality(own) >= p_guest_holds THEN RETURN '{"tooManyHolds": true}'; END IF;
    -- One hold at a time: a plan that was made when there were few lines would otherwise read all of them, for as long
    -- as it is cached. OFFSET 0 keeps the planner from joining instead.
    own_units := (
      SELECT coalesce(sum(line.quantity), 0) FROM unnest(own) AS hold (id)
      CROSS JOIN LATERAL (SELECT quantity FROM hold_lines WHERE hold_id = hold.id AND active OFFSET 0) line);
    IF own_units + (SELECT sum(quantity) FROM unnest(p_quantities) AS quantity) > p_guest_units THEN
      RETURN jsonb_build_object('tooManyUnits', own_units);
    END IF;
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

  -- Expired holds that are not swept yet are for sale already, as readers see it.
  moment := clock_timestamp();
  IF EXISTS (SELECT FROM hold_lines WHERE sku_id = ANY(p_skus) AND active AND expires_at <= moment) THEN
    expired := ARRAY(
      SELECT id FROM holds
      WHERE status = 'ACTIVE' AND expires_at <= moment AND id IN (
        SELECT line.hold_id FROM hold_lines line
        WHERE line.sku_id = ANY(p_skus) AND line.active AND line.expires_at <= moment)
      ORDER BY id FOR UPDATE);
    PERFORM holds_end(expired, 'EXPIRED', p_skus);
  END IF;

  PERFORM FROM stock_levels
  WHERE sku_id = ANY(p_skus)
    AND location_id IN (SELECT location_id FROM channel_locations WHERE channel_id = p_channel)
    -- The guests' share is computed over all locations.
    AND (p_location IS NULL OR p_client IS NOT NULL OR location_id = p_location)
  ORDER BY sku_id, location_id FOR NO KEY UPDATE;

  WITH wanted AS (
    SELECT sku_id, quantity, n::integer FROM unnest(p_skus, p_quantities) WITH ORDINALITY AS line (sku_id, quantity, n)
  ), mine AS MATERIALIZED (
    -- By hold, because a popular SKU has too many lines to read while it is locked.
    SELECT line.sku_id, line.location_id, sum(line.quantity)::integer AS quantity FROM unnest(own) AS hold (id)
    CROSS JOIN LATERAL (
      SELECT sku_id, location_id, quantity FROM hold_lines WHERE hold_id = hold.id AND active OFFSET 0) line
    GROUP BY line.sku_id, line.location_id
  ), level AS MATERIALIZED (
    -- By SKU first, even if Postgres has no statistics: by location, it would read every level of the channel.
    SELECT sku_id, location_id,
      -- Uncounted stock has as many units as `held` can count.
      CASE WHEN on_hand IS NULL THEN 2147483647 - held ELSE sellable END AS sellable,
      CASE WHEN p_client IS NULL OR on_hand IS NULL THEN 2147483647 ELSE guest_room(p_guest_share,
        on_hand - safety_stock - held + guest_held, guest_held) END AS guest_room,
      CASE WHEN p_client IS NULL OR on_hand IS NULL THEN 2147483647 ELSE client_room(p_guest_share,
        on_hand - safety_stock - held + guest_held, coalesce(mine.quantity, 0)) END AS client_room
    FROM stock_levels LEFT JOIN mine USING (sku_id, location_id)
    WHERE sku_id = ANY(p_skus) AND sellable > 0 AND (p_location IS NULL OR location_id = p_location)
  ), free AS (
    SELECT wanted.n, wanted.quantity, level.location_id, level.sellable,
      -- What the caller may hold, and what it might if all guests were one client.
      least(level.sellable, level.guest_room, level.client_room) AS room,
      least(level.sellable, level.guest_room) AS guest_room,
      -- On a sphere, the nearest place has the largest cosine of the angle.
      sin(radians(p_latitude)) * sin(radians(location.latitude)) + cos(radians(p_latitude)) * cos(radians(location.latitude))
        * cos(radians(location.longitude - p_longitude)) AS nearness
    FROM wanted
    JOIN level USING (sku_id)
    JOIN channel_locations served ON served.location_id = level.location_id AND served.channel_id = p_channel
    JOIN stock_locations location ON location.id = level.location_id
  ), ranked AS (
    SELECT n, quantity, location_id, room, coalesce(sum(room) OVER (
        PARTITION BY n
        ORDER BY room >= quantity DESC, CASE WHEN room >= quantity THEN nearness END DESC NULLS LAST,
          room DESC, nearness DESC NULLS LAST, location_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM free WHERE room > 0
  ), allocated AS (
    SELECT n, location_id, least(room, quantity - before)::integer AS take FROM ranked WHERE before < quantity
  ), guest AS (
    -- Over all locations, each limit applies once. If a location is not counted, there is none.
    SELECT level.sku_id, CASE WHEN bool_and(on_hand IS NOT NULL) THEN guest_room(p_guest_share,
      sum(greatest(on_hand - safety_stock - held + guest_held, 0)), sum(guest_held)) END AS room,
      CASE WHEN bool_and(on_hand IS NOT NULL) THEN client_room(p_guest_share,
      sum(greatest(on_hand - safety_stock - held + guest_held, 0)), coalesce(sum(mine.quantity), 0)) END AS client_room
    FROM stock_levels level
    JOIN channel_locations served ON served.location_id = level.location_id AND served.channel_id = p_channel
    LEFT JOIN mine ON mine.sku_id = level.sku_id AND mine.location_id = level.location_id
    WHERE p_client IS NOT NULL AND level.sku_id = ANY(p_skus) GROUP BY level.sku_id
  ), total AS (
    SELECT wanted.n, wanted.quantity, coalesce(found.sellable, 0) AS sellable,
      least(coalesce(found.room, 0), guest.room, guest.client_room) AS room,
      least(coalesce(found.guest_room, 0), guest.room) AS guest_room
    FROM wanted
    LEFT JOIN (SELECT n, sum(sellable) AS sellable, sum(room) AS room, sum(guest_room) AS guest_room
      FROM free GROUP BY n) found ON found.n = wanted.n
    LEFT JOIN guest ON guest.sku_id = wanted.sku_id
  )
  SELECT array_agg(n ORDER BY n, take DESC, location_id), array_agg(location_id ORDER BY n, take DESC, location_id),
    array_agg(take ORDER BY n, take DESC, location_id), (
      SELECT jsonb_agg(jsonb_build_object('line', n - 1, 'sellable', sellable) ORDER BY n)
      FROM total WHERE sellable < quantity), (
      SELECT jsonb_agg(jsonb_build_object('line', n - 1, 'room', room, 'own', room < guest_room) ORDER BY n)
      FROM total WHERE sellable >= quantity AND room < quantity)
  INTO lines, locations, taken, short, limited
  FROM allocated;
  IF short IS NOT NULL OR limited IS NOT NULL THEN
    -- A hold expired while this call waited. In the lock order, its row comes before the levels, which are locked
    -- already.
    moment := clock_timestamp();
    IF EXISTS (SELECT FROM hold_lines WHERE sku_id = ANY(p_skus) AND active AND expires_at <= moment) THEN
      RAISE EXCEPTION 'a hold has expired meanwhile' USING ERRCODE = '40001';
    END IF;
    RETURN jsonb_build_object('short', coalesce(short, '[]'), 'limited', coalesce(limited, '[]'));
  END IF;

  until := clock_timestamp() + make_interval(secs => p_seconds);
  INSERT INTO holds (id, channel_id, caller, made_by, shopper, client, currency, expires_at)
  VALUES (new_id, p_channel, CASE WHEN p_client IS NULL THEN p_caller ELSE 0 END, p_caller, p_shopper, p_client,
    list_currency, until);
  INSERT INTO hold_lines (hold_id, position, sku_id, location_id, quantity, unit_amount, compare_at, expires_at, guest)
  SELECT new_id, line.position - 1, p_skus[line.n], line.location_id, line.quantity, amounts[line.n], compare_ats[line.n],
    until, p_client IS NOT NULL
  FROM unnest(lines, locations, taken) WITH ORDINALITY AS line (n, location_id, quantity, position);
  UPDATE stock_levels level SET held = level.held + line.quantity,
    guest_held = level.guest_held + CASE WHEN p_client IS NULL THEN 0 ELSE line.quantity END
  FROM unnest(lines, locations, taken) AS line (n, location_id, quantity)
  WHERE level.sku_id = p_skus[line.n] AND level.location_id = line.location_id;

  answer := hold_json(new_id);
  IF p_key IS NOT NULL THEN PERFORM idempotency_keep(p_caller, p_key_shopper, p_key, 'holdCreate', p_fingerprint, answer); END IF;
  RETURN jsonb_build_object('hold', answer);
END $$;

-- Lets an active hold end `p_seconds` from now, unless it ends later already. In all, no hold lasts longer than
-- `p_longest` seconds: then the answer is when it has to end.
CREATE FUNCTION hold_extend(
  p_id uuid, p_channel integer, p_caller integer, p_shopper bytea, p_confirms boolean, p_seconds integer, p_longest integer,
  p_key text, p_key_shopper bytea, p_fingerprint bytea
) RETURNS jsonb
LANGUAGE plpgsql
SET plan_cache_mode TO 'force_generic_plan'
SET lock_timeout TO '5s'
AS $$
DECLARE
  replay jsonb;
  hold holds;
  answer jsonb;
  until timestamptz;
  latest timestamptz;
BEGIN
  IF p_key IS NOT NULL THEN
    replay := idempotency_replay(p_caller, p_key_shopper, p_key, 'holdExtend', p_fingerprint);
    IF replay IS NOT NULL THEN RETURN replay; END IF;
  END IF;

  SELECT * INTO hold FROM holds
  WHERE id = p_id AND channel_id = p_channel
    AND hold_is_open(caller, made_by, shopper, p_caller, p_shopper, p_confirms) FOR UPDATE;
  IF NOT FOUND THEN RETURN '{"notFound": true}'; END IF;
  -- Once it has expired, its stock may have been sold already.
  IF hold.status = 'ACTIVE' AND hold.expires_at <= clock_timestamp() THEN
    PERFORM holds_end(ARRAY[p_id], 'EXPIRED');
    RETURN jsonb_build_object('ended', hold_json(p_id));
  END IF;
  IF hold.status <> 'ACTIVE' THEN RETURN jsonb_build_object('ended', hold_json(p_id)); END IF;

  until := greatest(hold.expires_at, clock_timestamp() + make_interval(secs => p_seconds));
  latest := greatest(hold.expires_at, hold.created_at + make_interval(secs => p_longest));
  IF until > latest THEN RETURN jsonb_build_object('latest', latest, 'unchanged', hold_json(p_id)); END IF;
  UPDATE hold_lines SET expires_at = until WHERE hold_id = p_id;
  UPDATE holds SET expires_at = until WHERE id = p_id;

  answer := hold_json(p_id);
  IF p_key IS NOT NULL THEN PERFORM idempotency_keep(p_caller, p_key_shopper, p_key, 'holdExtend', p_fingerprint, answer); END IF;
  RETURN jsonb_build_object('hold', answer);
END $$;

ALTER TABLE channels
  -- Where a shopper buys everything that a hold reserves.
  ADD COLUMN hold_url_template text CHECK (hold_url_template ~ '\{(hold|lines)\}');

INSERT INTO compatible_migrations (name, since)
VALUES ('0028_hold_extend', '0014_revoke_keys_of_deleted_channels');
