-- Boards: products and images that someone likes or dislikes, pinned in one place.

CREATE TABLE boards (
  -- It cannot be guessed. The id is all that a caller needs to use an anonymous board.
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- The order in which a caller's boards are listed.
  number integer NOT NULL UNIQUE GENERATED ALWAYS AS IDENTITY,
  -- The id of an API key; 0: anonymous callers.
  owner integer NOT NULL,
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX boards_owner ON boards (owner, number);
CREATE INDEX boards_anonymous ON boards (updated_at) WHERE owner = 0;

-- Uploaded images that are or were pinned. The bytes of an image are kept among the uploads as long as it is pinned.
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
  -- False: ideas should be unlike it.
  positive boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((product_id IS NULL) <> (sha256 IS NULL)),
  UNIQUE (board_id, product_id),
  UNIQUE (board_id, sha256)
);
CREATE INDEX pins_board ON pins (board_id, id);
CREATE INDEX pins_product ON pins (product_id);
CREATE INDEX pins_sha256 ON pins (sha256);
