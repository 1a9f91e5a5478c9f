-- Vector indexes: how far each has followed the change log, and what commands ask gateways about theirs.

-- The position of a shared index (a Qdrant collection). An embedded index keeps its position in memory, because it is
-- rebuilt at every start.
CREATE TABLE index_positions (
  index_name text NOT NULL,
  encoder text NOT NULL,
  position pg_snapshot NOT NULL,
  -- A position that no gateway moves anymore expires. Otherwise the log could never be pruned.
  moved_at timestamptz NOT NULL DEFAULT now(),
  -- One for each encoder: gateways that still use the previous encoder update that encoder's collection.
  PRIMARY KEY (index_name, encoder)
);

-- What a command asks of all running gateways, whose embedded indexes are in their memory. The command deletes its
-- request when it has the answers. Gateways ignore a request that is too old, such as that of a killed command.
CREATE TABLE index_requests (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('check', 'reconcile', 'rebuild')),
  -- Only gateways that use this encoder are asked. Null: all.
  encoder text,
  asked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE index_answers (
  request_id uuid NOT NULL REFERENCES index_requests ON DELETE CASCADE,
  gateway_id uuid NOT NULL,
  -- The gateway's progress. The total is unknown at first.
  done integer NOT NULL DEFAULT 0,
  total integer,
  -- Null: it is still working.
  answer jsonb,
  PRIMARY KEY (request_id, gateway_id)
);

CREATE TRIGGER index_requests_notify AFTER INSERT ON index_requests
  FOR EACH STATEMENT EXECUTE FUNCTION notify_change();
