import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, type Queryable } from '../platform/postgres.js';
import { reconcileReport } from './difference.js';

/** An older request is from a command that has ended. */
const VALID_FOR_MS = 60_000;

const request = z.object({
  id: z.string(),
  kind: z.enum(['check', 'reconcile', 'rebuild']),
  encoder: z.string().nullable(),
});
/** A command's request to the running gateways about the indexes in their memory. */
export type IndexRequest = z.infer<typeof request>;

const outcome = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('compared'), report: reconcileReport }),
  z.object({ outcome: z.literal('rebuilt'), points: z.number() }),
  /** It runs with a different encoder than requested. */
  z.object({ outcome: z.literal('otherEncoder') }),
  /** Its index is not in its memory. */
  z.object({ outcome: z.literal('shared'), index: z.string() }),
  z.object({ outcome: z.literal('failed'), reason: z.string() }),
]);
export type RequestOutcome = z.infer<typeof outcome>;

/** A gateway's answer; `gateway` is its name in messages. */
const answer = z.object({ gateway: z.string(), encoder: z.string() }).and(outcome);
export type GatewayAnswer = z.infer<typeof answer>;

const gatewayState = z.object({
  id: z.string(),
  isAlive: z.boolean(),
  done: z.number(),
  total: z.number().nullable(),
  answer: answer.nullable(),
});
/** A gateway that is alive, or that has accepted the request. */
export type GatewayState = z.infer<typeof gatewayState>;

const NAME = 'vitrine gateway ';

/** The name of a gateway's connection while the gateway is alive. */
export const connectionName = (gatewayId: string): string => NAME + gatewayId;

/** False while another command is asking; the lock ends with the transaction. */
export async function lockRequests(client: Queryable): Promise<boolean> {
  const [lock] = await query(
    client,
    sql`/* request.lock */ SELECT pg_try_advisory_xact_lock(hashtext('index requests')) AS locked`,
    z.object({ locked: z.boolean() }),
  );
  return lock?.locked === true;
}

/** Inserts a request and deletes earlier ones, whose commands have ended. */
export async function insertRequest(db: Queryable, { id, kind, encoder }: IndexRequest): Promise<void> {
  await execute(db, sql`/* request.forget */ DELETE FROM index_requests`);
  await execute(
    db,
    sql`/* request.insert */ INSERT INTO index_requests (id, kind, encoder) VALUES (${id}, ${kind}, ${encoder})`,
  );
}

export async function deleteRequest(db: Queryable, id: string): Promise<void> {
  await execute(db, sql`/* request.delete */ DELETE FROM index_requests WHERE id = ${id}`);
}

export async function readGateways(db: Queryable, requestId: string): Promise<GatewayState[]> {
  return query(
    db,
    sql`/* request.gateways */
      WITH alive AS (
        SELECT DISTINCT substr(application_name, ${NAME.length + 1})::uuid AS id FROM pg_stat_activity
        WHERE datname = current_database() AND starts_with(application_name, ${NAME})
      ), answers AS (
        SELECT gateway_id AS id, done, total, answer FROM index_answers WHERE request_id = ${requestId}
      )
      SELECT id, alive.id IS NOT NULL AS "isAlive", coalesce(done, 0) AS done, total, answer
      FROM alive FULL JOIN answers USING (id) ORDER BY id`,
    gatewayState,
  );
}

/** Accepts the requests that are new to this gateway. */
export async function takeRequests(db: Queryable, gatewayId: string): Promise<IndexRequest[]> {
  return query(
    db,
    sql`/* request.take */
      WITH taken AS (
        INSERT INTO index_answers (request_id, gateway_id) SELECT id, ${gatewayId} FROM index_requests
        WHERE asked_at > clock_timestamp() - ${VALID_FOR_MS}::float8 * interval '1 millisecond'
        ON CONFLICT DO NOTHING RETURNING request_id
      )
      SELECT id, kind, encoder FROM index_requests JOIN taken ON taken.request_id = id`,
    request,
  );
}

/** Stores the gateway's progress, or its final answer; returns false when no command waits for it anymore. */
export async function answerRequest(
  db: Queryable,
  requestId: string,
  gatewayId: string,
  state: Pick<GatewayState, 'done' | 'total' | 'answer'>,
): Promise<boolean> {
  const json = state.answer === null ? null : JSON.stringify(state.answer);
  const kept = await execute(
    db,
    sql`/* request.answer */ UPDATE index_answers SET done = ${state.done}, total = ${state.total}, 
        answer = coalesce(answer, ${json}::jsonb)
      WHERE request_id = ${requestId} AND gateway_id = ${gatewayId}`,
  );
  return kept > 0;
}
