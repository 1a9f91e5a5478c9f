-- What the image of a job will show, as in product_images.

ALTER TABLE image_jobs ADD COLUMN shows jsonb NOT NULL DEFAULT '{}' CHECK (is_shown(shows));

INSERT INTO compatible_migrations (name, since)
VALUES ('0017_shown_options_of_image_jobs', '0014_revoke_keys_of_deleted_channels');
