import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { OperatorError } from '../platform/operator-error.js';
import { transaction, type Database } from '../platform/postgres.js';
import type { Progress } from '../platform/progress.js';
import { withoutTimeouts } from './position.store.js';
import {
  deleteRequest,
  insertRequest,
  lockRequests,
  readGateways,
  type GatewayAnswer,
  type GatewayState,
  type IndexRequest,
} from './request.store.js';

const LOOK_EVERY_MS = 200;
/** A gateway whose connection is temporarily not visible accepts a request within a second. */
const TAKEN_UP_AFTER_MS = 2_000;
/** Longer than a gateway takes to reconnect after Postgres is back. */
const GONE_AFTER_MS = 10_000;

export interface GatewayAnswers {
  readonly answers: readonly GatewayAnswer[];
  /** Gateways that ended before they answered. */
  readonly gone: number;
}

/**
 * Asks every gateway that runs on this database, and waits until each has answered or is gone.
 * @throws OperatorError when another command is asking, and the reason of `signal`; gateways then stop their work
 */
export async function askGateways(
  db: Database,
  request: Pick<IndexRequest, 'kind' | 'encoder'>,
  { label, progress, signal }: { label: string; progress: Progress; signal: AbortSignal },
): Promise<GatewayAnswers> {
  const id = randomUUID();
  return transaction(db, async (client) => {
    await withoutTimeouts(client);
    if (!(await lockRequests(client)))
      throw new OperatorError('Another command is already asking the gateways: wait until it ends.');
    await insertRequest(db, { id, ...request });
    try {
      return await awaitAnswers(db, id, label, progress, signal);
    } finally {
      await deleteRequest(db, id);
    }
  });
}

async function awaitAnswers(
  db: Database,
  requestId: string,
  label: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<GatewayAnswers> {
  const askedAt = Date.now();
  const lastSeen = new Map<string, number>();
  const shown = showProgress(label, progress);
  for (;;) {
    signal.throwIfAborted();
    const gateways = await readGateways(db, requestId);
    const now = Date.now();
    for (const { id, isAlive } of gateways) if (isAlive || !lastSeen.has(id)) lastSeen.set(id, now);
    const answered = gateways.filter(({ answer }) => answer !== null);
    const isGone = (seen: number): boolean => now - seen > GONE_AFTER_MS;
    const open = [...lastSeen].filter(
      ([id, seen]) => !isGone(seen) && !answered.some((one) => one.id === id),
    );
    shown.update(gateways);
    if (open.length === 0 && now - askedAt > TAKEN_UP_AFTER_MS) {
      shown.end();
      return {
        answers: answered.flatMap(({ answer }) => answer ?? []),
        gone: lastSeen.size - answered.length,
      };
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** Combines the work of all gateways, as soon as each knows its total. */
function showProgress(
  label: string,
  progress: Progress,
): { update(gateways: readonly GatewayState[]): void; end(): void } {
  let shown: number | null = null;
  return {
    update(gateways) {
      const working = gateways.filter(({ total, answer }) => total !== null || answer === null);
      const totals = working.map(({ total }) => total ?? NaN);
      const total = totals.reduce((sum, some) => sum + some, 0);
      if (shown === null && total > 0) {
        progress.start(label, total);
        shown = 0;
      }
      if (shown === null) return;
      const done = gateways.reduce((sum, gateway) => sum + gateway.done, 0);
      progress.advance(Math.max(0, done - shown));
      shown = Math.max(shown, done);
    },
    end() {
      if (shown !== null) progress.done();
    },
  };
}
