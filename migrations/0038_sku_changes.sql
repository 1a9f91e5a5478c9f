-- The SKUs whose stock, promised units, or prices were written, so that those who watch them read these first, however many
-- others are watched. Read by snapshot, as product_changes is: it has too few of them, because 8 or 7 units are the same to
-- the index.

-- As in 0035: readers and holds lock these in different orders, so no order is free of deadlocks.
DO $$
BEGIN
  FOR attempt IN 1..100 LOOP
    BEGIN
      SET LOCAL lock_timeout = '100ms';
      LOCK TABLE skus, stock_levels IN ACCESS EXCLUSIVE MODE;
      LOCK TABLE prices IN SHARE ROW EXCLUSIVE MODE;
      SET LOCAL lock_timeout TO DEFAULT;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.1);
    END;
  END LOOP;
  RAISE EXCEPTION 'Long transactions hold up the migration: try again.' USING ERRCODE = 'lock_not_available';
END $$;

-- Unlogged, because only gateways that watch read it, within seconds: after a crash, they read everything once.
CREATE UNLOGGED TABLE sku_changes (
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  -- Null: any number of them.
  sku_ids integer[]
);
CREATE INDEX sku_changes_xid ON sku_changes (xid);

-- One row a statement, and no longer one than gateways read in a moment.
CREATE FUNCTION note_skus() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO sku_changes (sku_ids)
  SELECT CASE WHEN count(*) <= 10000 THEN array_agg(DISTINCT sku_id) END FROM changed HAVING count(*) > 0;
  RETURN NULL;
END $$;
CREATE TRIGGER stock_levels_noted_inserted AFTER INSERT ON stock_levels
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_skus();
CREATE TRIGGER stock_levels_noted_updated AFTER UPDATE ON stock_levels
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_skus();
CREATE TRIGGER stock_levels_noted_deleted AFTER DELETE ON stock_levels
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_skus();
CREATE TRIGGER prices_noted_inserted AFTER INSERT ON prices
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_skus();
CREATE TRIGGER prices_noted_updated AFTER UPDATE ON prices
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_skus();
CREATE TRIGGER prices_noted_deleted AFTER DELETE ON prices
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_skus();

CREATE FUNCTION note_updated_skus() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO sku_changes (sku_ids)
  SELECT CASE WHEN count(*) <= 10000 THEN array_agg(id) END FROM after JOIN before USING (id)
  WHERE (before.promised, before.promised_held, before.when_out, before.restock_at)
    IS DISTINCT FROM (after.promised, after.promised_held, after.when_out, after.restock_at)
  HAVING count(*) > 0;
  RETURN NULL;
END $$;
CREATE TRIGGER skus_noted_updated AFTER UPDATE ON skus
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION note_updated_skus();

-- The log wakes the watchers, also those of the previous version, which listen to all tables.
CREATE TRIGGER sku_changes_notify AFTER INSERT ON sku_changes FOR EACH ROW EXECUTE FUNCTION notify_change();
DROP TRIGGER stock_levels_notify ON stock_levels;
DROP TRIGGER skus_notify ON skus;

INSERT INTO compatible_migrations (name, since) VALUES ('0038_sku_changes', '0014_revoke_keys_of_deleted_channels');
