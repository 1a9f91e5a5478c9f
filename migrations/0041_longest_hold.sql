-- A hold is extended by the clock of Postgres alone, also when it is to last as long as it can.

-- Lets an active hold end `p_seconds` from now, unless it ends later already. In all, no hold lasts longer than `p_longest`
-- seconds: it lasts until then if `p_or_fewer` and that extends it; otherwise the answer is when it has to end, and how many
-- seconds from now that is.
CREATE FUNCTION hold_extend(
  p_id uuid, p_channel integer, p_caller integer, p_shopper bytea, p_confirms boolean, p_seconds integer, p_or_fewer boolean,
  p_longest integer, p_key text, p_key_shopper bytea, p_fingerprint bytea
) RETURNS jsonb
LANGUAGE plpgsql
SET plan_cache_mode TO 'force_generic_plan'
SET lock_timeout TO '5s'
AS $$
DECLARE
  replay jsonb;
  hold holds;
  answer jsonb;
  moment timestamptz;
  until timestamptz;
  latest timestamptz;
BEGIN
  IF p_key IS NOT NULL THEN
    replay := idempotency_replay(p_caller, p_key_shopper, p_key, 'holdExtend', p_fingerprint);
    IF replay IS NOT NULL THEN RETURN replay; END IF;
  END IF;

  SELECT * INTO hold FROM holds
  WHERE id = p_id AND channel_id = p_channel
    AND hold_is_open(caller, made_by, shopper, p_caller, p_shopper, p_confirms) FOR UPDATE;
  IF NOT FOUND THEN RETURN '{"notFound": true}'; END IF;
  moment := clock_timestamp();
  -- Once it has expired, its stock may have been sold already.
  IF hold.status = 'ACTIVE' AND hold.expires_at <= moment THEN
    PERFORM holds_end(ARRAY[p_id], 'EXPIRED');
    RETURN jsonb_build_object('ended', hold_json(p_id));
  END IF;
  IF hold.status <> 'ACTIVE' THEN RETURN jsonb_build_object('ended', hold_json(p_id)); END IF;

  until := greatest(hold.expires_at, moment + make_interval(secs => p_seconds));
  latest := greatest(hold.expires_at, hold.created_at + make_interval(secs => p_longest));
  IF until > latest AND p_or_fewer AND latest > hold.expires_at THEN until := latest; END IF;
  IF until > latest THEN
    RETURN jsonb_build_object('latest', latest, 'seconds', floor(extract(epoch FROM latest - moment)),
      'unchanged', hold_json(p_id));
  END IF;
  UPDATE hold_lines SET expires_at = until WHERE hold_id = p_id;
  UPDATE holds SET expires_at = until WHERE id = p_id;

  answer := hold_json(p_id);
  IF p_key IS NOT NULL THEN PERFORM idempotency_keep(p_caller, p_key_shopper, p_key, 'holdExtend', p_fingerprint, answer); END IF;
  RETURN jsonb_build_object('hold', answer);
END $$;

INSERT INTO compatible_migrations (name, since) VALUES ('0041_longest_hold', '0014_revoke_keys_of_deleted_channels');
