-- Starts and imports that do not do again what was done before.

-- The triggers below need these locks, and taking them one by one, in whatever order, could deadlock with writers. Writes
-- wait until the migration ends. If a long transaction holds it up, it gives up, so that writes do not wait for that, too.
SET LOCAL lock_timeout = '10s';
LOCK TABLE embeddings, products, image_jobs, product_attributes, product_images, skus IN SHARE ROW EXCLUSIVE MODE;
SET LOCAL lock_timeout TO DEFAULT;

-- Snapshots of embedded indexes, which are files of gateways. A snapshot is used only if its row is here: the database
-- then has everything that the snapshot has. A backup from before it, and another database, have no such row.
CREATE TABLE index_snapshots (
  id uuid PRIMARY KEY,
  -- The transaction that inserted the row. In a database that was dumped and restored, another one did, and positions
  -- in the change log mean nothing there.
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  -- When its position was the current one.
  taken_at timestamptz NOT NULL
);

-- What a product was imported from. A later import leaves products alone of which the feed says the same, except for
-- their prices and stock, which it always compares. Triggers delete the digest of a product in the transaction that
-- changes it, so no writer needs to remember that.
CREATE TABLE import_digests (
  product_id integer PRIMARY KEY REFERENCES products ON DELETE CASCADE,
  digest bytea NOT NULL CHECK (octet_length(digest) = 32)
);

-- ARRAY(...), so that the plan is always a search for these products, however few digests there were when it was made.
CREATE FUNCTION forget_digests() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM import_digests WHERE product_id = ANY (ARRAY(SELECT product_id FROM changed));
  RETURN NULL;
END $$;

CREATE TRIGGER product_attributes_inserted_digest AFTER INSERT ON product_attributes
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION forget_digests();
CREATE TRIGGER product_attributes_deleted_digest AFTER DELETE ON product_attributes
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION forget_digests();
-- All columns are its key, so that no row of before can be found among those of after.
CREATE FUNCTION forget_digests_of_attributes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM import_digests WHERE product_id = ANY (ARRAY(
    SELECT product_id FROM (TABLE before EXCEPT TABLE after) gone
    UNION SELECT product_id FROM (TABLE after EXCEPT TABLE before) new));
  RETURN NULL;
END $$;
CREATE TRIGGER product_attributes_updated_digest AFTER UPDATE ON product_attributes
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION forget_digests_of_attributes();

CREATE TRIGGER product_images_inserted_digest AFTER INSERT ON product_images
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION forget_digests();
CREATE TRIGGER product_images_deleted_digest AFTER DELETE ON product_images
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION forget_digests();
CREATE FUNCTION forget_digests_of_images() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM import_digests WHERE product_id = ANY (ARRAY(
    SELECT unnest(ARRAY[before.product_id, after.product_id]) FROM after JOIN before USING (id)
    WHERE (before.product_id, before.position, before.sha256, before.source, before.width, before.height,
        before.thumbhash, before.dominant_color, before.alt_text, before.shows)
      IS DISTINCT FROM (after.product_id, after.position, after.sha256, after.source, after.width, after.height,
        after.thumbhash, after.dominant_color, after.alt_text, after.shows)));
  RETURN NULL;
END $$;
CREATE TRIGGER product_images_updated_digest AFTER UPDATE ON product_images
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION forget_digests_of_images();

CREATE TRIGGER skus_inserted_digest AFTER INSERT ON skus
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION forget_digests();
CREATE TRIGGER skus_deleted_digest AFTER DELETE ON skus
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION forget_digests();
-- Writes of what an import does not write must not wait for the digest, nor forget it.
CREATE FUNCTION forget_digests_of_skus() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM import_digests WHERE product_id = ANY (ARRAY(
    SELECT unnest(ARRAY[before.product_id, after.product_id]) FROM after JOIN before USING (id)
    WHERE (before.product_id, before.code, before.gtin, before.position, before.options, before.option_names,
        before.image_id, before.when_out, before.restock_at, before.url)
      IS DISTINCT FROM (after.product_id, after.code, after.gtin, after.position, after.options, after.option_names,
        after.image_id, after.when_out, after.restock_at, after.url)));
  RETURN NULL;
END $$;
CREATE TRIGGER skus_updated_digest AFTER UPDATE ON skus
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION forget_digests_of_skus();

-- An import removes the jobs of products whose images come from a feed.
CREATE TRIGGER image_jobs_inserted_digest AFTER INSERT ON image_jobs
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION forget_digests();

CREATE FUNCTION forget_digests_of_products() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- `updated_at` also changes with prices, which are no part of a digest. The longest is compared last.
  DELETE FROM import_digests WHERE product_id = ANY (ARRAY(
    SELECT after.id FROM after JOIN before USING (id)
    WHERE (before.handle, before.title, before.brand_id, before.category_id, before.url, before.is_demo,
        before.keywords, before.description)
      IS DISTINCT FROM (after.handle, after.title, after.brand_id, after.category_id, after.url, after.is_demo,
        after.keywords, after.description)));
  RETURN NULL;
END $$;
CREATE TRIGGER products_updated_digest AFTER UPDATE ON products
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION forget_digests_of_products();

-- An import encodes images again whose embedding is gone.
CREATE FUNCTION forget_digests_of_embeddings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM import_digests WHERE product_id = ANY (ARRAY(
    SELECT image.product_id FROM changed JOIN product_images image ON image.sha256 = changed.sha256));
  RETURN NULL;
END $$;
CREATE TRIGGER embeddings_deleted_digest AFTER DELETE ON embeddings
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION forget_digests_of_embeddings();

INSERT INTO compatible_migrations (name, since)
VALUES ('0033_snapshots_and_digests', '0029_changed_images');
