-- A crash of Postgres empties the unlogged table sku_changes, and so does a failover. A reader that did not notice would be
-- told that nothing has changed.

-- One row, which is lost together with the log: whoever has read it before knows whether the log is still the same.
CREATE UNLOGGED TABLE sku_change_log (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only)
);

INSERT INTO compatible_migrations (name, since)
VALUES ('0040_log_of_changed_skus', '0014_revoke_keys_of_deleted_channels');
