-- Strangers hold little, and sell nothing: what callers without the scope holds:create (guests) hold together is bounded
-- for each SKU, and so is what one client holds. To confirm a hold takes a key with the scope holds:confirm.

ALTER TABLE api_keys
  DROP CONSTRAINT api_keys_scopes_check,
  ADD CONSTRAINT api_keys_scopes_check CHECK (scopes <@ ARRAY['catalog:write', 'holds:create', 'holds:confirm']);

-- Gateways hash the addresses of guests with it. One row, which the first gateway that needs it writes.
CREATE TABLE guest_address_key (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  key bytea NOT NULL CHECK (octet_length(key) = 32)
);

ALTER TABLE holds
  -- Of a guest's hold while it is active: its client, as HMAC-SHA-256 of the address. It only counts holds, so it goes
  -- when they end.
  ADD COLUMN client bytea CHECK (octet_length(client) = 32),
  ADD CONSTRAINT holds_client_active CHECK (client IS NULL OR status = 'ACTIVE');
CREATE INDEX holds_client ON holds (client) WHERE client IS NOT NULL;

ALTER TABLE hold_lines ADD COLUMN guest boolean NOT NULL DEFAULT false;

-- Held units that guests hold. Counted as held is: of a hot SKU there are too many holds to add up under its lock.
ALTER TABLE stock_levels ADD COLUMN guest_held integer NOT NULL DEFAULT 0,
  ADD CONSTRAINT stock_levels_held_guests_check CHECK (guest_held BETWEEN 0 AND held);

CREATE OR REPLACE VIEW held_drift AS
SELECT level.sku_id, level.location_id, level.held, coalesce(line.quantity, 0) AS in_holds,
  level.guest_held, coalesce(line.of_guests, 0) AS in_guest_holds
FROM stock_levels level
FULL JOIN (
  SELECT sku_id, location_id, sum(quantity) AS quantity, sum(quantity) FILTER (WHERE guest) AS of_guests
  FROM hold_lines WHERE active GROUP BY sku_id, location_id
) line ON line.sku_id = level.sku_id AND line.location_id = level.location_id
WHERE level.held IS DISTINCT FROM coalesce(line.quantity, 0) OR level.guest_held IS DISTINCT FROM coalesce(line.of_guests, 0);

-- Units that guests may still take of what could be sold if they held nothing: their share of it, rounded up so that
-- of one unit there is one, less what they hold.
CREATE FUNCTION guest_room(p_share numeric, p_units bigint, p_held bigint) RETURNS bigint IMMUTABLE LANGUAGE sql
  RETURN greatest(ceil(p_share * p_units)::bigint - p_held, 0);

-- As before, and counts what guests held.
CREATE OR REPLACE FUNCTION holds_end(p_ids uuid[], p_status text, p_skus integer[] DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM (
    SELECT sku_id, location_id FROM hold_lines WHERE hold_id = ANY(p_ids) AND active
    UNION
    SELECT sku_id, location_id FROM stock_levels WHERE sku_id = ANY(p_skus)
  ) wanted JOIN stock_levels level USING (sku_id, location_id)
  ORDER BY level.sku_id, level.location_id FOR NO KEY UPDATE OF level;

  UPDATE stock_levels level SET held = level.held - line.quantity, guest_held = level.guest_held - line.of_guests
  FROM (
    SELECT sku_id, location_id, sum(quantity)::integer AS quantity,
      coalesce(sum(quantity) FILTER (WHERE guest), 0)::integer AS of_guests
    FROM hold_lines
    WHERE hold_id = ANY(p_ids) AND active GROUP BY sku_id, location_id
  ) line
  WHERE level.sku_id = line.sku_id AND level.location_id = line.location_id;

  UPDATE hold_lines SET active = false WHERE hold_id = ANY(p_ids) AND active;
  UPDATE holds SET status = p_status, ended_at = clock_timestamp(), client = NULL WHERE id = ANY(p_ids);
END $$;

-- As before, with bounds for guests: `p_client` is null for callers that have none. A guest holds at most `p_guest_holds`
-- at a time, and all guests together take at most `p_guest_share` of an SKU, at each location and over those of the channel.
-- A hold of a guest is nobody's: whoever knows its id may use it. Answers as before, and {"tooManyHolds": true}, or beside
-- "short" also "limited": [{"line", "room"}] with the lines that guests may not hold so much of.
--
-- Locks: the key of an idempotent call, then the client, then holds by id, then stock levels by SKU and location.
DROP FUNCTION hold_create(integer, integer, integer[], integer[], integer, double precision, double precision, integer, text, bytea);
CREATE FUNCTION hold_create(
  p_channel integer, p_caller integer, p_skus integer[], p_quantities integer[],
  p_location integer, p_latitude double precision, p_longitude double precision, p_seconds integer,
  p_key text, p_fingerprint bytea, p_client bytea, p_guest_share numeric, p_guest_holds integer
) RETURNS jsonb LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET lock_timeout = '5s' AS $$
DECLARE
  replay jsonb;
  answer jsonb;
  -- An index finds what is before it; what is before clock_timestamp() it does not.
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
  -- From when the stock was held: waiting for it does not shorten a hold.
  until timestamptz;
BEGIN
  IF p_key IS NOT NULL THEN
    replay := idempotency_replay(p_caller, p_key, 'holdCreate', p_fingerprint);
    IF replay IS NOT NULL THEN RETURN replay; END IF;
  END IF;

  IF p_client IS NOT NULL THEN
    -- One call of a client at a time: two at once would both find room for the last hold. Locks with two numbers never meet
    -- those with one, which idempotency keys take.
    PERFORM pg_advisory_xact_lock(hashtext('guest'), hashtext(encode(p_client, 'hex')));
    IF (SELECT count(*) FROM holds WHERE client = p_client AND expires_at > clock_timestamp()) >= p_guest_holds THEN
      RETURN '{"tooManyHolds": true}';
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
    -- The share of guests is one of all locations.
    AND (p_location IS NULL OR p_client IS NOT NULL OR location_id = p_location)
  ORDER BY sku_id, location_id FOR NO KEY UPDATE;

  WITH wanted AS (
    SELECT sku_id, quantity, n::integer FROM unnest(p_skus, p_quantities) WITH ORDINALITY AS line (sku_id, quantity, n)
  ), level AS MATERIALIZED (
    -- By SKU first, also while Postgres has no statistics: by location it would be every level that the channel has.
    SELECT sku_id, location_id,
      -- Of what nobody counts there is as much as can be counted as held.
      CASE WHEN on_hand IS NULL THEN 2147483647 - held ELSE sellable END AS sellable,
      CASE WHEN p_client IS NULL OR on_hand IS NULL THEN 2147483647 ELSE guest_room(p_guest_share,
        on_hand - safety_stock - held + guest_held, guest_held) END AS guest_room
    FROM stock_levels
    WHERE sku_id = ANY(p_skus) AND sellable > 0 AND (p_location IS NULL OR location_id = p_location)
  ), free AS (
    SELECT wanted.n, wanted.quantity, level.location_id, level.sellable,
      -- What the caller may take.
      least(level.sellable, level.guest_room) AS room,
      -- Of places on a sphere, the nearest has the largest cosine of the angle between.
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
    -- Over all locations, guests take the share once. Where one of them is not counted there is no end of it.
    SELECT level.sku_id, CASE WHEN bool_and(on_hand IS NOT NULL) THEN guest_room(p_guest_share,
      sum(greatest(on_hand - safety_stock - held + guest_held, 0)), sum(guest_held)) END AS room
    FROM stock_levels level
    JOIN channel_locations served ON served.location_id = level.location_id AND served.channel_id = p_channel
    WHERE p_client IS NOT NULL AND level.sku_id = ANY(p_skus) GROUP BY level.sku_id
  ), total AS (
    SELECT wanted.n, wanted.quantity, coalesce(found.sellable, 0) AS sellable,
      least(coalesce(found.room, 0), guest.room) AS room
    FROM wanted
    LEFT JOIN (SELECT n, sum(sellable) AS sellable, sum(room) AS room FROM free GROUP BY n) found ON found.n = wanted.n
    LEFT JOIN guest ON guest.sku_id = wanted.sku_id
  )
  SELECT array_agg(n ORDER BY n, take DESC, location_id), array_agg(location_id ORDER BY n, take DESC, location_id),
    array_agg(take ORDER BY n, take DESC, location_id), (
      SELECT jsonb_agg(jsonb_build_object('line', n - 1, 'sellable', sellable) ORDER BY n)
      FROM total WHERE sellable < quantity), (
      SELECT jsonb_agg(jsonb_build_object('line', n - 1, 'room', room) ORDER BY n)
      FROM total WHERE sellable >= quantity AND room < quantity)
  INTO lines, locations, taken, short, limited
  FROM allocated;
  IF short IS NOT NULL OR limited IS NOT NULL THEN
    -- A hold that expired while this waited: its row comes before the levels that are locked by now.
    moment := clock_timestamp();
    IF EXISTS (SELECT FROM hold_lines WHERE sku_id = ANY(p_skus) AND active AND expires_at <= moment) THEN
      RAISE EXCEPTION 'a hold has expired meanwhile' USING ERRCODE = '40001';
    END IF;
    RETURN jsonb_build_object('short', coalesce(short, '[]'), 'limited', coalesce(limited, '[]'));
  END IF;

  until := clock_timestamp() + make_interval(secs => p_seconds);
  INSERT INTO holds (id, channel_id, caller, client, currency, expires_at)
  VALUES (new_id, p_channel, CASE WHEN p_client IS NULL THEN p_caller ELSE 0 END, p_client, list_currency, until);
  INSERT INTO hold_lines (hold_id, position, sku_id, location_id, quantity, unit_amount, compare_at, expires_at, guest)
  SELECT new_id, line.position - 1, p_skus[line.n], line.location_id, line.quantity, amounts[line.n], compare_ats[line.n],
    until, p_client IS NOT NULL
  FROM unnest(lines, locations, taken) WITH ORDINALITY AS line (n, location_id, quantity, position);
  UPDATE stock_levels level SET held = level.held + line.quantity,
    guest_held = level.guest_held + CASE WHEN p_client IS NULL THEN 0 ELSE line.quantity END
  FROM unnest(lines, locations, taken) AS line (n, location_id, quantity)
  WHERE level.sku_id = p_skus[line.n] AND level.location_id = line.location_id;

  answer := hold_json(new_id);
  IF p_key IS NOT NULL THEN PERFORM idempotency_keep(p_caller, p_key, 'holdCreate', p_fingerprint, answer); END IF;
  RETURN jsonb_build_object('hold', answer);
END $$;

-- As before, and counts what guests held.
CREATE OR REPLACE FUNCTION hold_finish(
  p_id uuid, p_status text, p_channel integer, p_caller integer, p_actor text, p_key text, p_fingerprint bytea
) RETURNS jsonb LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET lock_timeout = '5s' AS $$
DECLARE
  replay jsonb;
  hold holds;
  short jsonb;
  answer jsonb;
BEGIN
  IF p_key IS NOT NULL THEN
    replay := idempotency_replay(p_caller, p_key, 'hold ' || p_status, p_fingerprint);
    IF replay IS NOT NULL THEN RETURN replay; END IF;
  END IF;

  SELECT * INTO hold FROM holds
  WHERE id = p_id AND channel_id = p_channel AND caller IN (0, p_caller) FOR UPDATE;
  IF NOT FOUND THEN RETURN '{"notFound": true}'; END IF;
  -- Asked once, with the lock held: from here on it is one or the other.
  IF hold.status = 'ACTIVE' AND hold.expires_at <= clock_timestamp() THEN
    PERFORM holds_end(ARRAY[p_id], 'EXPIRED');
    RETURN jsonb_build_object('ended', hold_json(p_id));
  END IF;
  IF hold.status <> 'ACTIVE' THEN RETURN jsonb_build_object('ended', hold_json(p_id)); END IF;

  IF p_status = 'CONFIRMED' THEN
    PERFORM FROM stock_levels level
    WHERE EXISTS (
      SELECT FROM hold_lines line
      WHERE line.hold_id = p_id AND line.sku_id = level.sku_id AND line.location_id = level.location_id)
    ORDER BY level.sku_id, level.location_id FOR NO KEY UPDATE;
    SELECT jsonb_agg(jsonb_build_object('line', line.position, 'sellable', level.on_hand) ORDER BY line.position) INTO short
    FROM hold_lines line JOIN stock_levels level ON level.sku_id = line.sku_id AND level.location_id = line.location_id
    WHERE line.hold_id = p_id AND level.on_hand < line.quantity;
    IF short IS NOT NULL THEN RETURN jsonb_build_object('short', short); END IF;

    PERFORM set_config('vitrine.actor', p_actor, true), set_config('vitrine.reason', 'sale', true),
      set_config('vitrine.reference', 'hold ' || p_id, true);
    UPDATE stock_levels level SET on_hand = level.on_hand - line.quantity, held = level.held - line.quantity,
      guest_held = level.guest_held - CASE WHEN line.guest THEN line.quantity ELSE 0 END
    FROM hold_lines line
    WHERE line.hold_id = p_id AND level.sku_id = line.sku_id AND level.location_id = line.location_id;
    -- A sale of what nobody counts changes no balance, and is noted all the same.
    INSERT INTO stock_ledger (sku_id, location_id, delta, balance, actor, reason, reference)
    SELECT line.sku_id, line.location_id, 0, NULL, p_actor, 'sale', 'hold ' || p_id
    FROM hold_lines line JOIN stock_levels level USING (sku_id, location_id)
    WHERE line.hold_id = p_id AND level.on_hand IS NULL;
    UPDATE hold_lines SET active = false WHERE hold_id = p_id;
    UPDATE holds SET status = 'CONFIRMED', ended_at = clock_timestamp(), client = NULL WHERE id = p_id;
  ELSE
    PERFORM holds_end(ARRAY[p_id], p_status);
  END IF;

  answer := hold_json(p_id);
  IF p_key IS NOT NULL THEN PERFORM idempotency_keep(p_caller, p_key, 'hold ' || p_status, p_fingerprint, answer); END IF;
  RETURN jsonb_build_object('hold', answer);
END $$;
