import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { pino } from 'pino';
import type { Database } from '../../src/platform/postgres.js';
import { answerRequests } from '../../src/sync/answer-requests.js';
import { askGateways } from '../../src/sync/ask-gateways.js';
import type { FollowedIndex } from '../../src/sync/followed-index.js';
import { connectionName } from '../../src/sync/request.store.js';
import { ENCODER } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { silentProgress } from '../support/progress.js';
import { until } from '../support/waiting.js';

const log = pino({ level: 'silent' });
const NEVER = new AbortController().signal;

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
});
afterAll(() => database.drop());

type Replace = NonNullable<FollowedIndex['replace']>;

/** A gateway that calls `replace` to rebuild its index. */
function startGateway(replace: Replace | null, encoder = ENCODER.id): { close(): Promise<void> } {
  const index = { name: 'an index', count: () => Promise.resolve(7) } as FollowedIndex['index'];
  return answerRequests({
    db,
    gatewayId: randomUUID(),
    encoder,
    followed: { index, advance: () => Promise.resolve(false), replace },
    changes: { onChange: () => () => undefined },
    log,
  });
}

const ask = (signal: AbortSignal = NEVER) =>
  askGateways(
    db,
    { kind: 'rebuild', encoder: ENCODER.id },
    { label: 'Asking', progress: silentProgress, signal },
  );

test('each gateway answers for itself, also one that fails or has another encoder or a shared index', async () => {
  const gateways = [
    startGateway(() => Promise.resolve()),
    startGateway(() => Promise.reject(new Error('no memory left'))),
    startGateway(() => Promise.resolve(), 'other@1'),
    startGateway(null),
  ];
  try {
    const { answers, gone } = await ask();
    expect(gone).toBe(0);
    expect(answers.map(({ outcome }) => outcome).sort()).toEqual([
      'failed',
      'otherEncoder',
      'rebuilt',
      'shared',
    ]);
    expect(answers).toContainEqual(expect.objectContaining({ outcome: 'failed', reason: 'no memory left' }));
    expect(answers).toContainEqual(expect.objectContaining({ outcome: 'rebuilt', points: 7 }));
  } finally {
    for (const gateway of gateways) await gateway.close();
  }
});

test('a gateway that is alive is waited for until it ends', async () => {
  const client = new Client({
    connectionString: database.url,
    application_name: connectionName(randomUUID()),
  });
  await client.connect();
  const asked = ask();
  const outcome = await Promise.race([asked.then(() => 'answered'), sleep(4_000).then(() => 'waiting')]);
  expect(outcome).toBe('waiting');
  await client.end();
  expect(await asked).toEqual({ answers: [], gone: 1 });
});

// Failed on 2026-11-28 with a timer that starts a statement every half second: four statements waited.
test('a gateway whose Postgres does not answer has one statement in flight to say how far it is', async () => {
  const blocker = await db.connect();
  let most = 0;
  const gateway = startGateway(async () => {
    await blocker.query('BEGIN; LOCK TABLE index_answers IN EXCLUSIVE MODE');
    const end = Date.now() + 2_500;
    while (Date.now() < end) {
      const { rows } = await db.query<{ telling: number }>(
        `SELECT count(*)::integer AS telling FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '/* request.answer */%'`,
      );
      most = Math.max(most, rows[0]?.telling ?? 0);
      await sleep(50);
    }
    await blocker.query('ROLLBACK');
  });
  try {
    expect((await ask()).answers).toMatchObject([{ outcome: 'rebuilt' }]);
    expect(most).toBe(1);
  } finally {
    blocker.release();
    await gateway.close();
  }
});

test('a command that is stopped stops the gateways, and one asks at a time', async () => {
  let began = (): void => undefined;
  const working = new Promise<void>((resolve) => (began = resolve));
  const ended: unknown[] = [];
  const gateway = startGateway(async (_progress, signal) => {
    began();
    await until('the gateways are told to stop', () => signal.aborted);
    ended.push(signal.reason);
    signal.throwIfAborted();
  });
  try {
    const stop = new AbortController();
    const asked = ask(stop.signal);
    await working;
    await expect(ask()).rejects.toThrow(/Another command is already asking/);
    stop.abort(new Error('Ctrl-C'));
    await expect(asked).rejects.toThrow('Ctrl-C');
    await until('the gateway has stopped', () => ended.length > 0);
    expect(ended).toEqual([new Error('the command that sent the request was stopped')]);
  } finally {
    await gateway.close();
  }
});
