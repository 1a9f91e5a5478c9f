-- What the vector index is built from: embeddings by image content, and the log of products whose projection
-- changed. The index itself is always rebuildable from here.

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
ALTER TABLE embeddings ALTER COLUMN vector SET STORAGE EXTERNAL;

-- How far a shared index (a Qdrant collection) has followed the change log. An embedded index keeps its own
-- position in memory, because it is rebuilt at every start.
CREATE TABLE index_positions (
  index_name text PRIMARY KEY,
  encoder text NOT NULL,
  position pg_snapshot NOT NULL
);

-- Append-only, so that writers never wait for one another. A reader that holds a snapshot finds what was
-- committed after it: the rows whose transaction that snapshot does not see. No order of commit can hide one.
CREATE TABLE product_changes (
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  product_id integer NOT NULL,
  -- Its images or their embeddings changed, not only what filters ask for.
  images boolean NOT NULL DEFAULT false,
  -- An image that is gone: its point must go too.
  removed_image_id integer,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX product_changes_xid ON product_changes (xid);

-- Triggers mark a product in the transaction that changes it, and only when what the index stores would change.

CREATE FUNCTION mark_by_product() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id) SELECT DISTINCT product_id FROM changed;
  RETURN NULL;
END $$;

CREATE FUNCTION mark_inserted_products() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id, images) SELECT id, true FROM changed;
  RETURN NULL;
END $$;

CREATE FUNCTION mark_deleted_products() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id) SELECT id FROM changed;
  RETURN NULL;
END $$;

CREATE FUNCTION mark_by_sku() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT sku.product_id FROM changed JOIN skus sku ON sku.id = changed.sku_id;
  RETURN NULL;
END $$;

CREATE FUNCTION mark_by_embedding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id, images)
  SELECT DISTINCT image.product_id, true FROM changed JOIN product_images image ON image.sha256 = changed.sha256;
  RETURN NULL;
END $$;

CREATE FUNCTION mark_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id) SELECT id FROM products;
  RETURN NULL;
END $$;

CREATE TRIGGER products_inserted AFTER INSERT ON products
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_inserted_products();
CREATE TRIGGER products_deleted AFTER DELETE ON products
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_deleted_products();
CREATE FUNCTION mark_updated_products() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT after.id FROM after JOIN before USING (id)
  WHERE (before.brand_id, before.category_id) IS DISTINCT FROM (after.brand_id, after.category_id);
  RETURN NULL;
END $$;
CREATE TRIGGER products_updated AFTER UPDATE ON products
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_products();

CREATE TRIGGER product_attributes_inserted AFTER INSERT ON product_attributes
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_product();
CREATE TRIGGER product_attributes_updated AFTER UPDATE ON product_attributes
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_product();
CREATE TRIGGER product_attributes_deleted AFTER DELETE ON product_attributes
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_product();

CREATE FUNCTION mark_inserted_images() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id, images) SELECT DISTINCT product_id, true FROM changed;
  RETURN NULL;
END $$;
CREATE TRIGGER product_images_inserted AFTER INSERT ON product_images
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_inserted_images();
CREATE FUNCTION mark_deleted_images() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id, removed_image_id) SELECT product_id, id FROM changed;
  RETURN NULL;
END $$;
CREATE TRIGGER product_images_deleted AFTER DELETE ON product_images
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_deleted_images();
CREATE FUNCTION mark_updated_images() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- The old point goes first; where the image has an embedding, a new one takes its place.
  INSERT INTO product_changes (product_id, images, removed_image_id)
  SELECT after.product_id, true, after.id FROM after JOIN before USING (id)
  WHERE (before.product_id, before.sha256) IS DISTINCT FROM (after.product_id, after.sha256);
  RETURN NULL;
END $$;
CREATE TRIGGER product_images_updated AFTER UPDATE ON product_images
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_images();

CREATE TRIGGER embeddings_inserted AFTER INSERT ON embeddings
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_embedding();
CREATE TRIGGER embeddings_updated AFTER UPDATE ON embeddings
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_embedding();

CREATE TRIGGER skus_inserted AFTER INSERT ON skus
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_product();
CREATE TRIGGER skus_deleted AFTER DELETE ON skus
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_product();
CREATE FUNCTION mark_updated_skus() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT unnest(ARRAY[before.product_id, after.product_id]) FROM after JOIN before USING (id)
  WHERE (before.product_id, before.options, before.when_out) IS DISTINCT FROM (after.product_id, after.options, after.when_out);
  RETURN NULL;
END $$;
CREATE TRIGGER skus_updated AFTER UPDATE ON skus
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_skus();

-- Eight units left or seven is the same to the index: it stores whether there are any.
CREATE FUNCTION mark_inserted_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT sku.product_id FROM changed JOIN skus sku ON sku.id = changed.sku_id WHERE changed.sellable > 0;
  RETURN NULL;
END $$;
CREATE TRIGGER stock_levels_inserted AFTER INSERT ON stock_levels
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_inserted_stock();
CREATE TRIGGER stock_levels_deleted AFTER DELETE ON stock_levels
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_inserted_stock();
CREATE FUNCTION mark_updated_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT sku.product_id
  FROM after JOIN before USING (sku_id, location_id) JOIN skus sku ON sku.id = after.sku_id
  WHERE (before.sellable > 0) <> (after.sellable > 0);
  RETURN NULL;
END $$;
CREATE TRIGGER stock_levels_updated AFTER UPDATE ON stock_levels
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_stock();

CREATE TRIGGER prices_inserted AFTER INSERT ON prices
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_sku();
CREATE TRIGGER prices_updated AFTER UPDATE ON prices
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_sku();
CREATE TRIGGER prices_deleted AFTER DELETE ON prices
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_sku();

-- Rare and far-reaching: where a channel sells and what a category belongs to.
CREATE TRIGGER channels_changed AFTER INSERT OR UPDATE OR DELETE ON channels
  FOR EACH STATEMENT EXECUTE FUNCTION mark_all();
CREATE TRIGGER channel_locations_changed AFTER INSERT OR UPDATE OR DELETE ON channel_locations
  FOR EACH STATEMENT EXECUTE FUNCTION mark_all();
CREATE TRIGGER categories_changed AFTER UPDATE ON categories
  FOR EACH STATEMENT EXECUTE FUNCTION mark_all();
CREATE TRIGGER brands_changed AFTER UPDATE ON brands
  FOR EACH STATEMENT EXECUTE FUNCTION mark_all();
