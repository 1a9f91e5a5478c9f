-- Webhooks: shops are told when their holds end.

-- An endpoint of a shop, with the state of its queue. Messages are sent in order, so the first one's failures are the
-- endpoint's.
CREATE TABLE webhooks (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$'),
  url text NOT NULL CHECK (url ~ '^https?://'),
  -- The types of its messages.
  events text[] NOT NULL CHECK (events <@ ARRAY['hold.confirmed', 'hold.released', 'hold.expired'] AND events <> '{}'),
  -- It is told of holds in these channels only; null: all.
  channel_ids integer[] CHECK (channel_ids <> '{}'),
  -- It is told of holds that this key made; null: all.
  api_key_id integer REFERENCES api_keys,
  -- Messages are signed with it, so a hash would not do.
  secret bytea NOT NULL CHECK (octet_length(secret) BETWEEN 24 AND 64),
  -- Until previous_until, messages are signed with the secret before the last rotation, too.
  previous_secret bytea CHECK (octet_length(previous_secret) BETWEEN 24 AND 64),
  previous_until timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- A gateway that sends its messages. Only one does so at a time.
  lease uuid,
  leased_until timestamptz,
  -- When a gateway last gave it back: the one that waits longest is next.
  served_at timestamptz NOT NULL DEFAULT now(),
  -- Tries in a row that have failed.
  attempts integer NOT NULL DEFAULT 0,
  failing_since timestamptz,
  last_error text,
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  -- From then on, nothing is sent, and messages wait.
  disabled_at timestamptz,
  disabled_reason text,
  -- From then on, it is not even told: too many messages wait, or it was disabled for too long.
  muted_at timestamptz,
  CHECK ((previous_secret IS NULL) = (previous_until IS NULL)),
  CHECK ((lease IS NULL) = (leased_until IS NULL)),
  CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL))
);

-- Whoever has a key is told of its holds while it is valid.
CREATE FUNCTION webhook_key_is_valid(webhook webhooks) RETURNS boolean STABLE LANGUAGE sql
  RETURN webhook.api_key_id IS NULL OR EXISTS (
    SELECT FROM api_keys key
    WHERE key.id = webhook.api_key_id AND key.revoked_at IS NULL AND (key.expires_at IS NULL OR key.expires_at > now()));

-- What is still to be sent. Written in the transaction that ends the hold.
CREATE TABLE webhook_messages (
  -- The order of sending. A message of a transaction that began after another's commit has a higher one.
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- No foreign key: with it, every hold that ends would share-lock the row of the endpoint.
  webhook_id integer NOT NULL,
  -- Receivers recognize a repeated message by it. Unlike id, it is unique even after a backup was restored.
  uuid uuid NOT NULL DEFAULT gen_random_uuid(),
  type text NOT NULL,
  -- Infinity has no age, and is never old enough to be deleted.
  at timestamptz NOT NULL CHECK (isfinite(at)),
  data jsonb NOT NULL,
  -- Why it was set aside; null: it waits.
  failure text,
  -- By an operator. Otherwise it was set aside because it cannot be read.
  skipped boolean NOT NULL DEFAULT false CHECK (NOT skipped OR failure IS NOT NULL)
);
CREATE INDEX webhook_messages_waiting ON webhook_messages (webhook_id, id) WHERE failure IS NULL;
CREATE INDEX webhook_messages_failed ON webhook_messages (webhook_id, id) WHERE failure IS NOT NULL;
CREATE INDEX webhook_messages_at ON webhook_messages (at);
CREATE TRIGGER webhook_messages_notify AFTER INSERT ON webhook_messages
  FOR EACH STATEMENT EXECUTE FUNCTION notify_change();

-- What a message says of a hold. Codes and handles are copied, because SKUs and locations can be deleted once no active
-- hold needs them.
CREATE FUNCTION webhook_data(hold holds) RETURNS jsonb STABLE LANGUAGE sql
  RETURN jsonb_build_object(
    'hold', hold.id,
    'channel', (SELECT handle FROM channels WHERE id = hold.channel_id),
    'apiKey', (SELECT name FROM api_keys WHERE id = hold.made_by),
    'createdAt', hold.created_at,
    'expiresAt', hold.expires_at,
    'currency', hold.currency,
    'lines', (
      SELECT jsonb_agg(jsonb_build_object('sku', line.sku_id, 'code', sku.code, 'location', location.handle,
        'quantity', line.quantity, 'amount', line.unit_amount) ORDER BY line.position)
      FROM hold_lines line
      LEFT JOIN skus sku ON sku.id = line.sku_id
      LEFT JOIN stock_locations location ON location.id = line.location_id
      WHERE line.hold_id = hold.id));

-- One message for each endpoint that is told of the hold. A trigger, because holds end in several functions, and in
-- gateways of the previous version.
CREATE FUNCTION tell_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  event text := 'hold.' || lower(NEW.status);
  told integer[] := ARRAY(
    SELECT webhook.id FROM webhooks webhook
    WHERE event = ANY(webhook.events) AND webhook.muted_at IS NULL
      AND (webhook.channel_ids IS NULL OR NEW.channel_id = ANY(webhook.channel_ids))
      AND (webhook.api_key_id IS NULL OR webhook.api_key_id = NEW.made_by AND webhook_key_is_valid(webhook)));
BEGIN
  IF told <> '{}' THEN
    INSERT INTO webhook_messages (webhook_id, type, at, data)
    SELECT webhook_id, event, NEW.ended_at, data.data FROM unnest(told) AS webhook_id, webhook_data(NEW) AS data (data);
  END IF;
  RETURN NULL;
END $$;
-- A hold ends once.
CREATE TRIGGER holds_ended AFTER UPDATE ON holds
  FOR EACH ROW WHEN (OLD.status = 'ACTIVE' AND NEW.status <> 'ACTIVE') EXECUTE FUNCTION tell_webhooks();

-- Whoever had the key is told nothing more.
CREATE FUNCTION disable_webhooks_of_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE webhooks SET disabled_at = now(), disabled_reason = 'Its API key was revoked.'
  WHERE api_key_id = NEW.id AND disabled_at IS NULL;
  DELETE FROM webhook_messages USING webhooks WHERE webhook_id = webhooks.id AND api_key_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER api_keys_revoked AFTER UPDATE OF revoked_at ON api_keys
  FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION disable_webhooks_of_key();

INSERT INTO compatible_migrations (name, since) VALUES ('0032_webhooks', '0014_revoke_keys_of_deleted_channels');
