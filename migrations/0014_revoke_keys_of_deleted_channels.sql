-- A key without a channel has its scopes for holds in all of them. So the keys of a channel end with it: the foreign key only
-- clears the channel, which would leave them wider than they were made.

CREATE FUNCTION revoke_keys_of_channel() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE api_keys SET revoked_at = now() WHERE channel_id = OLD.id AND revoked_at IS NULL;
  RETURN OLD;
END $$;
CREATE TRIGGER channels_revoke_keys BEFORE DELETE ON channels FOR EACH ROW EXECUTE FUNCTION revoke_keys_of_channel();

INSERT INTO compatible_migrations (name, since) VALUES ('0014_revoke_keys_of_deleted_channels', '0013_boards');
