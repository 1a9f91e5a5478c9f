-- The catalog: brands, categories, products, their images, and the SKUs that are sold. Constraints reject invalid
-- states here, so no code has to be trusted to prevent them.

-- Migrations that older gateways can work with, if they know the migration `since`. Such a migration adds its name here
-- in its last statement. A gateway refuses to run on a database that has any other migration it does not know.
CREATE TABLE compatible_migrations (
  name text PRIMARY KEY,
  since text NOT NULL
);

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
  -- The first import of a merchant replaces the demo catalog.
  is_demo boolean NOT NULL DEFAULT false,
  -- Words of brand, category, and attributes, for text search.
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
-- A style vector is computed from some of a style's products and a sample of the catalog. Ordering by the hash of the
-- id picks the same products as long as they exist, and Postgres finds them without reading the others.
CREATE INDEX products_sample ON products (hashint4(id));

CREATE TABLE product_attributes (
  product_id integer NOT NULL REFERENCES products ON DELETE CASCADE,
  name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{0,62}$'),
  value text NOT NULL CHECK (value <> ''),
  PRIMARY KEY (product_id, name, value)
);
CREATE INDEX product_attributes_value ON product_attributes (name, lower(value));
-- For style vectors, like products_sample.
CREATE INDEX product_attributes_style ON product_attributes (lower(value), hashint4(product_id)) WHERE name = 'style';

-- Option names in lower case, each with the values that the image shows.
CREATE FUNCTION is_shown(shows jsonb) RETURNS boolean IMMUTABLE LANGUAGE sql
  RETURN CASE WHEN jsonb_typeof(shows) = 'object' THEN NOT EXISTS (
    SELECT FROM jsonb_each(shows) WHERE key <> lower(key) OR jsonb_typeof(value) <> 'array' OR value = '[]'
      OR jsonb_path_exists(value, 'strict $[*] ? (@.type() <> "string")')) ELSE false END;

CREATE TABLE product_images (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product_id integer NOT NULL REFERENCES products ON DELETE CASCADE,
  position smallint NOT NULL CHECK (position >= 0),
  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
  -- The link that the merchant gave. The bytes are in the image store under their sha256.
  source text NOT NULL,
  width integer NOT NULL CHECK (width > 0),
  height integer NOT NULL CHECK (height > 0),
  thumbhash bytea NOT NULL,
  dominant_color text NOT NULL CHECK (dominant_color ~ '^#[0-9a-f]{6}$'),
  alt_text text,
  -- Which SKUs of its product the image shows: {"color": ["green"]}. The image shows an SKU if, for each option here,
  -- the SKU has one of the values; {} shows the product as a whole. These are option values, not SKU keys, so that a
  -- new size of a color is in the pictures of that color from the start, and a picture of a color whose SKUs were
  -- deleted does not become a picture of the other colors.
  shows jsonb NOT NULL DEFAULT '{}' CHECK (is_shown(shows)),
  UNIQUE (product_id, sha256),
  UNIQUE (product_id, position) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX product_images_sha256 ON product_images (sha256);

-- Option names in lower case, values as text.
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
  -- What a shopper can do when nothing is sellable: nothing, order it for later, or order it before its release.
  when_out text NOT NULL DEFAULT 'deny' CHECK (when_out IN ('deny', 'backorder', 'preorder')),
  restock_at timestamptz CHECK (isfinite(restock_at))
);
CREATE INDEX skus_product ON skus (product_id, position, id);
CREATE INDEX skus_image ON skus (image_id);
