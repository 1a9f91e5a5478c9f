-- Holds: reservations of stock that stay correct under load.
--
-- All writers take locks in the same order, so that no two wait for each other: the idempotency key, then the client,
-- then holds by id, then SKUs by code, then stock levels by SKU and location.
--
-- Guests are callers without the scope holds:create. Limits apply to what each guest can hold, and to what all guests
-- together can hold of an SKU, so that strangers cannot reserve a shop's whole stock.

-- A reservation of stock. Anyone who knows its id can use it, so the id cannot be guessed. It has no foreign keys: with
-- them, every hold of a channel would share-lock the same row.
CREATE TABLE holds (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  channel_id integer NOT NULL,
  -- The API key that created it; 0: none.
  caller integer NOT NULL,
  currency text NOT NULL,
  -- ACTIVE but past expires_at counts as EXPIRED: it has just not been swept yet.
  status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'CONFIRMED', 'RELEASED', 'EXPIRED')),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  -- Set only while a guest's hold is active: the client, as the HMAC-SHA-256 of its address. It is used to count the
  -- client's holds, and removed when the hold ends.
  client bytea CHECK (octet_length(client) = 32),
  CHECK ((status = 'ACTIVE') = (ended_at IS NULL)),
  CONSTRAINT holds_client_active CHECK (client IS NULL OR status = 'ACTIVE')
);
CREATE INDEX holds_expiring ON holds (expires_at) WHERE status = 'ACTIVE';
CREATE INDEX holds_ended ON holds (ended_at) WHERE status <> 'ACTIVE';
CREATE INDEX holds_client ON holds (client) WHERE client IS NOT NULL;

-- Units of one SKU at one location.
CREATE TABLE hold_lines (
  hold_id uuid NOT NULL REFERENCES holds ON DELETE CASCADE,
  position smallint NOT NULL,
  sku_id integer NOT NULL,
  location_id integer NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  -- The price when the hold was made, in minor units of its currency.
  unit_amount bigint NOT NULL,
  compare_at bigint,
  -- Whether stock_levels.held includes it. The hold's expiry is repeated here so that readers find expired units.
  active boolean NOT NULL DEFAULT true,
  expires_at timestamptz NOT NULL,
  guest boolean NOT NULL DEFAULT false,
  PRIMARY KEY (hold_id, position)
);
-- By expiry within the SKU, so that expired lines are found without reading the active ones. A popular SKU has many of
-- those.
CREATE INDEX hold_lines_active ON hold_lines (sku_id, expires_at) INCLUDE (location_id, quantity) WHERE active;

-- Levels whose held units do not match the active holds. There are none unless someone bypassed the functions below.
CREATE VIEW held_drift AS
SELECT level.sku_id, level.location_id, level.held, coalesce(line.quantity, 0) AS in_holds,
  level.guest_held, coalesce(line.of_guests, 0) AS in_guest_holds
FROM stock_levels level
FULL JOIN (
  SELECT sku_id, location_id, sum(quantity) AS quantity, sum(quantity) FILTER (WHERE guest) AS of_guests
  FROM hold_lines WHERE active GROUP BY sku_id, location_id
) line ON line.sku_id = level.sku_id AND line.location_id = level.location_id
WHERE level.held IS DISTINCT FROM coalesce(line.quantity, 0) OR level.guest_held IS DISTINCT FROM coalesce(line.of_guests, 0);

-- A level with held units cannot be deleted, nor can its SKU: a hold is a promise.
CREATE FUNCTION refuse_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'SKU % is in an active hold at location %', OLD.sku_id, OLD.location_id USING ERRCODE = '55006';
END $$;
CREATE TRIGGER stock_levels_held BEFORE DELETE ON stock_levels
  FOR EACH ROW WHEN (OLD.held > 0) EXECUTE FUNCTION refuse_held();

-- A hold as returned to callers.
CREATE FUNCTION hold_json(p_id uuid) RETURNS jsonb STABLE LANGUAGE sql
  RETURN (
    SELECT jsonb_build_object(
      'id', hold.id,
      'status', CASE WHEN hold.status = 'ACTIVE' AND hold.expires_at <= clock_timestamp() THEN 'EXPIRED' ELSE hold.status END,
      'expiresAt', hold.expires_at,
      'currency', hold.currency,
      'lines', (
        SELECT jsonb_agg(jsonb_build_object('sku', line.sku_id, 'quantity', line.quantity, 'amount', line.unit_amount,
          'compareAt', line.compare_at, 'location', jsonb_build_object('key', location.id, 'handle', location.handle,
          'name', location.name, 'countryCode', location.country_code)) ORDER BY line.position)
        FROM hold_lines line JOIN stock_locations location ON location.id = line.location_id
        WHERE line.hold_id = hold.id)
    )
    FROM holds hold WHERE hold.id = p_id);

-- Ends holds that the caller has locked, which frees their stock. A caller that then locks the levels of some SKUs
-- passes those SKUs: one pass over all levels keeps the lock order; two passes would not.
--
-- Those SKUs are locked first. The call updates a level twice if it holds stock that expired holds give back. On the
-- second update, Postgres checks the level's foreign keys again, which would lock the SKU after the level.
CREATE FUNCTION holds_end(p_ids uuid[], p_status text, p_skus integer[] DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM skus WHERE id = ANY(p_skus) ORDER BY code FOR KEY SHARE;

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

-- Ends some of the holds that have expired, and returns how many. Holds that another transaction is ending are skipped.
CREATE FUNCTION holds_sweep(p_limit integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  due uuid[] := ARRAY(
    SELECT id FROM holds WHERE status = 'ACTIVE' AND expires_at <= statement_timestamp()
    ORDER BY expires_at LIMIT p_limit FOR UPDATE SKIP LOCKED);
BEGIN
  IF cardinality(due) > 0 THEN
    PERFORM holds_end(due, 'EXPIRED');
  END IF;
  RETURN cardinality(due);
END $$;

-- Units that guests may still hold: their share of what could be sold if they held nothing, minus what they hold. The
-- share is rounded up, so that guests can hold the last unit.
CREATE FUNCTION guest_room(p_share numeric, p_units bigint, p_held bigint) RETURNS bigint IMMUTABLE LANGUAGE sql
  RETURN greatest(ceil(p_share * p_units)::bigint - p_held, 0);

-- Holds stock in one round trip, so that the levels are locked as briefly as possible. It holds all lines or none. A
-- line is taken from the nearest location that has all of it (without coordinates: from the one that has the most), or
-- else from as few locations as possible.
--
-- `p_client` is null for callers that are not guests. A guest holds at most `p_guest_holds` at a time, and all guests
-- together take at most `p_guest_share` of an SKU, at each location and over all locations of the channel. A guest's
-- hold has no owner: anyone who knows its id can use it.
--
-- Returns {"hold": …}; {"answer": …} of the same earlier call; {"conflict": true}; {"tooManyHolds": true}; {"missing":
-- […]} with the lines (from 0) that the channel does not offer; or {"short": [{"line", "sellable"}], "limited":
-- [{"line", "room"}]} with the lines that exceed the stock and those that exceed the guests' share.
--
-- Here and below, plans are cached. They are the same for every basket, but because of the arrays, Postgres would
-- otherwise plan each call again, which takes as long as the rest of the call. A call that waits for a lock gives up
-- before it keeps others from getting a connection.
CREATE FUNCTION hold_create(
  p_channel integer, p_caller integer, p_skus integer[], p_quantities integer[],
  p_location integer, p_latitude double precision, p_longitude double precision, p_seconds integer,
  p_key text, p_fingerprint bytea, p_client bytea, p_guest_share numeric, p_guest_holds integer
) RETURNS jsonb LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET lock_timeout = '5s' AS $$
DECLARE
  replay jsonb;
  answer jsonb;
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
    replay := idempotency_replay(p_caller, p_key, 'holdCreate', p_fingerprint);
    IF replay IS NOT NULL THEN RETURN replay; END IF;
  END IF;

  IF p_client IS NOT NULL THEN
    -- One call of a client at a time, because two at once would both find room for the last hold. Advisory locks with
    -- two numbers never conflict with those with one, which idempotency keys use.
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

  -- Expired holds that are not swept yet are for sale already, as readers see it.
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
    -- The guests' share is computed over all locations.
    AND (p_location IS NULL OR p_client IS NOT NULL OR location_id = p_location)
  ORDER BY sku_id, location_id FOR NO KEY UPDATE;

  WITH wanted AS (
    SELECT sku_id, quantity, n::integer FROM unnest(p_skus, p_quantities) WITH ORDINALITY AS line (sku_id, quantity, n)
  ), level AS MATERIALIZED (
    -- By SKU first, even if Postgres has no statistics: by location, it would read every level of the channel.
    SELECT sku_id, location_id,
      -- Uncounted stock has as many units as `held` can count.
      CASE WHEN on_hand IS NULL THEN 2147483647 - held ELSE sellable END AS sellable,
      CASE WHEN p_client IS NULL OR on_hand IS NULL THEN 2147483647 ELSE guest_room(p_guest_share,
        on_hand - safety_stock - held + guest_held, guest_held) END AS guest_room
    FROM stock_levels
    WHERE sku_id = ANY(p_skus) AND sellable > 0 AND (p_location IS NULL OR location_id = p_location)
  ), free AS (
    SELECT wanted.n, wanted.quantity, level.location_id, level.sellable,
      -- What the caller may hold.
      least(level.sellable, level.guest_room) AS room,
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
    -- Over all locations, the guests' share applies once. If a location is not counted, there is no limit.
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
    -- A hold expired while this call waited. In the lock order, its row comes before the levels, which are locked
    -- already.
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

-- Ends a hold: CONFIRMED (the stock is deducted) or RELEASED (it stays). Returns {"hold": …}; {"answer": …} of the same
-- earlier call; {"conflict": true}; {"notFound": true}; {"ended": …} with the hold as it ended earlier; or {"short":
-- [{"line", "sellable"}]} if fewer units are on hand than were held.
CREATE FUNCTION hold_finish(
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
  -- Checked once, while the lock is held: from here on, it is one or the other.
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
    -- A sale of uncounted stock does not change a quantity, but it is recorded anyway.
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
