-- Promised units: what can be ordered while it is not in stock, apart from the stock. A hold's line is of one or the other.

-- Those of 0035 to 0037, as in 0030, for databases that have it already. Readers lock SKUs before lines, and holds do the
-- opposite, so no order is free of deadlocks.
DO $$
BEGIN
  FOR attempt IN 1..100 LOOP
    BEGIN
      SET LOCAL lock_timeout = '100ms';
      -- A reader of a view locks it first, and then its tables. So does this.
      LOCK TABLE sku_offers, available_stock, held_drift IN ACCESS EXCLUSIVE MODE;
      LOCK TABLE channels, products, skus, hold_lines, prices, stock_levels IN ACCESS EXCLUSIVE MODE;
      LOCK TABLE stock_locations IN SHARE ROW EXCLUSIVE MODE;
      SET LOCAL lock_timeout TO DEFAULT;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.1);
    END;
  END LOOP;
  RAISE EXCEPTION 'Long transactions hold up the migration: try again.' USING ERRCODE = 'lock_not_available';
END $$;

ALTER TABLE skus
  -- Units that can still be ordered when the SKU is out of stock, if when_out allows it. Null: any number.
  ADD COLUMN promised integer CHECK (promised >= 0),
  -- Of these, those in active holds, and in those of guests. On the SKU and not at a location, where they are not yet.
  ADD COLUMN promised_held integer NOT NULL DEFAULT 0 CHECK (promised_held >= 0),
  ADD COLUMN promised_guest_held integer NOT NULL DEFAULT 0,
  ADD CONSTRAINT skus_promised_guests_check CHECK (promised_guest_held BETWEEN 0 AND promised_held);

ALTER TABLE hold_lines
  -- Counted in skus.promised_held instead of stock_levels.held. The location is where the units are to be sent from.
  ADD COLUMN promised boolean NOT NULL DEFAULT false,
  -- The SKU's restock_at when the hold was made.
  ADD COLUMN promised_for timestamptz;

-- What readers ask of the active lines of an SKU is in the index.
DROP INDEX hold_lines_active;
CREATE INDEX hold_lines_active ON hold_lines (sku_id, expires_at) INCLUDE (location_id, quantity, promised) WHERE active;

-- As with stock, an SKU with promised units in a hold cannot be deleted. The code is another one than of stock: pruning in
-- the previous version repeats that at once, but does not know which SKUs to leave.
CREATE FUNCTION refuse_promised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'SKU % is promised in an active hold', OLD.id USING ERRCODE = 'VT001';
END $$;
CREATE TRIGGER skus_promised BEFORE DELETE ON skus
  FOR EACH ROW WHEN (OLD.promised_held > 0) EXECUTE FUNCTION refuse_promised();

-- Nor can a location from which units are to be sent. A stock level keeps it while stock is held there.
CREATE FUNCTION refuse_awaited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM hold_lines WHERE location_id = OLD.id AND active AND promised) THEN
    RAISE EXCEPTION 'location % is in an active hold', OLD.handle USING ERRCODE = '55006';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER stock_locations_promised BEFORE DELETE ON stock_locations
  FOR EACH ROW EXECUTE FUNCTION refuse_awaited();

-- Watchers of availability see promised units.
CREATE TRIGGER skus_notify AFTER UPDATE OF promised, promised_held, when_out, restock_at ON skus
  FOR EACH STATEMENT EXECUTE FUNCTION notify_change();

-- What feeds list as preorder, or as backorder without a quantity, was stored as stock, at the first location of the channel.
-- What is left of the quantity of a preorder, without its safety stock, is promised now: as long as it was stock, no more
-- could be sold. What is in holds stays on hand, so that they can be confirmed. Other stock is real: somebody else set it,
-- or it is that of a store. Sales of uncounted stock are in the ledger without changing it.
SELECT set_config('vitrine.actor', 'migration', true), set_config('vitrine.reason', 'promised, not in stock', true);
WITH fed AS MATERIALIZED (
  SELECT level.sku_id, level.location_id, level.on_hand, level.held, level.safety_stock
  FROM skus sku
  JOIN stock_levels level ON level.sku_id = sku.id
  CROSS JOIN LATERAL (
    SELECT actor FROM stock_ledger
    WHERE sku_id = level.sku_id AND location_id = level.location_id AND reason <> 'sale'
    ORDER BY id DESC LIMIT 1
  ) entry
  WHERE sku.when_out <> 'deny' AND level.location_id IN (SELECT min(location_id) FROM channel_locations GROUP BY channel_id)
    AND entry.actor = 'import' AND (level.on_hand IS NULL OR sku.when_out = 'preorder')
), counted AS (
  UPDATE skus SET promised = fed.units
  FROM (
    SELECT sku_id, sum(greatest(on_hand - held - safety_stock, 0)) AS units FROM fed WHERE on_hand IS NOT NULL GROUP BY sku_id
  ) fed
  WHERE skus.id = fed.sku_id
)
UPDATE stock_levels level SET on_hand = least(fed.on_hand, fed.held)
FROM fed WHERE level.sku_id = fed.sku_id AND level.location_id = fed.location_id;
SELECT set_config('vitrine.actor', '', true), set_config('vitrine.reason', '', true);

CREATE OR REPLACE VIEW available_stock AS
SELECT
  sku_id,
  location_id,
  on_hand,
  CASE
    WHEN held = 0 OR on_hand IS NULL THEN sellable
    ELSE greatest(on_hand::bigint - safety_stock - held + (
      SELECT coalesce(sum(line.quantity), 0) FROM hold_lines line
      WHERE line.sku_id = stock_levels.sku_id AND line.location_id = stock_levels.location_id
        AND line.active AND NOT line.promised AND line.expires_at <= statement_timestamp()), 0)::integer
  END AS sellable
FROM stock_levels;

-- SKUs, and how many units of them can be ordered beyond the stock; 2147483647: any number.
CREATE VIEW available_skus AS
SELECT
  id,
  product_id,
  position,
  code,
  gtin,
  options,
  option_names,
  image_id,
  when_out,
  restock_at,
  url,
  CASE
    WHEN when_out = 'deny' THEN 0
    WHEN promised IS NULL THEN 2147483647
    WHEN promised_held = 0 THEN promised
    -- As with stock, units of an expired hold are free when it expires.
    ELSE greatest(promised - promised_held + (
      SELECT coalesce(sum(line.quantity), 0) FROM hold_lines line
      WHERE line.sku_id = sku.id AND line.active AND line.promised AND line.expires_at <= statement_timestamp()), 0)
  END::bigint AS promised
FROM skus sku;

CREATE OR REPLACE VIEW sku_offers AS
SELECT
  channel.id AS channel_id,
  sku.product_id,
  sku.id AS sku_id,
  sku.position,
  sku.code,
  sku.gtin,
  sku.options,
  sku.image_id,
  sku.when_out,
  sku.restock_at,
  price_list.currency,
  price.amount,
  price.compare_at,
  upper(price.valid) AS price_valid_until,
  stock.sellable,
  stock.counted,
  CASE
    -- Imports of the previous version still write what can be ordered as uncounted stock. Drop this in the next version.
    WHEN NOT stock.counted AND sku.when_out <> 'deny' THEN upper(sku.when_out)
    WHEN stock.sellable > channel.low_stock_threshold THEN 'IN_STOCK'
    WHEN stock.sellable > 0 THEN 'LOW_STOCK'
    WHEN promise.units > 0 THEN upper(sku.when_out)
    ELSE 'OUT_OF_STOCK'
  END AS level,
  sku.url,
  sku.option_names,
  promise.units AS promised
FROM available_skus sku
CROSS JOIN channels channel
JOIN price_lists price_list ON price_list.id = channel.price_list_id
-- There is at most one. LIMIT keeps the planner from reading all prices before it filters by SKU.
CROSS JOIN LATERAL (
  SELECT amount, compare_at, valid
  FROM prices
  WHERE sku_id = sku.id AND price_list_id = channel.price_list_id AND valid @> statement_timestamp()
  LIMIT 1
) price
CROSS JOIN LATERAL (
  SELECT
    coalesce(sum(stock_level.sellable), 0)::bigint AS sellable,
    coalesce(bool_and(stock_level.on_hand IS NOT NULL), true) AS counted
  FROM available_stock stock_level
  JOIN channel_locations served
    ON served.location_id = stock_level.location_id AND served.channel_id = channel.id
  WHERE stock_level.sku_id = sku.id
) stock
CROSS JOIN LATERAL (
  -- A channel without locations has nowhere to send them from.
  SELECT CASE WHEN EXISTS (SELECT FROM channel_locations WHERE channel_id = channel.id) THEN sku.promised ELSE 0 END AS units
) promise;

-- The index stores whether anything is promised, as it does of stock.
CREATE OR REPLACE FUNCTION mark_updated_skus() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT unnest(ARRAY[before.product_id, after.product_id]) FROM after JOIN before USING (id)
  WHERE (before.product_id, before.options, before.when_out, before.gtin,
      coalesce(before.promised <= before.promised_held, false))
    IS DISTINCT FROM (after.product_id, after.options, after.when_out, after.gtin,
      coalesce(after.promised <= after.promised_held, false));
  RETURN NULL;
END $$;

CREATE OR REPLACE VIEW held_drift AS
SELECT level.sku_id, level.location_id, level.held, coalesce(line.quantity, 0) AS in_holds,
  level.guest_held, coalesce(line.of_guests, 0) AS in_guest_holds
FROM stock_levels level
FULL JOIN (
  SELECT sku_id, location_id, sum(quantity) AS quantity, sum(quantity) FILTER (WHERE guest) AS of_guests
  FROM hold_lines WHERE active AND NOT promised GROUP BY sku_id, location_id
) line ON line.sku_id = level.sku_id AND line.location_id = level.location_id
WHERE level.held IS DISTINCT FROM coalesce(line.quantity, 0) OR level.guest_held IS DISTINCT FROM coalesce(line.of_guests, 0);

-- The same for promised units.
CREATE VIEW promised_drift AS
SELECT sku.id AS sku_id, sku.promised_held, coalesce(line.quantity, 0) AS in_holds,
  sku.promised_guest_held, coalesce(line.of_guests, 0) AS in_guest_holds
FROM skus sku
FULL JOIN (
  SELECT sku_id, sum(quantity) AS quantity, sum(quantity) FILTER (WHERE guest) AS of_guests
  FROM hold_lines WHERE active AND promised GROUP BY sku_id
) line ON line.sku_id = sku.id
WHERE sku.promised_held IS DISTINCT FROM coalesce(line.quantity, 0)
  OR sku.promised_guest_held IS DISTINCT FROM coalesce(line.of_guests, 0);

CREATE OR REPLACE FUNCTION hold_json(p_id uuid) RETURNS jsonb STABLE LANGUAGE sql
  RETURN (
    SELECT jsonb_build_object(
      'id', hold.id,
      'status', CASE WHEN hold.status = 'ACTIVE' AND hold.expires_at <= clock_timestamp() THEN 'EXPIRED' ELSE hold.status END,
      'expiresAt', hold.expires_at,
      'currency', hold.currency,
      -- None are left of an old hold whose locations were deleted since.
      'lines', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('sku', line.sku_id, 'quantity', line.quantity,
          'amount', line.unit_amount, 'compareAt', line.compare_at, 'promised', line.promised,
          'expectedAt', line.promised_for, 'location', jsonb_build_object('key', location.id, 'handle', location.handle,
          'name', location.name, 'countryCode', location.country_code)) ORDER BY line.position), '[]')
        FROM hold_lines line JOIN stock_locations location ON location.id = line.location_id
        WHERE line.hold_id = hold.id)
    )
    FROM holds hold WHERE hold.id = p_id);

-- Of SKUs whose promised units change, or are held next (`p_promises`), the lock is stronger from the start.
DROP FUNCTION holds_end(uuid[], text, integer[]);
CREATE FUNCTION holds_end(p_ids uuid[], p_status text, p_skus integer[] DEFAULT '{}', p_promises boolean DEFAULT false)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  promising integer[] := ARRAY(SELECT sku_id FROM hold_lines WHERE hold_id = ANY(p_ids) AND active AND promised);
BEGIN
  IF p_promises OR promising <> '{}' THEN
    PERFORM FROM skus WHERE id = ANY(p_skus || promising) ORDER BY code FOR NO KEY UPDATE;
  ELSE
    PERFORM FROM skus WHERE id = ANY(p_skus) ORDER BY code FOR KEY SHARE;
  END IF;

  PERFORM FROM (
    SELECT sku_id, location_id FROM hold_lines WHERE hold_id = ANY(p_ids) AND active AND NOT promised
    UNION
    SELECT sku_id, location_id FROM stock_levels WHERE sku_id = ANY(p_skus)
  ) wanted JOIN stock_levels level USING (sku_id, location_id)
  ORDER BY level.sku_id, level.location_id FOR NO KEY UPDATE OF level;

  UPDATE stock_levels level SET held = level.held - line.quantity, guest_held = level.guest_held - line.of_guests
  FROM (
    SELECT sku_id, location_id, sum(quantity)::integer AS quantity,
      coalesce(sum(quantity) FILTER (WHERE guest), 0)::integer AS of_guests
    FROM hold_lines
    WHERE hold_id = ANY(p_ids) AND active AND NOT promised GROUP BY sku_id, location_id
  ) line
  WHERE level.sku_id = line.sku_id AND level.location_id = line.location_id;
  IF promising <> '{}' THEN
    UPDATE skus sku SET promised_held = sku.promised_held - line.quantity,
      promised_guest_held = sku.promised_guest_held - line.of_guests
    FROM (
      SELECT sku_id, sum(quantity)::integer AS quantity,
        coalesce(sum(quantity) FILTER (WHERE guest), 0)::integer AS of_guests
      FROM hold_lines
      WHERE hold_id = ANY(p_ids) AND active AND promised GROUP BY sku_id
    ) line
    WHERE sku.id = line.sku_id;
  END IF;

  UPDATE hold_lines SET active = false WHERE hold_id = ANY(p_ids) AND active;
  UPDATE holds SET status = p_status, ended_at = clock_timestamp(), client = NULL WHERE id = ANY(p_ids);
END $$;

-- Where `p_backorder` says so, units of a line that are not in stock are promised. Otherwise as before.
CREATE FUNCTION hold_create(
  p_channel integer, p_caller integer, p_shopper bytea, p_skus integer[], p_quantities integer[], p_backorder boolean[],
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
  -- Where promised units are to be sent from.
  destination integer;
  -- A variable, because an index cannot be used to find rows before clock_timestamp().
  moment timestamptz;
  expired uuid[];
  missing jsonb;
  short jsonb;
  limited jsonb;
  lines integer[];
  locations integer[];
  taken integer[];
  promises boolean[];
  promised_lines integer;
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

  -- An SKU is updated twice if it holds promised units that expired holds give back. On the second update, Postgres
  -- checks its foreign keys again, which would lock the product after the SKU. Whether an SKU promises anything is known
  -- only once it is locked.
  IF true = ANY(p_backorder) THEN
    PERFORM FROM products WHERE id IN (SELECT product_id FROM skus WHERE id = ANY(p_skus))
    ORDER BY handle FOR KEY SHARE;
    -- Nothing else keeps the location from being deleted meanwhile, and before stock levels, as deleting it does.
    SELECT served.location_id INTO destination
    FROM channel_locations served JOIN stock_locations location ON location.id = served.location_id
    WHERE served.channel_id = p_channel AND (p_location IS NULL OR served.location_id = p_location)
    ORDER BY sin(radians(p_latitude)) * sin(radians(location.latitude)) + cos(radians(p_latitude)) * cos(radians(location.latitude))
      * cos(radians(location.longitude - p_longitude)) DESC NULLS LAST, served.location_id
    LIMIT 1 FOR KEY SHARE OF location;
  END IF;

  -- Expired holds that are not swept yet are for sale already, as readers see it.
  moment := clock_timestamp();
  IF EXISTS (SELECT FROM hold_lines WHERE sku_id = ANY(p_skus) AND active AND expires_at <= moment) THEN
    expired := ARRAY(
      SELECT id FROM holds
      WHERE status = 'ACTIVE' AND expires_at <= moment AND id IN (
        SELECT line.hold_id FROM hold_lines line
        WHERE line.sku_id = ANY(p_skus) AND line.active AND line.expires_at <= moment)
      ORDER BY id FOR UPDATE);
    PERFORM holds_end(expired, 'EXPIRED', p_skus, true = ANY(p_backorder));
  ELSIF true = ANY(p_backorder) THEN
    PERFORM FROM skus WHERE id = ANY(p_skus) ORDER BY code FOR NO KEY UPDATE;
  END IF;

  PERFORM FROM stock_levels
  WHERE sku_id = ANY(p_skus)
    AND location_id IN (SELECT location_id FROM channel_locations WHERE channel_id = p_channel)
    -- The guests' share is computed over all locations.
    AND (p_location IS NULL OR p_client IS NOT NULL OR location_id = p_location)
  ORDER BY sku_id, location_id FOR NO KEY UPDATE;

  WITH asked AS (
    SELECT sku_id, quantity, backorder, n::integer
    FROM unnest(p_skus, p_quantities, p_backorder) WITH ORDINALITY AS line (sku_id, quantity, backorder, n)
  ), mine AS MATERIALIZED (
    -- By hold, because a popular SKU has too many lines to read while it is locked.
    SELECT line.sku_id, line.location_id, sum(line.quantity)::integer AS quantity FROM unnest(own) AS hold (id)
    CROSS JOIN LATERAL (
      SELECT sku_id, location_id, quantity FROM hold_lines WHERE hold_id = hold.id AND active AND NOT promised OFFSET 0) line
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
  ), wanted AS (
    -- How many units are to come from stock: of a line that may be promised, all that there are, if it needs them.
    SELECT asked.sku_id, asked.n, asked.quantity AS asked,
      (CASE WHEN asked.backorder THEN least(asked.quantity, stock.sellable) ELSE asked.quantity END)::integer AS quantity
    FROM asked CROSS JOIN LATERAL (
      SELECT coalesce(sum(level.sellable), 0) AS sellable FROM level
      JOIN channel_locations served ON served.location_id = level.location_id AND served.channel_id = p_channel
      WHERE level.sku_id = asked.sku_id
    ) stock
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
  ), promise AS (
    -- Of promised units, guests have the same share as of stock; if the units are not counted, there is no limit.
    SELECT wanted.n, wanted.asked - wanted.quantity AS quantity, units.free,
      CASE WHEN p_client IS NULL OR sku.promised IS NULL THEN units.free
        ELSE least(units.free, guest_room(p_guest_share, units.free + sku.promised_guest_held, sku.promised_guest_held)) END
        AS guest_room,
      CASE WHEN p_client IS NULL OR sku.promised IS NULL THEN units.free
        ELSE client_room(p_guest_share, units.free + sku.promised_guest_held, (
          SELECT coalesce(sum(line.quantity), 0) FROM unnest(own) AS hold (id)
          CROSS JOIN LATERAL (
            SELECT sku_id, quantity FROM hold_lines WHERE hold_id = hold.id AND active AND promised OFFSET 0) line
          WHERE line.sku_id = sku.id)) END AS client_room
    FROM wanted
    JOIN skus sku ON sku.id = wanted.sku_id
    CROSS JOIN LATERAL (
      SELECT CASE WHEN sku.when_out = 'deny' OR destination IS NULL THEN 0
        ELSE greatest(coalesce(sku.promised, 2147483647) - sku.promised_held, 0) END::bigint AS free) units
    WHERE wanted.asked > wanted.quantity
  ), total AS (
    SELECT wanted.n, wanted.asked AS quantity, coalesce(found.sellable, 0) + coalesce(promise.free, 0) AS sellable,
      least(coalesce(found.room, 0), guest.room, guest.client_room)
        + least(coalesce(promise.quantity, 0), promise.guest_room, promise.client_room) AS room,
      least(coalesce(found.guest_room, 0), guest.room) + least(coalesce(promise.quantity, 0), promise.guest_room) AS guest_room
    FROM wanted
    LEFT JOIN promise ON promise.n = wanted.n
    LEFT JOIN (SELECT n, sum(sellable) AS sellable, sum(room) AS room, sum(guest_room) AS guest_room
      FROM free GROUP BY n) found ON found.n = wanted.n
    LEFT JOIN guest ON guest.sku_id = wanted.sku_id
  ), line AS (
    SELECT n, location_id, take, false AS promised FROM allocated
    UNION ALL SELECT n, destination, quantity::integer, true FROM promise
  )
  SELECT array_agg(n ORDER BY n, promised, take DESC, location_id),
    array_agg(location_id ORDER BY n, promised, take DESC, location_id),
    array_agg(take ORDER BY n, promised, take DESC, location_id),
    array_agg(promised ORDER BY n, promised, take DESC, location_id), (
      SELECT jsonb_agg(jsonb_build_object('line', n - 1, 'sellable', sellable) ORDER BY n)
      FROM total WHERE sellable < quantity), (
      SELECT jsonb_agg(jsonb_build_object('line', n - 1, 'room', room, 'own', room < guest_room) ORDER BY n)
      FROM total WHERE sellable >= quantity AND room < quantity)
  INTO lines, locations, taken, promises, short, limited
  FROM line;
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
  INSERT INTO hold_lines (hold_id, position, sku_id, location_id, quantity, unit_amount, compare_at, expires_at, guest,
    promised, promised_for)
  SELECT new_id, line.position - 1, p_skus[line.n], line.location_id, line.quantity, amounts[line.n], compare_ats[line.n],
    until, p_client IS NOT NULL, line.promised,
    CASE WHEN line.promised THEN (SELECT restock_at FROM skus WHERE id = p_skus[line.n]) END
  FROM unnest(lines, locations, taken, promises) WITH ORDINALITY AS line (n, location_id, quantity, promised, position);
  UPDATE stock_levels level SET held = level.held + line.quantity,
    guest_held = level.guest_held + CASE WHEN p_client IS NULL THEN 0 ELSE line.quantity END
  FROM unnest(lines, locations, taken, promises) AS line (n, location_id, quantity, promised)
  WHERE level.sku_id = p_skus[line.n] AND level.location_id = line.location_id AND NOT line.promised;
  IF true = ANY(promises) THEN
    UPDATE skus sku SET promised_held = sku.promised_held + line.quantity,
      promised_guest_held = sku.promised_guest_held + CASE WHEN p_client IS NULL THEN 0 ELSE line.quantity END
    FROM unnest(lines, taken, promises) AS line (n, quantity, promised)
    WHERE sku.id = p_skus[line.n] AND line.promised AND sku.when_out <> 'deny'
      AND (sku.promised IS NULL OR sku.promised_held + line.quantity <= sku.promised);
    GET DIAGNOSTICS promised_lines = ROW_COUNT;
    IF promised_lines <> cardinality(array_positions(promises, true)) THEN
      RAISE EXCEPTION 'an SKU no longer promises what was to be held' USING ERRCODE = '40001';
    END IF;
  END IF;

  answer := hold_json(new_id);
  IF p_key IS NOT NULL THEN PERFORM idempotency_keep(p_caller, p_key_shopper, p_key, 'holdCreate', p_fingerprint, answer); END IF;
  RETURN jsonb_build_object('hold', answer);
END $$;

-- What gateways of the previous version call.
CREATE OR REPLACE FUNCTION hold_create(
  p_channel integer, p_caller integer, p_shopper bytea, p_skus integer[], p_quantities integer[],
  p_location integer, p_latitude double precision, p_longitude double precision, p_seconds integer,
  p_key text, p_key_shopper bytea, p_fingerprint bytea, p_client bytea, p_guest_share numeric, p_guest_holds integer,
  p_guest_units integer
) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  RETURN hold_create(p_channel, p_caller, p_shopper, p_skus, p_quantities, array_fill(false, ARRAY[cardinality(p_skus)]),
    p_location, p_latitude, p_longitude, p_seconds, p_key, p_key_shopper, p_fingerprint, p_client, p_guest_share,
    p_guest_holds, p_guest_units);
END $$;

-- A confirmed hold deducts promised units from what the SKU promises. If it no longer promises that many, it deducts them
-- from stock, and they are lines of stock from then on: they may have arrived. With neither, the answer is "short".
CREATE OR REPLACE FUNCTION hold_finish(
  p_id uuid, p_status text, p_channel integer, p_caller integer, p_shopper bytea, p_confirms boolean, p_actor text,
  p_key text, p_key_shopper bytea, p_fingerprint bytea
) RETURNS jsonb LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET lock_timeout = '5s' AS $$
DECLARE
  replay jsonb;
  hold holds;
  short jsonb;
  moment timestamptz;
  expired uuid[];
  -- Promised lines whose units are taken from stock, from where, and how many: a part for each location.
  arrived integer[];
  origins integer[];
  taken integer[];
  -- Of its line, the first is 1.
  parts integer[];
  answer jsonb;
BEGIN
  IF p_key IS NOT NULL THEN
    replay := idempotency_replay(p_caller, p_key_shopper, p_key, 'hold ' || p_status, p_fingerprint);
    IF replay IS NOT NULL THEN RETURN replay; END IF;
  END IF;

  SELECT * INTO hold FROM holds
  WHERE id = p_id AND channel_id = p_channel
    AND hold_is_open(caller, made_by, shopper, p_caller, p_shopper, p_confirms) FOR UPDATE;
  IF NOT FOUND THEN RETURN '{"notFound": true}'; END IF;
  -- Checked once, while the lock is held: from here on, it is one or the other.
  IF hold.status = 'ACTIVE' AND hold.expires_at <= clock_timestamp() THEN
    PERFORM holds_end(ARRAY[p_id], 'EXPIRED');
    RETURN jsonb_build_object('ended', hold_json(p_id));
  END IF;
  IF hold.status <> 'ACTIVE' THEN RETURN jsonb_build_object('ended', hold_json(p_id)); END IF;

  IF p_status = 'CONFIRMED' THEN
    -- What has arrived is also in stock if holds that have expired, and are not swept yet, still have it. A hold that
    -- others have locked may be about to be confirmed in time.
    moment := clock_timestamp();
    expired := ARRAY(
      SELECT id FROM holds
      WHERE status = 'ACTIVE' AND expires_at <= moment AND id IN (
        SELECT other.hold_id FROM hold_lines own JOIN hold_lines other ON other.sku_id = own.sku_id
        WHERE own.hold_id = p_id AND own.promised AND other.hold_id <> p_id AND other.active AND other.expires_at <= moment)
      ORDER BY id FOR UPDATE SKIP LOCKED);
    PERFORM FROM skus WHERE id IN (SELECT sku_id FROM hold_lines WHERE hold_id = p_id AND promised)
    ORDER BY code FOR NO KEY UPDATE;
    -- One statement locks and decides: a later one may see a level that is new, and not locked.
    WITH level AS MATERIALIZED (
      SELECT level.sku_id, level.location_id, level.on_hand,
        CASE WHEN level.on_hand IS NULL THEN level.sellable ELSE greatest(level.on_hand::bigint - level.safety_stock - level.held + (
          SELECT coalesce(sum(line.quantity), 0) FROM unnest(expired) AS ended (id)
          JOIN hold_lines line ON line.hold_id = ended.id
          WHERE NOT line.promised AND line.sku_id = level.sku_id AND line.location_id = level.location_id), 0) END AS sellable
      FROM (
        SELECT sku_id, location_id FROM hold_lines WHERE hold_id = p_id
        UNION
        SELECT line.sku_id, served.location_id FROM hold_lines line
        JOIN channel_locations served ON served.channel_id = p_channel
        WHERE line.hold_id = p_id AND line.promised
      ) wanted JOIN stock_levels level USING (sku_id, location_id)
      ORDER BY level.sku_id, level.location_id FOR NO KEY UPDATE OF level
    ), stock AS (
      SELECT level.sku_id, level.location_id, level.sellable FROM level
      JOIN channel_locations served ON served.location_id = level.location_id AND served.channel_id = p_channel
    ), line AS (
      SELECT line.position, line.sku_id, line.location_id, line.quantity,
        line.promised AND promise.units < line.quantity AS has_arrived,
        CASE WHEN line.promised THEN greatest(promise.units, stock.sellable) ELSE level.on_hand END AS units
      FROM hold_lines line
      JOIN skus sku ON sku.id = line.sku_id
      LEFT JOIN level ON level.sku_id = line.sku_id AND level.location_id = line.location_id
      CROSS JOIN LATERAL (
        SELECT CASE WHEN sku.when_out = 'deny' THEN 0 ELSE coalesce(sku.promised, 2147483647) END AS units) promise
      -- What the shop no longer promises may be in stock by now: the same goods must not be sold twice.
      CROSS JOIN LATERAL (SELECT coalesce(sum(sellable), 0) AS sellable FROM stock WHERE stock.sku_id = line.sku_id) stock
      WHERE line.hold_id = p_id
    ), ranked AS (
      SELECT line.position, line.quantity, stock.location_id, stock.sellable, row_number() OVER ranks AS part,
        sum(stock.sellable) OVER ranks - stock.sellable AS before
      FROM line JOIN stock ON stock.sku_id = line.sku_id AND stock.sellable > 0
      WHERE line.has_arrived
      WINDOW ranks AS (
        PARTITION BY line.position
        ORDER BY stock.sellable >= line.quantity DESC, stock.location_id = line.location_id DESC, stock.sellable DESC,
          stock.location_id)
    )
    SELECT
      (SELECT jsonb_agg(jsonb_build_object('line', position, 'sellable', units) ORDER BY position)
        FROM line WHERE units < quantity),
      coalesce(array_agg(position ORDER BY position, part), '{}'),
      coalesce(array_agg(location_id ORDER BY position, part), '{}'),
      coalesce(array_agg(least(sellable, quantity - before)::integer ORDER BY position, part), '{}'),
      coalesce(array_agg(part::integer ORDER BY position, part), '{}')
    INTO short, arrived, origins, taken, parts
    FROM ranked WHERE before < quantity;
    IF short IS NOT NULL THEN RETURN jsonb_build_object('short', short); END IF;

    PERFORM set_config('vitrine.actor', p_actor, true), set_config('vitrine.reason', 'sale', true),
      set_config('vitrine.reference', 'hold ' || p_id, true);
    UPDATE skus sku SET promised_held = sku.promised_held - line.quantity,
      promised_guest_held = sku.promised_guest_held - CASE WHEN line.guest THEN line.quantity ELSE 0 END,
      promised = sku.promised - CASE WHEN line.position = ANY(arrived) THEN 0 ELSE line.quantity END
    FROM hold_lines line
    WHERE line.hold_id = p_id AND line.promised AND sku.id = line.sku_id;
    UPDATE stock_levels level SET on_hand = level.on_hand - line.quantity, held = level.held - line.held,
      guest_held = level.guest_held - line.guest_held
    FROM (
      SELECT line.sku_id, coalesce(arrival.origin, line.location_id) AS location_id,
        sum(coalesce(arrival.quantity, line.quantity))::integer AS quantity,
        coalesce(sum(line.quantity) FILTER (WHERE NOT line.promised), 0)::integer AS held,
        coalesce(sum(line.quantity) FILTER (WHERE NOT line.promised AND line.guest), 0)::integer AS guest_held
      FROM hold_lines line
      LEFT JOIN unnest(arrived, origins, taken) AS arrival (position, origin, quantity) USING (position)
      WHERE line.hold_id = p_id AND (NOT line.promised OR arrival.origin IS NOT NULL)
      GROUP BY line.sku_id, coalesce(arrival.origin, line.location_id)
    ) line
    WHERE level.sku_id = line.sku_id AND level.location_id = line.location_id;
    INSERT INTO hold_lines (hold_id, position, sku_id, location_id, quantity, unit_amount, compare_at, expires_at, active, guest)
    SELECT p_id, (SELECT max(position) FROM hold_lines WHERE hold_id = p_id) + arrival.n, line.sku_id, arrival.origin,
      arrival.quantity, line.unit_amount, line.compare_at, line.expires_at, false, line.guest
    FROM unnest(arrived, origins, taken, parts) WITH ORDINALITY AS arrival (position, origin, quantity, part, n)
    JOIN hold_lines line ON line.hold_id = p_id AND line.position = arrival.position
    WHERE arrival.part > 1;
    UPDATE hold_lines line SET active = false, promised = line.promised AND arrival.origin IS NULL,
      promised_for = CASE WHEN arrival.origin IS NULL THEN line.promised_for END,
      location_id = coalesce(arrival.origin, line.location_id), quantity = coalesce(arrival.quantity, line.quantity)
    FROM hold_lines own
    LEFT JOIN unnest(arrived, origins, taken, parts) AS arrival (position, origin, quantity, part)
      ON arrival.position = own.position AND arrival.part = 1
    WHERE line.hold_id = p_id AND own.hold_id = p_id AND own.position = line.position;
    -- A sale of uncounted or promised units does not change a quantity on hand, but it is recorded anyway.
    INSERT INTO stock_ledger (sku_id, location_id, delta, balance, actor, reason, reference)
    SELECT line.sku_id, line.location_id, 0, CASE WHEN level.sku_id IS NULL THEN 0 ELSE level.on_hand END, p_actor,
      CASE WHEN line.promised THEN 'promised sale' ELSE 'sale' END, 'hold ' || p_id
    FROM hold_lines line
    LEFT JOIN stock_levels level ON level.sku_id = line.sku_id AND level.location_id = line.location_id
    WHERE line.hold_id = p_id AND (line.promised OR level.on_hand IS NULL);
    UPDATE holds SET status = 'CONFIRMED', ended_at = clock_timestamp(), client = NULL WHERE id = p_id;
  ELSE
    PERFORM holds_end(ARRAY[p_id], p_status);
  END IF;

  answer := hold_json(p_id);
  IF p_key IS NOT NULL THEN PERFORM idempotency_keep(p_caller, p_key_shopper, p_key, 'hold ' || p_status, p_fingerprint, answer); END IF;
  RETURN jsonb_build_object('hold', answer);
END $$;

-- What a message says of a hold. Codes and handles are copied, because SKUs and locations can be deleted once no active
-- hold needs them.
CREATE OR REPLACE FUNCTION webhook_data(hold holds) RETURNS jsonb STABLE LANGUAGE sql
  RETURN jsonb_build_object(
    'hold', hold.id,
    'channel', (SELECT handle FROM channels WHERE id = hold.channel_id),
    'apiKey', (SELECT name FROM api_keys WHERE id = hold.made_by),
    'createdAt', hold.created_at,
    'expiresAt', hold.expires_at,
    'currency', hold.currency,
    'lines', (
      SELECT jsonb_agg(jsonb_build_object('sku', line.sku_id, 'code', sku.code, 'location', location.handle,
        'quantity', line.quantity, 'amount', line.unit_amount, 'promised', line.promised, 'expectedAt', line.promised_for)
        ORDER BY line.position)
      FROM hold_lines line
      LEFT JOIN skus sku ON sku.id = line.sku_id
      LEFT JOIN stock_locations location ON location.id = line.location_id
      WHERE line.hold_id = hold.id));

INSERT INTO compatible_migrations (name, since) VALUES ('0035_promised_units', '0014_revoke_keys_of_deleted_channels');
