-- A statement that changes no job wakes nobody: a worker that looks for a job and finds none woke itself, without end.

DROP TRIGGER design_jobs_notify ON design_jobs;
CREATE TRIGGER design_jobs_notify AFTER INSERT OR UPDATE ON design_jobs
  FOR EACH ROW EXECUTE FUNCTION notify_change();

INSERT INTO compatible_migrations (name, since) VALUES ('0049_wake_for_changed_designs', '0014_revoke_keys_of_deleted_channels');
