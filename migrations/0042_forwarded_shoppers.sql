-- A key may say for which shopper it asks, if it may: the scope shoppers:forward. Gateways of earlier versions do not know keys
-- with this scope, so create them after the upgrade.

ALTER TABLE api_keys DROP CONSTRAINT api_keys_grants_check;
ALTER TABLE api_keys ADD CONSTRAINT api_keys_grants_check CHECK (grants <@ ARRAY[
  'catalog:read', 'catalog:write', 'stock:write', 'prices:write', 'holds:create', 'holds:confirm', 'boards',
  'shoppers:forward']);

INSERT INTO compatible_migrations (name, since)
VALUES ('0042_forwarded_shoppers', '0014_revoke_keys_of_deleted_channels');
