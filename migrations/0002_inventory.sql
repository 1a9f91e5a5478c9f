-- Stock: how much of each SKU is at each location, and the ledger of every change.

CREATE TABLE stock_locations (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  handle handle NOT NULL UNIQUE,
  name text NOT NULL CHECK (name <> ''),
  country_code text NOT NULL CHECK (country_code ~ '^[A-Z]{2}$'),
  latitude double precision CHECK (latitude BETWEEN -90 AND 90),
  longitude double precision CHECK (longitude BETWEEN -180 AND 180),
  pickup boolean NOT NULL DEFAULT false,
  CHECK ((latitude IS NULL) = (longitude IS NULL))
);

CREATE TABLE stock_levels (
  sku_id integer NOT NULL REFERENCES skus ON DELETE CASCADE,
  location_id integer NOT NULL REFERENCES stock_locations ON DELETE CASCADE,
  -- Null: in stock, but not counted.
  on_hand integer CHECK (on_hand >= 0),
  held integer NOT NULL DEFAULT 0 CHECK (held >= 0),
  safety_stock integer NOT NULL DEFAULT 0 CHECK (safety_stock >= 0),
  -- The one definition of sellable. Uncounted stock serves any quantity.
  sellable integer NOT NULL GENERATED ALWAYS AS (
    CASE WHEN on_hand IS NULL THEN 2147483647 ELSE greatest(on_hand::bigint - held - safety_stock, 0)::integer END
  ) STORED,
  -- Units held by guests. They are counted here because a popular SKU has too many holds to add up while it is locked.
  guest_held integer NOT NULL DEFAULT 0,
  PRIMARY KEY (sku_id, location_id),
  CONSTRAINT stock_levels_held_guests_check CHECK (guest_held BETWEEN 0 AND held)
)
-- A level is written for every unit that moves. Free space on its page keeps such a write from touching the index.
WITH (fillfactor = 70);
CREATE INDEX stock_levels_location ON stock_levels (location_id);

-- Every change to the quantity on hand, from any source. Ledger entries outlive SKUs and locations, so there are no
-- foreign keys to them.
CREATE TABLE stock_ledger (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  sku_id integer NOT NULL,
  location_id integer NOT NULL,
  delta integer NOT NULL,
  -- The quantity on hand afterward. Null: not counted, which the sum of deltas treats as 0.
  balance integer,
  -- From the settings vitrine.actor, vitrine.reason, and vitrine.reference of the transaction, if it has them.
  actor text NOT NULL,
  reason text NOT NULL,
  reference text
);
CREATE INDEX stock_ledger_level ON stock_ledger (sku_id, location_id, id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: to correct an entry, add another one', TG_TABLE_NAME USING ERRCODE = '55000';
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

-- Levels that do not match the sum of the ledger. There are none unless someone bypassed the triggers.
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
