-- Changes: the log that the vector index follows, and the notifications that wake everything that waits for changes.

-- The log is append-only, so that writers never wait for each other. A reader that keeps a snapshot finds everything
-- committed after it: the rows whose transaction is not visible in that snapshot. No order of commits can hide a row.
CREATE TABLE product_changes (
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  -- Null: all products that exist when this is read, including those that its transaction could not see.
  product_id integer,
  -- Whether its images or their embeddings changed, not only what filters use.
  images boolean NOT NULL DEFAULT false,
  -- An image that was removed: its point in the index must be removed too.
  removed_image_id integer,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX product_changes_xid ON product_changes (xid);

-- Triggers mark a product in the transaction that changes it, and only if what the index stores changes. Images put a
-- product into the index, and prices make it an offer. New products and new SKUs have neither yet, so nothing marks them.

CREATE FUNCTION mark_by_product() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id) SELECT DISTINCT product_id FROM changed;
  RETURN NULL;
END $$;

CREATE FUNCTION mark_by_sku() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT sku.product_id FROM changed JOIN skus sku ON sku.id = changed.sku_id;
  RETURN NULL;
END $$;

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
CREATE TRIGGER product_attributes_deleted AFTER DELETE ON product_attributes
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_product();

CREATE FUNCTION mark_updated_attributes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id) SELECT DISTINCT product_id
  FROM ((TABLE before EXCEPT TABLE after) UNION ALL (TABLE after EXCEPT TABLE before)) AS changed;
  RETURN NULL;
END $$;
CREATE TRIGGER product_attributes_updated AFTER UPDATE ON product_attributes
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_attributes();

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
  -- The old point is removed first. If the image has an embedding, a new point replaces it.
  INSERT INTO product_changes (product_id, images, removed_image_id)
  SELECT after.product_id, true, after.id FROM after JOIN before USING (id)
  WHERE (before.product_id, before.sha256) IS DISTINCT FROM (after.product_id, after.sha256);
  RETURN NULL;
END $$;
CREATE TRIGGER product_images_updated AFTER UPDATE ON product_images
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_images();

CREATE FUNCTION mark_inserted_embeddings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id, images)
  SELECT DISTINCT image.product_id, true FROM changed JOIN product_images image ON image.sha256 = changed.sha256;
  RETURN NULL;
END $$;
CREATE TRIGGER embeddings_inserted AFTER INSERT ON embeddings
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_inserted_embeddings();

CREATE FUNCTION mark_deleted_embeddings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- The point is removed. It comes back if another encoder lost its embedding.
  INSERT INTO product_changes (product_id, images, removed_image_id)
  SELECT DISTINCT image.product_id, true, image.id
  FROM changed JOIN product_images image ON image.sha256 = changed.sha256;
  RETURN NULL;
END $$;
CREATE TRIGGER embeddings_deleted AFTER DELETE ON embeddings
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_deleted_embeddings();

CREATE FUNCTION mark_updated_embeddings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id, images, removed_image_id)
  SELECT DISTINCT image.product_id, true, image.id
  FROM ((TABLE before EXCEPT TABLE after) UNION ALL (TABLE after EXCEPT TABLE before)) AS changed
  JOIN product_images image ON image.sha256 = changed.sha256;
  RETURN NULL;
END $$;
CREATE TRIGGER embeddings_updated AFTER UPDATE ON embeddings
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_embeddings();

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

-- The index stores only whether there are any units: 7 instead of 8 changes nothing in it.
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
-- For each row, not for each statement: an update that does not change whether there are any units then calls no
-- function at all.
CREATE FUNCTION mark_updated_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT product_id FROM skus WHERE id IN (OLD.sku_id, NEW.sku_id);
  RETURN NULL;
END $$;
CREATE TRIGGER stock_levels_updated AFTER UPDATE ON stock_levels
  FOR EACH ROW
  WHEN ((OLD.sellable > 0) <> (NEW.sellable > 0)
    OR (NEW.sellable > 0 AND (OLD.sku_id <> NEW.sku_id OR OLD.location_id <> NEW.location_id)))
  EXECUTE FUNCTION mark_updated_stock();

CREATE TRIGGER prices_inserted AFTER INSERT ON prices
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_sku();
CREATE TRIGGER prices_deleted AFTER DELETE ON prices
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_by_sku();

CREATE FUNCTION mark_updated_prices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT sku.product_id FROM (
    (SELECT price_list_id, sku_id, amount, valid FROM before
      EXCEPT SELECT price_list_id, sku_id, amount, valid FROM after)
    UNION ALL
    (SELECT price_list_id, sku_id, amount, valid FROM after
      EXCEPT SELECT price_list_id, sku_id, amount, valid FROM before)
  ) AS changed JOIN skus sku ON sku.id = changed.sku_id;
  RETURN NULL;
END $$;
CREATE TRIGGER prices_updated AFTER UPDATE ON prices
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_prices();

-- The locations of a channel and the parent of a category: such changes are rare and can affect any number of products.
CREATE FUNCTION mark_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id) SELECT NULL WHERE EXISTS (SELECT FROM changed);
  RETURN NULL;
END $$;
CREATE TRIGGER channels_inserted AFTER INSERT ON channels
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_all();
CREATE TRIGGER channels_deleted AFTER DELETE ON channels
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_all();
CREATE TRIGGER channel_locations_inserted AFTER INSERT ON channel_locations
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_all();
CREATE TRIGGER channel_locations_deleted AFTER DELETE ON channel_locations
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_all();

CREATE FUNCTION mark_all_by_channel() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id) SELECT NULL WHERE EXISTS (
    SELECT id, handle, price_list_id FROM after EXCEPT SELECT id, handle, price_list_id FROM before);
  RETURN NULL;
END $$;
CREATE TRIGGER channels_updated AFTER UPDATE ON channels
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_all_by_channel();

CREATE FUNCTION mark_all_by_channel_location() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id) SELECT NULL WHERE EXISTS (
    SELECT channel_id, location_id FROM after EXCEPT SELECT channel_id, location_id FROM before);
  RETURN NULL;
END $$;
CREATE TRIGGER channel_locations_updated AFTER UPDATE ON channel_locations
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_all_by_channel_location();

-- A new category or brand has no products yet, and one that has products cannot be deleted: only updates count.
CREATE FUNCTION mark_all_by_category() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id) SELECT NULL WHERE EXISTS (
    SELECT id, handle, parent_id FROM after EXCEPT SELECT id, handle, parent_id FROM before);
  RETURN NULL;
END $$;
CREATE TRIGGER categories_updated AFTER UPDATE ON categories
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_all_by_category();

CREATE FUNCTION mark_all_by_brand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id) SELECT NULL WHERE EXISTS (
    SELECT id, handle FROM after EXCEPT SELECT id, handle FROM before);
  RETURN NULL;
END $$;
CREATE TRIGGER brands_updated AFTER UPDATE ON brands
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_all_by_brand();

-- Notifies followers of the log, watchers of availability, and workers. The notification names the table, because stock
-- changes all the time and most listeners wait for something else.
--
-- A transaction that notifies takes a server-wide lock while it commits, and all others that notify queue behind it. So
-- a transaction notifies only if it gets another lock without waiting: at most one does at a time. Listeners poll to
-- find what the others changed.
CREATE FUNCTION notify_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Any number that nobody else locks in this database.
  IF pg_try_advisory_xact_lock(7237125663275445356) THEN
    PERFORM pg_notify('vitrine', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER product_changes_notify AFTER INSERT ON product_changes
  FOR EACH STATEMENT EXECUTE FUNCTION notify_change();
-- Also for changes that mark no product: 8 or 7 units are the same to the index, but not to a watcher.
CREATE TRIGGER stock_levels_notify AFTER INSERT OR UPDATE OR DELETE ON stock_levels
  FOR EACH STATEMENT EXECUTE FUNCTION notify_change();
