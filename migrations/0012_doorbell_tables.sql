-- The doorbell tells of which table it rings: stock changes all the time, and who waits for something else shall not
-- look each time.

CREATE OR REPLACE FUNCTION ring_doorbell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- The number is the word "doorbell" in ASCII.
  IF pg_try_advisory_xact_lock(7237125663275445356) THEN
    PERFORM pg_notify('vitrine', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
