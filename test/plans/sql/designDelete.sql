/* design.delete */ DELETE FROM designs design WHERE design.id = ANY(ARRAY(SELECT unnest($1::uuid[]))) AND ((design.owner = $2::integer AND design.shopper = $3::bytea)
    OR (design.owner = 0 AND design.shopper = '')) AND design.finished;

/* design.lockJob */ SELECT FROM design_jobs
      WHERE id = (SELECT job_id FROM designs design WHERE design.id = ANY(ARRAY(SELECT unnest($1::uuid[]))) AND ((design.owner = $2::integer AND design.shopper = $3::bytea)
    OR (design.owner = 0 AND design.shopper = ''))) FOR UPDATE;

/* idempotency.keep */
      SELECT idempotency_keep($1, $2, $3, $4, $5,
        $6::jsonb);

/* idempotency.replay */
      SELECT idempotency_replay($1, $2, $3, $4, $5) AS replay;

/* mutation.actor */ SELECT set_config('vitrine.actor', $1, true),
            set_config('lock_timeout', '5s', true);
