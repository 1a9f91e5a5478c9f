-- Which image a change of images is about, so that a new image of a product is written to the index without all others;
-- and changes of what an image shows, which were not recorded.

ALTER TABLE product_changes
  -- With `images`: the only image whose point changes. Null: any of the product's.
  ADD COLUMN image_id integer;

CREATE OR REPLACE FUNCTION mark_inserted_images() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id, images, image_id) SELECT product_id, true, id FROM changed;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mark_inserted_embeddings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id, images, image_id)
  SELECT DISTINCT image.product_id, true, image.id
  FROM changed JOIN product_images image ON image.sha256 = changed.sha256;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mark_updated_images() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- The old point is removed first. If the image has an embedding, a new point replaces it.
  INSERT INTO product_changes (product_id, images, removed_image_id)
  SELECT after.product_id, true, after.id FROM after JOIN before USING (id)
  WHERE (before.product_id, before.sha256) IS DISTINCT FROM (after.product_id, after.sha256);
  -- An image has the tags of the SKUs that it shows.
  INSERT INTO product_changes (product_id)
  SELECT DISTINCT after.product_id FROM after JOIN before USING (id) WHERE before.shows <> after.shows;
  RETURN NULL;
END $$;

INSERT INTO compatible_migrations (name, since)
VALUES ('0029_changed_images', '0014_revoke_keys_of_deleted_channels');
