-- Watches: callers are told when something that can be bought begins to meet a filter and a look.

CREATE TABLE watches (
  -- It cannot be guessed. The id is all that a caller needs to read and delete an anonymous watch.
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- The order in which they were created.
  number integer NOT NULL UNIQUE GENERATED ALWAYS AS IDENTITY,
  -- Read by snapshot, as product_changes is: no order of commits can hide a watch from the follower.
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  -- As those of boards: the id of an API key, or 0; and the pseudonym of a shopper, or nothing.
  owner integer NOT NULL,
  shopper bytea NOT NULL DEFAULT '' CHECK (octet_length(shopper) IN (0, 32)),
  -- Whose watches are counted together: that of a caller without a key and a shopper is a pseudonym of its network.
  line bytea NOT NULL CHECK (octet_length(line) = 32),
  title text NOT NULL CHECK (char_length(title) <= 200),
  -- No foreign keys: whoever deletes a channel or a product would wait for its watches.
  channel_id integer NOT NULL,
  -- That of the amounts in the filter. A channel that changes its currency has no more matches for the watch.
  currency text NOT NULL,
  -- The checked filter.
  condition jsonb NOT NULL,
  -- It watches this very product; null: whatever looks like the examples.
  product_id integer,
  -- Products that the query names, which are no answer to it.
  excluded integer[] NOT NULL DEFAULT '{}',
  -- Of the examples, which are float32, one after another: what products are to look like, and what not.
  encoder_id integer REFERENCES encoders,
  toward bytea,
  away bytea,
  -- The lowest cosine of a match, and what turns a cosine into the score in the query's own weights.
  min_cosine float8,
  scale float8,
  -- What has changed after this snapshot may not be in watch_matches as it was written with the watch.
  since pg_snapshot NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  CHECK (num_nulls(encoder_id, toward, away, min_cosine, scale) = CASE WHEN product_id IS NULL THEN 0 ELSE 5 END)
);
CREATE INDEX watches_owner ON watches (owner, shopper, number);
CREATE INDEX watches_line ON watches (line);
CREATE INDEX watches_xid ON watches (xid);
CREATE INDEX watches_expires_at ON watches (expires_at);
CREATE TRIGGER watches_notify AFTER INSERT ON watches FOR EACH STATEMENT EXECUTE FUNCTION notify_change();

-- Every product that a watch has ever matched, so that each time that it begins to match is told once.
CREATE TABLE watch_matches (
  watch integer NOT NULL REFERENCES watches (number) ON DELETE CASCADE,
  product_id integer NOT NULL,
  matching boolean NOT NULL,
  -- How many times it has begun to match since the watch was created.
  crossing integer NOT NULL CHECK (crossing >= 0),
  PRIMARY KEY (watch, product_id)
);
CREATE INDEX watch_matches_product ON watch_matches (product_id) WHERE matching;

CREATE TABLE watch_events (
  -- The order of events. One transaction at a time writes them, so they are committed in this order too.
  id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  uuid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  watch integer NOT NULL REFERENCES watches (number) ON DELETE CASCADE,
  product_id integer NOT NULL,
  crossing integer NOT NULL CHECK (crossing > 0),
  -- The cosine to the examples; null for a watch of one product.
  cosine float8,
  -- The lowest price of an SKU that passed, in minor units.
  amount bigint NOT NULL,
  matched_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Nothing is told twice, whatever its writer believes.
  UNIQUE (watch, product_id, crossing)
);
CREATE INDEX watch_events_watch ON watch_events (watch, id);
CREATE INDEX watch_events_matched_at ON watch_events (matched_at);
CREATE TRIGGER watch_events_notify AFTER INSERT ON watch_events FOR EACH STATEMENT EXECUTE FUNCTION notify_change();

-- What became of the message to a webhook, which is deleted when it has arrived.
CREATE TABLE watch_deliveries (
  message uuid PRIMARY KEY,
  event integer NOT NULL REFERENCES watch_events ON DELETE CASCADE,
  -- No foreign key, as that of webhook_messages.
  webhook_id integer NOT NULL,
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  delivered_at timestamptz
);
CREATE INDEX watch_deliveries_event ON watch_deliveries (event);

-- How far the logs of changes have been compared with the watches. Whoever has this row locked is the follower.
CREATE TABLE watch_position (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  position pg_snapshot NOT NULL,
  -- When, and of which log of changed SKUs (0040); null: not known.
  at timestamptz NOT NULL,
  log uuid,
  -- All products above this id are still to be compared, because no log says which have changed; null: no such product.
  sweep integer
);
INSERT INTO watch_position (position, at) VALUES (pg_current_snapshot(), now());

-- Webhooks are also told of matches, if they ask for it. A gateway of the previous version sets such a message aside, and
-- `vitrine webhooks retry` sends it.
ALTER TABLE webhooks DROP CONSTRAINT webhooks_events_check, ADD CONSTRAINT webhooks_events_check CHECK (
  events <@ ARRAY['hold.confirmed', 'hold.released', 'hold.expired', 'design.done', 'design.failed', 'watch.matched']
    AND events <> '{}');

-- One message for each endpoint that is told of the watch, in the transaction that writes the event.
CREATE FUNCTION tell_webhooks_of_match() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  watched watches;
  told integer[];
BEGIN
  SELECT * INTO watched FROM watches WHERE number = NEW.watch;
  told := ARRAY(
    SELECT webhook.id FROM webhooks webhook
    WHERE 'watch.matched' = ANY(webhook.events) AND webhook.muted_at IS NULL
      AND (webhook.channel_ids IS NULL OR watched.channel_id = ANY(webhook.channel_ids))
      AND (webhook.api_key_id IS NULL OR webhook.api_key_id = watched.owner AND webhook_key_is_valid(webhook)));
  IF told <> '{}' THEN
    WITH message AS (
      INSERT INTO webhook_messages (webhook_id, type, at, data)
      SELECT webhook_id, 'watch.matched', NEW.matched_at, jsonb_build_object(
        'watch', watched.id,
        'title', watched.title,
        'event', NEW.uuid,
        'channel', (SELECT handle FROM channels WHERE id = watched.channel_id),
        'apiKey', (SELECT name FROM api_keys WHERE id = watched.owner),
        'product', NEW.product_id,
        'handle', (SELECT handle FROM products WHERE id = NEW.product_id),
        'score', NEW.cosine * watched.scale,
        'amount', NEW.amount,
        'currency', watched.currency)
      FROM unnest(told) AS webhook_id
      RETURNING uuid, webhook_id
    )
    INSERT INTO watch_deliveries (message, event, webhook_id) SELECT uuid, NEW.id, webhook_id FROM message;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER watch_events_told AFTER INSERT ON watch_events
  FOR EACH ROW EXECUTE FUNCTION tell_webhooks_of_match();

INSERT INTO compatible_migrations (name, since) VALUES ('0047_watches', '0014_revoke_keys_of_deleted_channels');
