-- Stock that is true under load: holds, the ledger of what was on hand, and what readers see of both.
--
-- Locks are taken in one order by everybody, so that no two wait for one another: the key of an idempotent call, then
-- holds by id, then stock levels by SKU and location.

ALTER TABLE channels
  ADD COLUMN min_hold_seconds integer NOT NULL DEFAULT 1 CHECK (min_hold_seconds >= 1),
  ADD COLUMN hold_seconds integer NOT NULL DEFAULT 600,
  -- Whoever holds stock keeps others from buying it.
  ADD COLUMN max_hold_seconds integer NOT NULL DEFAULT 3600 CHECK (max_hold_seconds <= 604800),
  ADD CONSTRAINT channels_hold_seconds_check CHECK (hold_seconds BETWEEN min_hold_seconds AND max_hold_seconds);

-- A level is written for every unit that moves: room on its page keeps that from touching the index.
ALTER TABLE stock_levels SET (fillfactor = 70);

-- Every change of what is on hand, whoever made it. It outlives SKUs and locations, so it refers to them by id only.
CREATE TABLE stock_ledger (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  sku_id integer NOT NULL,
  location_id integer NOT NULL,
  delta integer NOT NULL,
  -- What is on hand after it. Null: uncounted, which the sum of deltas takes for 0.
  balance integer,
  -- Who: the settings vitrine.actor, vitrine.reason and vitrine.reference of the transaction, where it has them.
  actor text NOT NULL,
  reason text NOT NULL,
  reference text
);
CREATE INDEX stock_ledger_level ON stock_ledger (sku_id, location_id, id);

INSERT INTO stock_ledger (sku_id, location_id, delta, balance, actor, reason)
SELECT sku_id, location_id, coalesce(on_hand, 0), on_hand, 'vitrine', 'opening balance' FROM stock_levels
ORDER BY sku_id, location_id;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: what was wrong is set right by another entry', TG_TABLE_NAME USING ERRCODE = '55000';
END $$;
CREATE TRIGGER stock_ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_ledger
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION keep_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  actor text := coalesce(nullif(current_setting('vitrine.actor', true), ''), session_user);
  reason text := coalesce(nullif(current_setting('vitrine.reason', true), ''), lower(TG_OP));
  reference text := nullif(current_setting('vitrine.reference', true), '');
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.sku_id, OLD.location_id) = (NEW.sku_id, NEW.location_id) THEN
    INSERT INTO stock_ledger (sku_id, location_id, delta, balance, actor, reason, reference)
    VALUES (NEW.sku_id, NEW.location_id, coalesce(NEW.on_hand, 0) - coalesce(OLD.on_hand, 0), NEW.on_hand, actor, reason, reference);
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO stock_ledger (sku_id, location_id, delta, balance, actor, reason, reference)
    VALUES (OLD.sku_id, OLD.location_id, -coalesce(OLD.on_hand, 0), 0, actor, reason, reference);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO stock_ledger (sku_id, location_id, delta, balance, actor, reason, reference)
    VALUES (NEW.sku_id, NEW.location_id, coalesce(NEW.on_hand, 0), NEW.on_hand, actor, reason, reference);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER stock_levels_ledger AFTER INSERT OR DELETE ON stock_levels
  FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER stock_levels_ledger_updated AFTER UPDATE ON stock_levels
  FOR EACH ROW
  WHEN (OLD.on_hand IS DISTINCT FROM NEW.on_hand OR OLD.sku_id <> NEW.sku_id OR OLD.location_id <> NEW.location_id)
  EXECUTE FUNCTION keep_ledger();

-- Levels that the ledger does not add up to. None, unless somebody went around the triggers.
CREATE VIEW stock_ledger_drift AS
SELECT
  coalesce(level.sku_id, ledger.sku_id) AS sku_id,
  coalesce(level.location_id, ledger.location_id) AS location_id,
  level.on_hand,
  ledger.total,
  ledger.balance
FROM stock_levels level
FULL JOIN (
  SELECT sku_id, location_id, sum(delta) AS total, (array_agg(balance ORDER BY id DESC))[1] AS balance
  FROM stock_ledger GROUP BY sku_id, location_id
) ledger ON ledger.sku_id = level.sku_id AND ledger.location_id = level.location_id
WHERE coalesce(ledger.total, 0) <> coalesce(level.on_hand, 0)
  OR (level.sku_id IS NOT NULL AND ledger.balance IS DISTINCT FROM level.on_hand);

-- A row for each row that changes whether there is anything to sell; 8 units or 7 cost no call at all.
DROP TRIGGER stock_levels_updated ON stock_levels;
DROP FUNCTION mark_updated_stock();
CREATE FUNCTION mark_updated_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT product_id FROM skus WHERE id IN (OLD.sku_id, NEW.sku_id);
  RETURN NULL;
END $$;
CREATE TRIGGER stock_levels_updated AFTER UPDATE ON stock_levels
  FOR EACH ROW
  WHEN ((OLD.sellable > 0) <> (NEW.sellable > 0)
    OR (NEW.sellable > 0 AND (OLD.sku_id <> NEW.sku_id OR OLD.location_id <> NEW.location_id)))
  EXECUTE FUNCTION mark_updated_stock();

-- A reservation of stock. Its id is the proof that one may use it, so it cannot be guessed. What it refers to is not
-- locked for it: a foreign key would have every hold of a channel share-lock one and the same row.
CREATE TABLE holds (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  channel_id integer NOT NULL,
  -- The API key that made it; 0: nobody's.
  caller integer NOT NULL,
  currency text NOT NULL,
  -- ACTIVE and past expires_at is as good as EXPIRED: nobody has swept it up yet.
  status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'CONFIRMED', 'RELEASED', 'EXPIRED')),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  CHECK ((status = 'ACTIVE') = (ended_at IS NULL))
);
CREATE INDEX holds_expiring ON holds (expires_at) WHERE status = 'ACTIVE';
CREATE INDEX holds_ended ON holds (ended_at) WHERE status <> 'ACTIVE';

-- Units of one SKU at one location.
CREATE TABLE hold_lines (
  hold_id uuid NOT NULL REFERENCES holds ON DELETE CASCADE,
  position smallint NOT NULL,
  sku_id integer NOT NULL,
  location_id integer NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  -- Minor units of the hold's currency, as the price was when it was made.
  unit_amount bigint NOT NULL,
  compare_at bigint,
  -- Counted in stock_levels.held; together with the expiry of its hold, so that readers find what has expired.
  active boolean NOT NULL DEFAULT true,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (hold_id, position)
);
-- By expiry within the SKU: what has expired is found without passing by all that are active, of which a hot one has many.
CREATE INDEX hold_lines_active ON hold_lines (sku_id, expires_at) INCLUDE (location_id, quantity) WHERE active;

-- Levels whose held units are not those of active holds. None, unless somebody went around the functions below.
CREATE VIEW held_drift AS
SELECT level.sku_id, level.location_id, level.held, coalesce(line.quantity, 0) AS in_holds
FROM stock_levels level
FULL JOIN (
  SELECT sku_id, location_id, sum(quantity) AS quantity FROM hold_lines WHERE active GROUP BY sku_id, location_id
) line ON line.sku_id = level.sku_id AND line.location_id = level.location_id
WHERE level.held IS DISTINCT FROM coalesce(line.quantity, 0);

-- A level with held units stays, and so does its SKU: what is promised is kept.
CREATE FUNCTION refuse_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'SKU % is in an active hold at location %', OLD.sku_id, OLD.location_id USING ERRCODE = '55006';
END $$;
CREATE TRIGGER stock_levels_held BEFORE DELETE ON stock_levels
  FOR EACH ROW WHEN (OLD.held > 0) EXECUTE FUNCTION refuse_held();

-- What can be sold at each location as of the statement: units of holds that have expired are free at that moment,
-- not when they are swept up.
CREATE VIEW available_stock AS
SELECT
  sku_id,
  location_id,
  on_hand,
  CASE
    WHEN held = 0 OR on_hand IS NULL THEN sellable
    ELSE greatest(on_hand::bigint - safety_stock - held + (
      SELECT coalesce(sum(line.quantity), 0) FROM hold_lines line
      WHERE line.sku_id = stock_levels.sku_id AND line.location_id = stock_levels.location_id
        AND line.active AND line.expires_at <= statement_timestamp()), 0)::integer
  END AS sellable
FROM stock_levels;

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
    WHEN stock.sellable > channel.low_stock_threshold THEN 'IN_STOCK'
    WHEN stock.sellable > 0 THEN 'LOW_STOCK'
    WHEN sku.when_out = 'backorder' THEN 'BACKORDER'
    WHEN sku.when_out = 'preorder' THEN 'PREORDER'
    ELSE 'OUT_OF_STOCK'
  END AS level
FROM skus sku
CROSS JOIN channels channel
JOIN price_lists price_list ON price_list.id = channel.price_list_id
-- There is one at most; LIMIT keeps the planner from reading every price there is before it looks at the SKUs asked for.
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
) stock;

-- A hold as callers get it.
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

-- Ends holds that the caller has locked: their stock is free again. Whoever goes on to lock the levels of some SKUs names
-- them: one pass in the order of all is in order, two passes are not.
CREATE FUNCTION holds_end(p_ids uuid[], p_status text, p_skus integer[] DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM (
    SELECT sku_id, location_id FROM hold_lines WHERE hold_id = ANY(p_ids) AND active
    UNION
    SELECT sku_id, location_id FROM stock_levels WHERE sku_id = ANY(p_skus)
  ) wanted JOIN stock_levels level USING (sku_id, location_id)
  ORDER BY level.sku_id, level.location_id FOR NO KEY UPDATE OF level;

  UPDATE stock_levels level SET held = level.held - line.quantity
  FROM (
    SELECT sku_id, location_id, sum(quantity)::integer AS quantity FROM hold_lines
    WHERE hold_id = ANY(p_ids) AND active GROUP BY sku_id, location_id
  ) line
  WHERE level.sku_id = line.sku_id AND level.location_id = line.location_id;

  UPDATE hold_lines SET active = false WHERE hold_id = ANY(p_ids) AND active;
  UPDATE holds SET status = p_status, ended_at = clock_timestamp() WHERE id = ANY(p_ids);
END $$;

-- Sweeps up some of the holds that have expired; answers how many. Those that somebody is ending are left to him.
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

-- Holds stock in one round trip, so that the levels are locked no longer than it takes: all lines or none. A line is
-- taken from the nearest location that has all of it (without a place: from the one that has most), else from as few
-- as can be. Answers {"hold": …}, {"answer": …} of the same call before, {"conflict": true}, or {"missing": […]} and
-- {"short": [{"line", "sellable"}]} with the lines (from 0) that are not offered or not there.
--
-- Plans are kept, here and below: what they do is the same for every basket, and to plan them anew for each, as Postgres
-- does for arrays, takes as long as the rest of the call. Whoever waits for a lock gives up before others find no
-- connection.
CREATE FUNCTION hold_create(
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
  ), free AS (
    SELECT wanted.n, wanted.quantity, level.location_id,
      -- Of what nobody counts there is as much as can be counted as held.
      CASE WHEN level.on_hand IS NULL THEN 2147483647 - level.held ELSE level.sellable END AS sellable,
      -- Of places on a sphere, the nearest has the largest cosine of the angle between.
      sin(radians(p_latitude)) * sin(radians(location.latitude)) + cos(radians(p_latitude)) * cos(radians(location.latitude))
        * cos(radians(location.longitude - p_longitude)) AS nearness
    FROM wanted
    JOIN stock_levels level ON level.sku_id = wanted.sku_id AND level.sellable > 0
    JOIN channel_locations served ON served.location_id = level.location_id AND served.channel_id = p_channel
    JOIN stock_locations location ON location.id = level.location_id
    WHERE p_location IS NULL OR level.location_id = p_location
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

-- Ends a hold as its holder wants: CONFIRMED, the stock leaves, or RELEASED, it stays. Answers {"hold": …},
-- {"answer": …} of the same call before, {"conflict": true}, {"notFound": true}, {"ended": …} with the hold as it
-- ended before, or {"short": [{"line", "sellable"}]} where less is on hand than was promised.
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
    UPDATE stock_levels level SET on_hand = level.on_hand - line.quantity, held = level.held - line.quantity
    FROM hold_lines line
    WHERE line.hold_id = p_id AND level.sku_id = line.sku_id AND level.location_id = line.location_id;
    -- A sale of what nobody counts changes no balance, and is noted all the same.
    INSERT INTO stock_ledger (sku_id, location_id, delta, balance, actor, reason, reference)
    SELECT line.sku_id, line.location_id, 0, NULL, p_actor, 'sale', 'hold ' || p_id
    FROM hold_lines line JOIN stock_levels level USING (sku_id, location_id)
    WHERE line.hold_id = p_id AND level.on_hand IS NULL;
    UPDATE hold_lines SET active = false WHERE hold_id = p_id;
    UPDATE holds SET status = 'CONFIRMED', ended_at = clock_timestamp() WHERE id = p_id;
  ELSE
    PERFORM holds_end(ARRAY[p_id], p_status);
  END IF;

  answer := hold_json(p_id);
  IF p_key IS NOT NULL THEN PERFORM idempotency_keep(p_caller, p_key, 'hold ' || p_status, p_fingerprint, answer); END IF;
  RETURN jsonb_build_object('hold', answer);
END $$;
