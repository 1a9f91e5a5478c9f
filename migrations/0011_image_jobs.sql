-- Image jobs: images of products that are still to be fetched and encoded.
--
-- A worker claims a job with FOR UPDATE SKIP LOCKED and owns it until leased_until, which it extends while it works. So
-- kill -9 of a gateway delays an image by only one short lease. (We considered graphile-worker, in which the job of a
-- killed worker stays locked for four hours.) `lease` identifies the claim, so that a worker which has lost it writes
-- nothing.

CREATE TABLE image_jobs (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product_id integer NOT NULL REFERENCES products ON DELETE CASCADE,
  -- The position of the image among those of its product.
  position smallint NOT NULL CHECK (position >= 0),
  -- An https address, or the id of an upload.
  link text NOT NULL CHECK (link <> ''),
  alt_text text,
  -- A dead job is kept so that people can see it. It is retried only when the product gets this link again.
  state text NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'DEAD')),
  -- The number of claims, including the current one.
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  leased_until timestamptz,
  lease uuid,
  last_error text,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (product_id, link),
  CHECK ((lease IS NULL) = (leased_until IS NULL)),
  CHECK (state = 'WAITING' OR (lease IS NULL AND last_error IS NOT NULL))
);
CREATE INDEX image_jobs_due ON image_jobs (next_attempt_at, id) WHERE state = 'WAITING';
CREATE INDEX image_jobs_state ON image_jobs (state, id);

-- Workers only need to know about new and revived jobs, not about those that ended or were postponed.
CREATE TRIGGER image_jobs_notify AFTER INSERT ON image_jobs FOR EACH STATEMENT EXECUTE FUNCTION notify_change();
CREATE TRIGGER image_jobs_revived_notify AFTER UPDATE ON image_jobs
  FOR EACH ROW WHEN (OLD.state = 'DEAD' AND NEW.state = 'WAITING') EXECUTE FUNCTION notify_change();
