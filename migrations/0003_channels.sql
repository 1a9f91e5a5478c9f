-- Channels: where things are sold, at which prices, and from which locations. Money is in minor units of the currency of
-- the price list.

-- For constraints that compare a number and a range.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE price_lists (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  handle handle NOT NULL UNIQUE,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$')
);

CREATE TABLE prices (
  price_list_id integer NOT NULL REFERENCES price_lists ON DELETE CASCADE,
  sku_id integer NOT NULL REFERENCES skus ON DELETE CASCADE,
  amount bigint NOT NULL CHECK (amount BETWEEN 0 AND 9007199254740991),
  compare_at bigint CHECK (compare_at > amount AND compare_at <= 9007199254740991),
  -- A range without an end is unbounded. Infinity is not allowed, so that there is only one way to write it.
  valid tstzrange NOT NULL DEFAULT '(,)'
    CHECK (NOT isempty(valid) AND isfinite(coalesce(lower(valid), now())) AND isfinite(coalesce(upper(valid), now()))),
  -- At any time, an SKU has one price in a list. The b-tree below finds a price four times as fast as this GiST index.
  -- The planner could choose either, so this one is on an expression that no query uses.
  CONSTRAINT prices_overlap EXCLUDE USING gist (((price_list_id::bigint << 32) | sku_id) WITH =, valid WITH &&)
);
CREATE INDEX prices_sku ON prices (sku_id, price_list_id);

CREATE TABLE channels (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  handle handle NOT NULL UNIQUE,
  name text NOT NULL CHECK (name <> ''),
  price_list_id integer NOT NULL REFERENCES price_lists,
  -- {sku} and {quantity} are replaced. Null: this channel has no checkout.
  checkout_url_template text CHECK (checkout_url_template ~ '\{sku\}'),
  shows_exact_stock boolean NOT NULL DEFAULT true,
  low_stock_threshold integer NOT NULL DEFAULT 3 CHECK (low_stock_threshold >= 0),
  is_default boolean NOT NULL DEFAULT false,
  min_hold_seconds integer NOT NULL DEFAULT 1 CHECK (min_hold_seconds >= 1),
  hold_seconds integer NOT NULL DEFAULT 600,
  -- A hold keeps others from buying, so no channel can allow more than a week.
  max_hold_seconds integer NOT NULL DEFAULT 3600 CHECK (max_hold_seconds <= 604800),
  CONSTRAINT channels_hold_seconds_check CHECK (hold_seconds BETWEEN min_hold_seconds AND max_hold_seconds)
);
CREATE UNIQUE INDEX channels_one_default ON channels (is_default) WHERE is_default;

CREATE TABLE channel_locations (
  channel_id integer NOT NULL REFERENCES channels ON DELETE CASCADE,
  location_id integer NOT NULL REFERENCES stock_locations ON DELETE CASCADE,
  PRIMARY KEY (channel_id, location_id)
);
