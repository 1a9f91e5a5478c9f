-- Workers take image jobs of different hosts in turns, so that thousands of images of one shop do not delay the others.

ALTER TABLE image_jobs
  -- Of the link; empty for an upload.
  ADD COLUMN host text NOT NULL GENERATED ALWAYS AS (coalesce(lower(substring(link FROM '^https?://([^/?#]+)')), '')) STORED;
-- Finds the hosts without reading all of their jobs, and the next job of each.
CREATE INDEX image_jobs_host ON image_jobs (host, next_attempt_at, id) WHERE state = 'WAITING';
CREATE INDEX image_jobs_leased ON image_jobs (host) WHERE lease IS NOT NULL;

INSERT INTO compatible_migrations (name, since)
VALUES ('0021_image_jobs_in_turns', '0014_revoke_keys_of_deleted_channels');
