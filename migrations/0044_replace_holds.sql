-- A hold can get other lines without letting go of its stock in between: shoppers and agents change their carts.

-- What holds_end does with the stock, apart from what becomes of the holds.
CREATE FUNCTION holds_give_back(p_ids uuid[], p_skus integer[], p_promises boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  promising integer[] := ARRAY(SELECT sku_id FROM hold_lines WHERE hold_id = ANY(p_ids) AND active AND promised);
BEGIN
  IF p_promises OR promising <> '{}' THEN
    PERFORM FROM skus WHERE id = ANY(p_skus || promising) ORDER BY code FOR NO KEY UPDATE;
  ELSE
    PERFORM FROM skus WHERE id = ANY(p_skus) ORDER BY code FOR KEY SHARE;
  END IF;

  PERFORM FROM (
    SELECT sku_id, location_id FROM hold_lines WHERE hold_id = ANY(p_ids) AND active AND NOT promised
    UNION
    SELECT sku_id, location_id FROM stock_levels WHERE sku_id = ANY(p_skus)
  ) wanted JOIN stock_levels level USING (sku_id, location_id)
  ORDER BY level.sku_id, level.location_id FOR NO KEY UPDATE OF level;

  UPDATE stock_levels level SET held = level.held - line.quantity, guest_held = level.guest_held - line.of_guests
  FROM (
    SELECT sku_id, location_id, sum(quantity)::integer AS quantity,
      coalesce(sum(quantity) FILTER (WHERE guest), 0)::integer AS of_guests
    FROM hold_lines
    WHERE hold_id = ANY(p_ids) AND active AND NOT promised GROUP BY sku_id, location_id
  ) line
  WHERE level.sku_id = line.sku_id AND level.location_id = line.location_id;
  IF promising <> '{}' THEN
    UPDATE skus sku SET promised_held = sku.promised_held - line.quantity,
      promised_guest_held = sku.promised_guest_held - line.of_guests
    FROM (
      SELECT sku_id, sum(quantity)::integer AS quantity,
        coalesce(sum(quantity) FILTER (WHERE guest), 0)::integer AS of_guests
      FROM hold_lines
      WHERE hold_id = ANY(p_ids) AND active AND promised GROUP BY sku_id
    ) line
    WHERE sku.id = line.sku_id;
  END IF;

  UPDATE hold_lines SET active = false WHERE hold_id = ANY(p_ids) AND active;
END $$;

CREATE OR REPLACE FUNCTION holds_end(p_ids uuid[], p_status text, p_skus integer[] DEFAULT '{}', p_promises boolean DEFAULT false)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM holds_give_back(p_ids, p_skus, p_promises);
  UPDATE holds SET status = p_status, ended_at = clock_timestamp(), client = NULL WHERE id = ANY(p_ids);
END $$;

-- The lines of a hold, replaced by others or, if those cannot be held, unchanged. When it ends stays the same.
CREATE FUNCTION hold_replace(
  p_id uuid, p_channel integer, p_caller integer, p_shopper bytea, p_confirms boolean, p_skus integer[],
  p_quantities integer[], p_backorder boolean[], p_location integer, p_latitude double precision,
  p_longitude double precision, p_key text, p_key_shopper bytea, p_fingerprint bytea, p_client bytea,
  p_guest_share numeric, p_guest_holds integer, p_guest_units integer
) RETURNS jsonb LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET lock_timeout = '5s' AS $$
DECLARE
  replay jsonb;
  hold holds;
  moment timestamptz := clock_timestamp();
  expired uuid[];
  outcome jsonb;
  new_id uuid;
  answer jsonb;
  -- Whose limits count: a hold stays that of the guest who created it, so another one cannot hold more in its name.
  guest bytea := p_client;
BEGIN
  IF p_key IS NOT NULL THEN
    replay := idempotency_replay(p_caller, p_key_shopper, p_key, 'holdReplace', p_fingerprint);
    IF replay IS NOT NULL THEN RETURN replay; END IF;
  END IF;

  -- All that hold_create locks before stock, so that the hold's own row does not come out of order.
  IF p_client IS NOT NULL THEN
    guest := coalesce((SELECT client FROM holds WHERE id = p_id), p_client);
    PERFORM pg_advisory_xact_lock(hashtext('guest'), hashtext(encode(guest, 'hex')));
  END IF;
  IF true = ANY(p_backorder) THEN
    PERFORM FROM products WHERE id IN (SELECT product_id FROM skus WHERE id = ANY(p_skus))
    ORDER BY handle FOR KEY SHARE;
  END IF;
  expired := ARRAY(
    SELECT id FROM holds
    WHERE id = p_id OR status = 'ACTIVE' AND expires_at <= moment AND id IN (
      SELECT line.hold_id FROM hold_lines line
      WHERE line.sku_id = ANY(p_skus) AND line.active AND line.expires_at <= moment)
    ORDER BY id FOR UPDATE);
  SELECT * INTO hold FROM holds
  WHERE id = p_id AND channel_id = p_channel
    AND hold_is_open(caller, made_by, shopper, p_caller, p_shopper, p_confirms);
  IF NOT FOUND THEN RETURN '{"notFound": true}'; END IF;
  IF hold.status = 'ACTIVE' AND hold.expires_at <= clock_timestamp() THEN
    PERFORM holds_end(ARRAY[p_id], 'EXPIRED');
    RETURN jsonb_build_object('ended', hold_json(p_id));
  END IF;
  IF hold.status <> 'ACTIVE' THEN RETURN jsonb_build_object('ended', hold_json(p_id)); END IF;

  BEGIN
    -- With what expired holds have, so that all stock is locked in one order.
    PERFORM holds_give_back(expired, p_skus, true = ANY(p_backorder));
    UPDATE holds SET status = 'EXPIRED', ended_at = clock_timestamp(), client = NULL
    WHERE id = ANY(expired) AND id <> p_id;
    outcome := hold_create(p_channel, p_caller, p_shopper, p_skus, p_quantities, p_backorder, p_location, p_latitude,
      p_longitude, 1, NULL, NULL, NULL, guest, p_guest_share,
      -- The hold itself is one of them.
      p_guest_holds + 1, p_guest_units);
    IF NOT outcome ? 'hold' OR hold.expires_at <= clock_timestamp() THEN
      RAISE EXCEPTION 'nothing was held' USING ERRCODE = 'VT002';
    END IF;
  EXCEPTION WHEN SQLSTATE 'VT002' THEN
    -- Nobody has seen its stock free: giving it back is rolled back, too.
    IF hold.expires_at > clock_timestamp() THEN RETURN outcome; END IF;
    PERFORM holds_end(ARRAY[p_id], 'EXPIRED');
    RETURN jsonb_build_object('ended', hold_json(p_id));
  END;
  new_id := (outcome -> 'hold' ->> 'id')::uuid;
  DELETE FROM hold_lines WHERE hold_id = p_id;
  UPDATE hold_lines SET hold_id = p_id, expires_at = hold.expires_at WHERE hold_id = new_id;
  UPDATE holds SET currency = (SELECT currency FROM holds WHERE id = new_id) WHERE id = p_id;
  DELETE FROM holds WHERE id = new_id;

  answer := hold_json(p_id);
  IF p_key IS NOT NULL THEN PERFORM idempotency_keep(p_caller, p_key_shopper, p_key, 'holdReplace', p_fingerprint, answer); END IF;
  RETURN jsonb_build_object('hold', answer);
END $$;

INSERT INTO compatible_migrations (name, since) VALUES ('0044_replace_holds', '0014_revoke_keys_of_deleted_channels');
