-- Images that products shall have and that are still to be fetched and encoded.
--
-- A job is claimed with FOR UPDATE SKIP LOCKED and belongs to its claimer until leased_until, which the claimer moves on
-- while it works: kill -9 of a gateway delays an image by one short lease. (graphile-worker was considered; there the
-- job of a killed worker stays locked for four hours.) `lease` names the claim: whoever has lost it writes nothing.

CREATE TABLE image_jobs (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product_id integer NOT NULL REFERENCES products ON DELETE CASCADE,
  -- Where the image will stand among those of its product.
  position smallint NOT NULL CHECK (position >= 0),
  -- An https address, or the id of an upload.
  link text NOT NULL CHECK (link <> ''),
  alt_text text,
  -- A dead job is kept to be read; nobody tries it again until the product is given the link anew.
  state text NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'DEAD')),
  -- Claims, the one in hand included.
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

-- A job that is ended or put off is no news to the workers.
CREATE TRIGGER image_jobs_rings AFTER INSERT ON image_jobs FOR EACH STATEMENT EXECUTE FUNCTION ring_doorbell();
CREATE TRIGGER image_jobs_revived_rings AFTER UPDATE ON image_jobs
  FOR EACH ROW WHEN (OLD.state = 'DEAD' AND NEW.state = 'WAITING') EXECUTE FUNCTION ring_doorbell();
