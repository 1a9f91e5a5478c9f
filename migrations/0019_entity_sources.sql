-- Where it is stated that an entity's identifier means what its label says. Older gateways leave it null.

ALTER TABLE entities
  ADD COLUMN source text CHECK (source <> ''),
  ADD COLUMN source_url text CHECK (source_url ~ '^https?://'),
  ADD CHECK (source IS NOT NULL OR source_url IS NULL);

INSERT INTO compatible_migrations (name, since) VALUES ('0019_entity_sources', '0014_revoke_keys_of_deleted_channels');
