import sql from 'sql-template-tag';
import { z } from 'zod';

/** About 10 ms of work on an idle machine: what is shorter, the scheduler lets pass before what is longer. */
const NUMBERS = 100_000;

export const speedRow = z.object({ ms: z.number() });

/** The milliseconds that Postgres takes for some work that is always the same. */
export const SPEED = sql`/* database.speed */
  WITH work AS MATERIALIZED (SELECT count(*) FROM generate_series(1, ${NUMBERS}::integer))
  SELECT extract(epoch FROM clock_timestamp() - statement_timestamp())::float8 * 1000 AS ms FROM work`;
