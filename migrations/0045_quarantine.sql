-- Pictures that look as if they were made to deceive the search, and whether a merchant has released them.

ALTER TABLE embeddings
  -- About the share of ordinary photographs that look at least as unusual to the encoder. Null: it did not say, or the
  -- image was encoded before this column.
  ADD COLUMN trust_score double precision CHECK (trust_score BETWEEN 0 AND 1);

-- By content, because what deceives an encoder is in the bytes: all products with the picture share its row, a picture
-- that was removed and comes back still has it, and one that was changed has none. It outlives the products.
CREATE TABLE quarantined_images (
  sha256 bytea PRIMARY KEY CHECK (octet_length(sha256) = 32),
  -- The first encoder that found it suspicious, with its reason and its trust_score. Gateways know the reasons.
  encoder_id integer NOT NULL REFERENCES encoders,
  reason text NOT NULL CHECK (reason ~ '^[a-z]+$'),
  score double precision NOT NULL CHECK (score BETWEEN 0 AND 1),
  quarantined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Null: it is in quarantine. A release holds for all encoders.
  released_at timestamptz
);

-- What shoppers see and searches compare with: everything but what is in quarantine. IS NOT TRUE, because Postgres makes
-- a join of NOT EXISTS, and where a statement looks images up one by one, that join reads all of the quarantine for each.
CREATE VIEW shown_images AS
  SELECT image.* FROM product_images image
  WHERE EXISTS (
    SELECT FROM quarantined_images held WHERE held.sha256 = image.sha256 AND held.released_at IS NULL) IS NOT TRUE;

-- The points of images come and go with their quarantine, and with them what the other images are listed under.
CREATE FUNCTION mark_quarantined_images() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id, images, removed_image_id)
  SELECT image.product_id, true, image.id
  FROM changed JOIN product_images image ON image.sha256 = changed.sha256 WHERE changed.released_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER quarantined_images_inserted AFTER INSERT ON quarantined_images
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_quarantined_images();
CREATE TRIGGER quarantined_images_deleted AFTER DELETE ON quarantined_images
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_quarantined_images();

CREATE FUNCTION mark_released_images() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id, images, removed_image_id)
  SELECT image.product_id, true, image.id
  FROM after JOIN before USING (sha256) JOIN product_images image USING (sha256)
  WHERE (before.released_at IS NULL) <> (after.released_at IS NULL);
  RETURN NULL;
END $$;
CREATE TRIGGER quarantined_images_updated AFTER UPDATE ON quarantined_images
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_released_images();

-- A score that is added later is not in the index.
CREATE OR REPLACE FUNCTION mark_updated_embeddings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO product_changes (product_id, images, removed_image_id)
  SELECT DISTINCT image.product_id, true, image.id
  FROM (
    (SELECT encoder_id, sha256, vector FROM before EXCEPT SELECT encoder_id, sha256, vector FROM after)
    UNION ALL
    (SELECT encoder_id, sha256, vector FROM after EXCEPT SELECT encoder_id, sha256, vector FROM before)
  ) AS changed
  JOIN product_images image ON image.sha256 = changed.sha256;
  RETURN NULL;
END $$;

INSERT INTO compatible_migrations (name, since) VALUES ('0045_quarantine', '0014_revoke_keys_of_deleted_channels');
