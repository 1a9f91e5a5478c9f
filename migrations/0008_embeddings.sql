-- Embeddings: the encoders' output for images, keyed by the content of the image, and the calibrations fitted to it.
-- The vector index is built from these rows, and can be rebuilt from them at any time.

CREATE TABLE encoders (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- name@version
  name text NOT NULL UNIQUE CHECK (name ~ '^[^@]+@[^@]+$'),
  dimension integer NOT NULL CHECK (dimension BETWEEN 1 AND 65535),
  UNIQUE (id, dimension)
);

CREATE TABLE embeddings (
  encoder_id integer NOT NULL,
  dimension integer NOT NULL,
  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
  -- float32, little endian, L2-normalized
  vector bytea NOT NULL CHECK (octet_length(vector) = 4 * dimension),
  PRIMARY KEY (encoder_id, sha256),
  FOREIGN KEY (encoder_id, dimension) REFERENCES encoders (id, dimension) ON DELETE CASCADE
);
-- These numbers do not compress, so Postgres should not try. (Before version 16, CREATE TABLE cannot say this.)
ALTER TABLE embeddings ALTER COLUMN vector SET STORAGE EXTERNAL;

-- How an encoder's cosines become probabilities on this catalog. Missing rows are fitted again.
CREATE TABLE calibrations (
  encoder_id integer NOT NULL REFERENCES encoders ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('same_product', 'labels')),
  model jsonb NOT NULL CHECK (jsonb_typeof(model) = 'object'),
  fitted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (encoder_id, kind)
);
