/* idempotency.keep */
      SELECT idempotency_keep($1, $2, $3, $4, $5,
        $6::jsonb);

/* idempotency.replay */
      SELECT idempotency_replay($1, $2, $3, $4, $5) AS replay;

/* mutation.actor */ SELECT set_config('vitrine.actor', $1, true),
            set_config('lock_timeout', '5s', true);

/* quarantine.release */ WITH held AS MATERIALIZED (
        SELECT sha256, released_at FROM quarantined_images
        WHERE sha256 IN (SELECT sha256 FROM product_images WHERE id = ANY($1::integer[]))
        ORDER BY sha256 FOR NO KEY UPDATE
      ), released AS (
        UPDATE quarantined_images SET released_at = clock_timestamp()
        FROM held WHERE quarantined_images.sha256 = held.sha256 AND held.released_at IS NULL
        RETURNING quarantined_images.sha256
      )
      SELECT image.id AS key, held.sha256 IN (SELECT sha256 FROM released) AS "wasHeld"
      FROM held JOIN product_images image ON image.sha256 = held.sha256
      WHERE image.id = ANY($2::integer[]) ORDER BY image.id;
