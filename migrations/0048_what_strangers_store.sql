-- Bounds on what callers without an API key and a shopper leave behind: their boards, and holds of guests that have ended.

ALTER TABLE boards
  -- Whose boards are counted together: a pseudonym of the network of a caller without a key and a shopper. Null for others,
  -- and for boards from before.
  ADD COLUMN line bytea CHECK (octet_length(line) = 32),
  -- Its pins as of its last change, in which the board itself counts as 5 and an uploaded picture as 500.
  ADD COLUMN size integer NOT NULL DEFAULT 5 CHECK (size > 0);
UPDATE boards SET size = 5 + pinned.size
FROM (SELECT board_id, count(*) + 499 * count(sha256) AS size FROM pins GROUP BY board_id) pinned WHERE board_id = id;
CREATE INDEX boards_line ON boards (line) INCLUDE (size) WHERE line IS NOT NULL;

-- What guests held and nobody bought, of which only the newest are kept. Guests' holds have no caller.
CREATE INDEX holds_ended_of_guests ON holds (ended_at) WHERE caller = 0 AND status IN ('RELEASED', 'EXPIRED');

INSERT INTO compatible_migrations (name, since) VALUES ('0048_what_strangers_store', '0014_revoke_keys_of_deleted_channels');
