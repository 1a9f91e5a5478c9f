-- The catalog: what is sold, where it stands, and what it costs in each market.
-- Money is in minor units of the price list's currency; a wrong state should fail a constraint, not a review.

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE DOMAIN handle AS text CHECK (VALUE ~ '^[a-z0-9][a-z0-9._/-]{0,254}$');

CREATE TABLE brands (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  handle handle NOT NULL UNIQUE,
  name text NOT NULL CHECK (name <> '')
);

CREATE TABLE categories (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  handle handle NOT NULL UNIQUE,
  name text NOT NULL CHECK (name <> ''),
  parent_id integer REFERENCES categories,
  -- A parent is older than its children, so the tree has no cycle.
  CHECK (parent_id < id)
);
CREATE INDEX categories_parent ON categories (parent_id);

CREATE TABLE products (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  handle handle NOT NULL UNIQUE,
  title text NOT NULL CHECK (title <> ''),
  description text,
  brand_id integer REFERENCES brands,
  category_id integer NOT NULL REFERENCES categories,
  url text,
  -- The demo catalog makes way for the first feed of a merchant's own.
  is_demo boolean NOT NULL DEFAULT false,
  -- Words of brand, category and attributes, for the text search.
  keywords text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  search tsvector NOT NULL GENERATED ALWAYS AS (
    setweight(to_tsvector('english', title), 'A') ||
    setweight(to_tsvector('english', keywords), 'B') ||
    setweight(to_tsvector('english', coalesce(description, '')), 'C')
  ) STORED
);
CREATE INDEX products_newest ON products (created_at DESC, id DESC);
CREATE INDEX products_brand ON products (brand_id);
CREATE INDEX products_category ON products (category_id);
CREATE INDEX products_search ON products USING gin (search);

CREATE TABLE product_attributes (
  product_id integer NOT NULL REFERENCES products ON DELETE CASCADE,
  name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{0,62}$'),
  value text NOT NULL CHECK (value <> ''),
  PRIMARY KEY (product_id, name, value)
);
CREATE INDEX product_attributes_value ON product_attributes (name, lower(value));

CREATE TABLE product_images (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product_id integer NOT NULL REFERENCES products ON DELETE CASCADE,
  position smallint NOT NULL CHECK (position >= 0),
  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
  -- The link the merchant gave; the bytes live in the image store under their sha256.
  source text NOT NULL,
  width integer NOT NULL CHECK (width > 0),
  height integer NOT NULL CHECK (height > 0),
  thumbhash bytea NOT NULL,
  dominant_color text NOT NULL CHECK (dominant_color ~ '^#[0-9a-f]{6}$'),
  alt_text text,
  UNIQUE (product_id, sha256),
  UNIQUE (product_id, position) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX product_images_sha256 ON product_images (sha256);

-- Names in lower case, values as text.
CREATE FUNCTION is_options(options jsonb) RETURNS boolean IMMUTABLE LANGUAGE sql
  RETURN CASE WHEN jsonb_typeof(options) = 'object' THEN NOT EXISTS (
    SELECT FROM jsonb_each(options) WHERE jsonb_typeof(value) <> 'string' OR key <> lower(key)) ELSE false END;

CREATE TABLE skus (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product_id integer NOT NULL REFERENCES products ON DELETE CASCADE,
  code text NOT NULL UNIQUE CHECK (code <> ''),
  gtin text CHECK (gtin ~ '^(\d{8}|\d{12,14})$'),
  position smallint NOT NULL DEFAULT 0 CHECK (position >= 0),
  -- {"size": "M", "color": "green"}
  options jsonb NOT NULL DEFAULT '{}' CHECK (is_options(options)),
  image_id integer REFERENCES product_images ON DELETE SET NULL,
  -- What may be done once nothing is sellable: nothing, order it late, or order it before it appears.
  when_out text NOT NULL DEFAULT 'deny' CHECK (when_out IN ('deny', 'backorder', 'preorder')),
  restock_at timestamptz CHECK (isfinite(restock_at))
);
CREATE INDEX skus_product ON skus (product_id, position, id);
CREATE INDEX skus_image ON skus (image_id);

CREATE TABLE stock_locations (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  handle handle NOT NULL UNIQUE,
  name text NOT NULL CHECK (name <> ''),
  country_code text NOT NULL CHECK (country_code ~ '^[A-Z]{2}$'),
  latitude double precision CHECK (latitude BETWEEN -90 AND 90),
  longitude double precision CHECK (longitude BETWEEN -180 AND 180),
  pickup boolean NOT NULL DEFAULT false,
  CHECK ((latitude IS NULL) = (longitude IS NULL))
);

CREATE TABLE stock_levels (
  sku_id integer NOT NULL REFERENCES skus ON DELETE CASCADE,
  location_id integer NOT NULL REFERENCES stock_locations ON DELETE CASCADE,
  -- Null: in stock, but nobody counts it.
  on_hand integer CHECK (on_hand >= 0),
  held integer NOT NULL DEFAULT 0 CHECK (held >= 0),
  safety_stock integer NOT NULL DEFAULT 0 CHECK (safety_stock >= 0),
  -- The one definition of sellable. Uncounted stock serves any quantity.
  sellable integer NOT NULL GENERATED ALWAYS AS (
    CASE WHEN on_hand IS NULL THEN 2147483647 ELSE greatest(on_hand::bigint - held - safety_stock, 0)::integer END
  ) STORED,
  PRIMARY KEY (sku_id, location_id)
);
CREATE INDEX stock_levels_location ON stock_levels (location_id);

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
  -- An end that is not known is no end: infinity is not written out.
  valid tstzrange NOT NULL DEFAULT '(,)'
    CHECK (NOT isempty(valid) AND isfinite(coalesce(lower(valid), now())) AND isfinite(coalesce(upper(valid), now()))),
  -- At any moment an SKU has one price in a list.
  EXCLUDE USING gist (price_list_id WITH =, sku_id WITH =, valid WITH &&)
);
CREATE INDEX prices_sku ON prices (sku_id, price_list_id);

CREATE TABLE channels (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  handle handle NOT NULL UNIQUE,
  name text NOT NULL CHECK (name <> ''),
  price_list_id integer NOT NULL REFERENCES price_lists,
  -- {sku} and {quantity} are replaced; null: this channel has no checkout of its own.
  checkout_url_template text CHECK (checkout_url_template ~ '\{sku\}'),
  shows_exact_stock boolean NOT NULL DEFAULT true,
  low_stock_threshold integer NOT NULL DEFAULT 3 CHECK (low_stock_threshold >= 0),
  is_default boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX channels_one_default ON channels (is_default) WHERE is_default;

CREATE TABLE channel_locations (
  channel_id integer NOT NULL REFERENCES channels ON DELETE CASCADE,
  location_id integer NOT NULL REFERENCES stock_locations ON DELETE CASCADE,
  PRIMARY KEY (channel_id, location_id)
);

-- What a channel offers: an SKU with its price there now and what the channel's locations can sell of it.
-- An SKU without a price in a channel is not offered in it.
CREATE VIEW sku_offers AS
SELECT
  channel.id AS channel_id,
  sku.product_id,
  sku.id AS sku_id,
  sku.position,
  sku.code,
  sku.gtin,
  sku.options,
  sku.image_id,
  sku.when_out,
  sku.restock_at,
  price_list.currency,
  price.amount,
  price.compare_at,
  upper(price.valid) AS price_valid_until,
  stock.sellable,
  stock.counted,
  CASE
    WHEN stock.sellable > channel.low_stock_threshold THEN 'IN_STOCK'
    WHEN stock.sellable > 0 THEN 'LOW_STOCK'
    WHEN sku.when_out = 'backorder' THEN 'BACKORDER'
    WHEN sku.when_out = 'preorder' THEN 'PREORDER'
    ELSE 'OUT_OF_STOCK'
  END AS level
FROM skus sku
CROSS JOIN channels channel
JOIN price_lists price_list ON price_list.id = channel.price_list_id
-- There is one at most; LIMIT keeps the planner from reading every price there is before it looks at the SKUs asked for.
CROSS JOIN LATERAL (
  SELECT amount, compare_at, valid
  FROM prices
  WHERE sku_id = sku.id AND price_list_id = channel.price_list_id AND valid @> statement_timestamp()
  LIMIT 1
) price
CROSS JOIN LATERAL (
  SELECT
    coalesce(sum(stock_level.sellable), 0)::bigint AS sellable,
    coalesce(bool_and(stock_level.on_hand IS NOT NULL), true) AS counted
  FROM stock_levels stock_level
  JOIN channel_locations served
    ON served.location_id = stock_level.location_id AND served.channel_id = channel.id
  WHERE stock_level.sku_id = sku.id
) stock;
