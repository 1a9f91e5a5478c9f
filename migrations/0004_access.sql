-- Who may write and hold, and the stored answers to calls that can be retried.

CREATE TABLE api_keys (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- The ledger refers to the key by name, so a revoked key keeps its name. The two excluded names belong to other
  -- writers.
  name text NOT NULL UNIQUE CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$' AND name NOT IN ('anonymous', 'import')),
  -- SHA-256 of the secret. The secret is 256 random bits, which cannot be guessed, so it needs no salt and no slow
  -- hash.
  hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
  scopes text[] NOT NULL CHECK (scopes <@ ARRAY['catalog:write', 'holds:create', 'holds:confirm']),
  -- The channel of its requests; null: the default one.
  channel_id integer REFERENCES channels ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz
);
CREATE INDEX api_keys_channel ON api_keys (channel_id);

-- Gateways hash guests' addresses with this key. The table has one row, written by the first gateway that needs it.
CREATE TABLE guest_address_key (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  key bytea NOT NULL CHECK (octet_length(key) = 32)
);

CREATE TABLE idempotency_keys (
  -- The id of an API key; 0: anonymous callers.
  caller integer NOT NULL,
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  operation text NOT NULL,
  -- SHA-256 of the input in a canonical form.
  fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
  answer jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

-- Locks the key until the end of the transaction: another call with the same key waits, and then finds the stored
-- answer. Null: continue, and store the answer. {"answer": …}: the stored answer to the same call within the last day.
-- {"conflict": true}: the key was used for another call. Call this in READ COMMITTED, before any row is locked.
CREATE FUNCTION idempotency_replay(p_caller integer, p_key text, p_operation text, p_fingerprint bytea)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  kept idempotency_keys;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(p_key, p_caller));
  -- A separate statement, so that its snapshot is newer than the lock.
  SELECT * INTO kept FROM idempotency_keys WHERE caller = p_caller AND key = p_key;
  IF NOT FOUND THEN
    RETURN NULL;
  ELSIF kept.created_at < now() - interval '24 hours' THEN
    DELETE FROM idempotency_keys WHERE caller = p_caller AND key = p_key;
    RETURN NULL;
  ELSIF (kept.operation, kept.fingerprint) = (p_operation, p_fingerprint) THEN
    RETURN jsonb_build_object('answer', kept.answer);
  END IF;
  RETURN jsonb_build_object('conflict', true);
END $$;

CREATE FUNCTION idempotency_keep(p_caller integer, p_key text, p_operation text, p_fingerprint bytea, p_answer jsonb)
RETURNS void LANGUAGE sql
BEGIN ATOMIC
  INSERT INTO idempotency_keys (caller, key, operation, fingerprint, answer)
  VALUES (p_caller, p_key, p_operation, p_fingerprint, p_answer);
END;
