/* design.uploads */ SELECT DISTINCT encode(sha256, 'hex') AS sha256 FROM designs
      WHERE sha256 = ANY(ARRAY(SELECT decode(hex, 'hex') FROM unnest($1::text[]) AS hex));

/* designJob.claim */ WITH jobs AS (
        SELECT job.id, job.owner, job.line, job.number, coalesce(job.leased_until > now(), false) AS served
        FROM design_jobs job
        JOIN encoders encoder ON encoder.id = job.encoder_id AND encoder.name = $1
        WHERE job.state = 'WAITING' AND job.next_attempt_at <= now() AND job.engine = ANY($2::text[])
        UNION ALL
        SELECT id, owner, line, number, true FROM design_jobs
        WHERE ended_at > now() - $3 * interval '1 minute' AND started_at IS NOT NULL
      ), lines AS (
        SELECT *, row_number() OVER (PARTITION BY line ORDER BY served DESC, number) AS turn FROM jobs
      ), turns AS (
        SELECT id, row_number() OVER (PARTITION BY owner ORDER BY served DESC, turn, number) AS turn FROM lines
      ), due AS MATERIALIZED (
        SELECT job.id FROM turns JOIN design_jobs job USING (id)
        WHERE job.state = 'WAITING' AND (job.leased_until IS NULL OR job.leased_until <= now())
        ORDER BY turns.turn, job.number
        LIMIT 1 FOR UPDATE OF job SKIP LOCKED
      )
      UPDATE design_jobs job SET attempts = job.attempts + 1, lease = gen_random_uuid(), leased_until = now() + $4::float8 * interval '1 millisecond',
        started_at = coalesce(job.started_at, now()), progress = 0
      FROM due, encoders encoder WHERE job.id = due.id AND encoder.id = job.encoder_id
      RETURNING job.id AS uuid, job.engine, job.ordered, encoder.dimension, job.toward, job.away, job.attempts, job.lease;

/* designJob.count */ SELECT count(*) FILTER (WHERE leased_until IS NULL OR leased_until <= now())::integer AS waiting,
        count(*) FILTER (WHERE leased_until > now())::integer AS running
      FROM design_jobs WHERE state = 'WAITING';

/* designJob.giveBack */ UPDATE design_jobs SET attempts = attempts - 1, lease = NULL, leased_until = NULL
      WHERE id = $1::uuid AND lease = $2;

/* designJob.prune */ DELETE FROM design_jobs WHERE id IN (
      SELECT id FROM design_jobs job
      WHERE ended_at < now() - $1 * interval '1 day'
        AND ((owner = 0 AND shopper = '') OR NOT EXISTS (SELECT FROM designs WHERE job_id = job.id))
      ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED);

/* designJob.renew */ UPDATE design_jobs SET leased_until = now() + $1::float8 * interval '1 millisecond', progress = $2::real
      WHERE id = $3::uuid AND lease = $4;

/* designJob.states */ SELECT id AS uuid, engine,
  CASE WHEN state = 'WAITING' AND lease IS NOT NULL THEN 'RUNNING' ELSE state END AS state, progress,
  last_error AS error, created_at AS "createdAt", started_at AS "startedAt", ended_at AS "endedAt", coalesce((
        SELECT string_agg(encode(design.sha256, 'hex'), ',' ORDER BY design.position) FROM designs design
        WHERE design.job_id = design_jobs.id), '') AS version
      FROM design_jobs WHERE id = ANY(ARRAY(SELECT unnest($1::uuid[])));
