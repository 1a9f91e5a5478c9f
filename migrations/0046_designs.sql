-- Designs: garments that engines design from boards and queries.

-- A job makes a few designs. As with image jobs, a worker claims it with FOR UPDATE SKIP LOCKED and owns it until
-- leased_until, which it extends while it works; `lease` identifies the claim. kill -9 delays a job by one lease.
CREATE TABLE design_jobs (
  -- It cannot be guessed. The id is all that a caller needs to follow and cancel an anonymous job.
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- The order in which they were created.
  number integer NOT NULL UNIQUE GENERATED ALWAYS AS IDENTITY,
  -- As those of boards: the id of an API key, or 0; and the pseudonym of a shopper, or nothing.
  owner integer NOT NULL,
  shopper bytea NOT NULL DEFAULT '' CHECK (octet_length(shopper) IN (0, 32)),
  -- Whose jobs wait for each other: that of a caller without a key and a shopper is a pseudonym of its network.
  line bytea NOT NULL CHECK (octet_length(line) = 32),
  engine text NOT NULL CHECK (engine IN ('LOCAL', 'DIFFUSION')),
  -- What is ordered, with all that it names resolved: boards and products may change while the job waits.
  ordered jsonb NOT NULL,
  -- Of the vectors, which are float32, one after another: what the designs are to look like, and what not.
  encoder_id integer NOT NULL REFERENCES encoders,
  toward bytea NOT NULL CHECK (octet_length(toward) > 0),
  away bytea NOT NULL,
  state text NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'DONE', 'FAILED', 'CANCELED')),
  -- The share of the work that is done.
  progress real NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
  -- The number of claims, including the current one.
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  lease uuid,
  leased_until timestamptz,
  -- Why the last attempt failed, for whoever ordered it.
  last_error text,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  ended_at timestamptz,
  CHECK ((lease IS NULL) = (leased_until IS NULL)),
  CHECK ((state = 'WAITING') = (ended_at IS NULL)),
  CHECK (state = 'WAITING' OR lease IS NULL)
);
CREATE INDEX design_jobs_due ON design_jobs (next_attempt_at, number) WHERE state = 'WAITING';
CREATE INDEX design_jobs_line ON design_jobs (line) WHERE state = 'WAITING';
CREATE INDEX design_jobs_ended ON design_jobs (ended_at);

CREATE TABLE designs (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  number integer NOT NULL UNIQUE GENERATED ALWAYS AS IDENTITY,
  job_id uuid NOT NULL REFERENCES design_jobs ON DELETE CASCADE,
  -- Copied from the job, so that a caller's designs are one range of an index.
  owner integer NOT NULL,
  shopper bytea NOT NULL,
  -- Which of the job's designs it is.
  position smallint NOT NULL CHECK (position >= 0),
  -- Of its picture, which is kept among the uploads as long as the design is.
  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
  width integer NOT NULL CHECK (width > 0),
  height integer NOT NULL CHECK (height > 0),
  thumbhash bytea NOT NULL,
  dominant_color text NOT NULL CHECK (dominant_color ~ '^#[0-9a-f]{6}$'),
  -- The parameters of the renderer; null: another engine made the picture, from the prompt.
  garment jsonb,
  prompt text,
  -- The cosine to what was ordered, and to the nearest product.
  similarity real NOT NULL,
  likeness real,
  -- No foreign key: whoever deletes a product would wait for the designs that are near it.
  nearest_product integer,
  -- In minor units of the order's currency.
  price bigint CHECK (price >= 0),
  trust_score real,
  trust_reason text CHECK (trust_reason IN ('patch', 'noise')),
  -- False: a draft, which a better one may replace.
  finished boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (job_id, position)
);
CREATE INDEX designs_owner ON designs (owner, shopper, number);
CREATE INDEX designs_sha256 ON designs (sha256);

-- Workers wait for jobs, and subscriptions for what becomes of them.
CREATE TRIGGER design_jobs_notify AFTER INSERT OR UPDATE ON design_jobs
  FOR EACH STATEMENT EXECUTE FUNCTION notify_change();

-- Webhooks are also told of designs, if they ask for it. A gateway of the previous version sets such a message aside, and
-- `vitrine webhooks retry` sends it.
ALTER TABLE webhooks DROP CONSTRAINT webhooks_events_check, ADD CONSTRAINT webhooks_events_check CHECK (
  events <@ ARRAY['hold.confirmed', 'hold.released', 'hold.expired', 'design.done', 'design.failed'] AND events <> '{}');

-- One message for each endpoint that is told of the job: those of its key, and those of all keys. A job has no channel, so
-- endpoints that are told of some channels are not told of it.
CREATE FUNCTION tell_webhooks_of_design() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  event text := 'design.' || lower(NEW.state);
  told integer[] := ARRAY(
    SELECT webhook.id FROM webhooks webhook
    WHERE event = ANY(webhook.events) AND webhook.muted_at IS NULL AND webhook.channel_ids IS NULL
      AND (webhook.api_key_id IS NULL OR webhook.api_key_id = NEW.owner AND webhook_key_is_valid(webhook)));
BEGIN
  IF told <> '{}' THEN
    INSERT INTO webhook_messages (webhook_id, type, at, data)
    SELECT webhook_id, event, NEW.ended_at, jsonb_build_object(
      'job', NEW.id,
      'apiKey', (SELECT name FROM api_keys WHERE id = NEW.owner),
      'engine', NEW.engine,
      'error', NEW.last_error,
      'createdAt', NEW.created_at,
      'designs', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('design', design.id, 'image', encode(design.sha256, 'hex'),
          'similarity', design.similarity, 'likeness', design.likeness, 'garment', design.garment) ORDER BY design.position), '[]')
        FROM designs design WHERE design.job_id = NEW.id AND design.finished))
    FROM unnest(told) AS webhook_id;
  END IF;
  RETURN NULL;
END $$;
-- A job ends once.
CREATE TRIGGER design_jobs_ended AFTER UPDATE ON design_jobs
  FOR EACH ROW WHEN (OLD.state = 'WAITING' AND NEW.state IN ('DONE', 'FAILED')) EXECUTE FUNCTION tell_webhooks_of_design();

INSERT INTO compatible_migrations (name, since) VALUES ('0046_designs', '0014_revoke_keys_of_deleted_channels');
