/* design.count */ SELECT count(*)::integer AS count FROM (
      SELECT FROM designs WHERE owner = $1 AND shopper = $2 LIMIT $3) own;

/* design.ofJobs */ SELECT design.id AS uuid, design.number, design.job_id AS "jobUuid",
    encode(design.sha256, 'hex') AS sha256, design.width, design.height, encode(design.thumbhash, 'base64') AS thumbhash,
    design.dominant_color AS "dominantColor", design.garment, design.prompt, design.similarity, design.likeness,
    design.nearest_product AS "nearestProductKey", design.price, job.ordered->>'currency' AS currency,
    design.trust_score AS "trustScore", design.trust_reason AS "trustReason", design.finished,
    design.created_at AS "createdAt"
  FROM designs design JOIN design_jobs job ON job.id = design.job_id WHERE design.job_id = ANY(ARRAY(SELECT unnest($1::uuid[])))
      ORDER BY design.job_id, design.position;

/* design.removeDrafts */ DELETE FROM designs WHERE job_id = $1::uuid AND NOT finished;

/* designJob.cancel */ UPDATE design_jobs SET state = 'CANCELED', lease = NULL, leased_until = NULL, ended_at = now()
      WHERE id = $1::uuid AND state = 'WAITING';

/* designJob.countWaiting */ SELECT count(*) FILTER (WHERE line = $1)::integer AS own,
        count(*) FILTER (WHERE owner = $2)::integer AS "ofKey", count(*)::integer AS all
      FROM design_jobs WHERE state = 'WAITING';

/* designJob.find */ SELECT id AS uuid, engine,
  CASE WHEN state = 'WAITING' AND lease IS NOT NULL THEN 'RUNNING' ELSE state END AS state, progress,
  last_error AS error, created_at AS "createdAt", started_at AS "startedAt", ended_at AS "endedAt" FROM design_jobs WHERE id = ANY(ARRAY(SELECT unnest($1::uuid[]))) AND ((owner = $2::integer AND shopper = $3::bytea) OR (owner = 0 AND shopper = ''));

/* designJob.insert */ INSERT INTO design_jobs (owner, shopper, line, engine, ordered, encoder_id, toward, away)
      VALUES ($1, $2, $3, $4, $5::jsonb,
        $6, $7, $8)
      RETURNING id;

/* designJob.lock */ SELECT FROM design_jobs WHERE id = ANY(ARRAY(SELECT unnest($1::uuid[]))) AND ((owner = $2::integer AND shopper = $3::bytea) OR (owner = 0 AND shopper = '')) FOR UPDATE;

/* designJob.lockLine */
      SELECT pg_advisory_xact_lock(hashtext('designs'), hashtext(encode($1::bytea, 'hex')));

/* embedding.ofProducts */
      SELECT image.product_id AS "productId", image.id AS "imageId", embedding.vector FROM shown_images image
      JOIN embeddings embedding ON embedding.sha256 = image.sha256
      JOIN encoders encoder ON encoder.id = embedding.encoder_id AND encoder.name = $1
      WHERE image.product_id = ANY(ARRAY(SELECT unnest($2::int[]))) ORDER BY image.product_id, image.position;

/* encoder.find */ SELECT id, dimension FROM encoders WHERE name = $1;

/* encoder.register */ INSERT INTO encoders (name, dimension)
      SELECT $1, $2
      WHERE NOT EXISTS (SELECT FROM encoders WHERE name = $3)
      ON CONFLICT DO NOTHING;

/* mutation.actor */ SELECT set_config('vitrine.actor', $1, true),
            set_config('lock_timeout', '5s', true);

/* sku.pricesByProduct */ WITH sku AS MATERIALIZED (
      SELECT id, product_id, position FROM skus WHERE product_id = ANY(ARRAY(SELECT unnest($1::int[])))
    ), price AS MATERIALIZED (
      SELECT sku_id AS id, amount, compare_at, upper(valid) AS valid_until FROM prices
      WHERE sku_id = ANY(ARRAY(SELECT id FROM sku)) AND price_list_id = (SELECT price_list_id FROM channels WHERE id = $2) AND valid @> statement_timestamp()
    )
        SELECT product_id AS "productKey", amount, compare_at AS "compareAt", valid_until AS "priceValidUntil"
        FROM sku FULL JOIN price USING (id) ORDER BY product_id, position, id;
