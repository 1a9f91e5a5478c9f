-- An index has a position for each encoder: gateways that still run with the one before follow into its collection.
ALTER TABLE index_positions DROP CONSTRAINT index_positions_pkey, ADD PRIMARY KEY (index_name, encoder);

-- What a command asks of all gateways that run: their embedded indexes are in their memory. The command removes its
-- request when it has its answers; of one that was killed the request is soon too old for anybody.
CREATE TABLE index_requests (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('check', 'reconcile', 'rebuild')),
  -- Asked of gateways that run with this encoder; null: of all.
  encoder text,
  asked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE index_answers (
  request_id uuid NOT NULL REFERENCES index_requests ON DELETE CASCADE,
  gateway_id uuid NOT NULL,
  -- How far the gateway is; the total is not known at first.
  done integer NOT NULL DEFAULT 0,
  total integer,
  -- Null: it is at it.
  answer jsonb,
  PRIMARY KEY (request_id, gateway_id)
);

CREATE TRIGGER index_requests_rings AFTER INSERT ON index_requests
  FOR EACH STATEMENT EXECUTE FUNCTION ring_doorbell();
