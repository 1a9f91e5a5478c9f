-- Boards: what somebody likes and dislikes, pinned in one place.

CREATE TABLE boards (
  -- Nobody guesses it: of an anonymous board it is all that one needs.
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- The order of a caller's list.
  number integer NOT NULL UNIQUE GENERATED ALWAYS AS IDENTITY,
  -- The id of an API key; 0: anonymous callers.
  owner integer NOT NULL,
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX boards_owner ON boards (owner, number);
CREATE INDEX boards_anonymous ON boards (updated_at) WHERE owner = 0;

-- What is known of an uploaded image that is or was pinned; its bytes stay among the uploads as long as it is.
CREATE TABLE pinned_images (
  sha256 bytea PRIMARY KEY CHECK (octet_length(sha256) = 32),
  width integer NOT NULL CHECK (width > 0),
  height integer NOT NULL CHECK (height > 0),
  thumbhash bytea NOT NULL,
  dominant_color text NOT NULL CHECK (dominant_color ~ '^#[0-9a-f]{6}$')
);

CREATE TABLE pins (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  board_id uuid NOT NULL REFERENCES boards ON DELETE CASCADE,
  product_id integer REFERENCES products ON DELETE CASCADE,
  sha256 bytea REFERENCES pinned_images,
  -- False: ideas are to be unlike it.
  positive boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((product_id IS NULL) <> (sha256 IS NULL)),
  UNIQUE (board_id, product_id),
  UNIQUE (board_id, sha256)
);
CREATE INDEX pins_board ON pins (board_id, id);
CREATE INDEX pins_product ON pins (product_id);
CREATE INDEX pins_sha256 ON pins (sha256);

-- A style vector is drawn from some of a style's products and some of the catalog: the same ones as long as they are
-- there, whoever asks, and found without reading the others.
CREATE INDEX product_attributes_style ON product_attributes (lower(value), hashint4(product_id)) WHERE name = 'style';
CREATE INDEX products_sample ON products (hashint4(id));
