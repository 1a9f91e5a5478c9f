import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fromGlobalId, toGlobalId } from 'graphql-relay';
import { pino } from 'pino';
import { z } from 'zod';
import { migrate } from '../../src/platform/migrate.js';
import { openDatabase, type Database } from '../../src/platform/postgres.js';
import { readManifest } from '../../src/vision/manifest.js';
import { seedApiKey } from '../support/api-keys.js';
import { seedChannels, seedEncoder, seedProduct } from '../support/catalog.js';
import { noCrashes, startCrashingPostgres, type CrashingPostgres } from '../support/crashing-postgres.js';
import { startGatewayProcess, type GatewayProcess } from '../support/gateways.js';
import { expectNoDrift, HOLD_FIELDS, holdPayload } from '../support/holds.js';
import { vitrine, type Running } from '../support/process.js';
import { noQdrant, testCollection } from '../support/qdrant.js';
import { proofSize, randomOf } from '../support/random.js';
import { smallEncoderFolder } from '../support/small-encoder.js';

/**
 * Crash: gateways, the worker, and Postgres are killed at random under write load. Every acknowledged write is there
 * exactly once, no hold is lost, and the index equals Postgres. A writer whose call failed retries it with its key
 * until it gets an answer. Failed on 2026-11-24 without the keys (calls that had succeeded were retried and refused),
 * and with synchronous_commit off (an acknowledged hold was gone).
 */
const SECONDS = proofSize('PROOF_SECONDS', 60);
const SEED = proofSize('PROOF_SEED', 1);
const WRITERS = 6;
const SKUS_A_WRITER = 3;
const UNITS = 10_000;

const CREATE = `mutation ($input: HoldCreateInput!) { payload: holdCreate(input: $input) ${HOLD_FIELDS} }`;
const CONFIRM = `mutation ($input: HoldConfirmInput!) { payload: holdConfirm(input: $input) ${HOLD_FIELDS} }`;
const RELEASE = `mutation ($input: HoldReleaseInput!) { payload: holdRelease(input: $input) ${HOLD_FIELDS} }`;
const ADJUST = `mutation ($input: StockAdjustInput!) { stockAdjust(input: $input) { userErrors { message } } }`;
const SET = `mutation ($input: StockSetInput!) { stockSet(input: $input) { userErrors { message } } }`;
const adjusted = z.object({ stockAdjust: z.object({ userErrors: z.array(z.unknown()).length(0) }) });
const set = z.object({ stockSet: z.object({ userErrors: z.array(z.unknown()).length(0) }) });

if (noCrashes !== undefined) console.log(`The crash proof is skipped: ${noCrashes}.`);
if (noQdrant !== undefined) console.log(`The crash proof runs on the embedded index only: ${noQdrant}.`);

describe.each(
  [
    { index: 'embedded', isThere: noCrashes === undefined },
    { index: 'qdrant', isThere: noCrashes === undefined && noQdrant === undefined },
  ].filter(({ isThere }) => isThere),
)('$index', ({ index }) => {
  const collection = index === 'qdrant' ? testCollection() : null;
  const jitter = randomOf(SEED + 2);
  let postgres: CrashingPostgres;
  let db: Database;
  let secret: string;
  let env: Record<string, string>;
  let gateways: GatewayProcess[];
  let worker: Running | null = null;
  const skuIds = new Map<string, string>();
  /** The quantity on hand of each SKU, according to the acknowledged writes. */
  const onHand = new Map<string, number>();
  /** Units of each SKU in holds that are never ended. */
  const held = new Map<string, number>();
  /** The state of each acknowledged hold. */
  const holds = new Map<string, 'ACTIVE' | 'CONFIRMED' | 'RELEASED'>();

  const startWorker = (): Running | null =>
    collection === null ? null : vitrine(['sync'], { env: { ...env, DATABASE_URL: postgres.url } });

  beforeAll(async () => {
    postgres = await startCrashingPostgres();
    await migrate(postgres.url, pino({ level: 'silent' }));
    db = openDatabase(postgres.url, () => undefined);
    await seedChannels(db);
    await seedEncoder(db, await readManifest(smallEncoderFolder()));
    secret = await seedApiKey(db);
    for (let i = 0; i < WRITERS * SKUS_A_WRITER; i += 1) {
      const code = `P${i}`;
      await seedProduct(db, {
        handle: code.toLowerCase(),
        vectors: [[1, i, 0, 0]],
        skus: [{ code, stock: { berlin: UNITS } }],
      });
      onHand.set(code, UNITS);
    }
    const { rows } = await db.query<{ id: number; code: string }>(`SELECT id, code FROM skus`);
    for (const { id, code } of rows) skuIds.set(code, toGlobalId('Sku', id));
    env = collection === null ? {} : { QDRANT_URL: collection.url, QDRANT_COLLECTION: collection.collection };
    gateways = [await startGatewayProcess(postgres.url, env), await startGatewayProcess(postgres.url, env)];
    worker = startWorker();
  });
  afterAll(async () => {
    worker?.child.kill('SIGTERM');
    await worker?.ended;
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await db.end();
    await postgres.close();
    await collection?.drop();
  });

  /** Retries a call until it gets an answer, alternating between the gateways. */
  async function insist<T>(schema: z.ZodType<T>, document: string, input: object): Promise<T> {
    const keyed = { ...input, idempotencyKey: randomUUID() };
    for (let attempt = Math.floor(jitter() * 2); ; attempt += 1) {
      try {
        const gateway = gateways[attempt % gateways.length];
        if (gateway === undefined) throw new Error('there are gateways');
        return await gateway.ask(schema, document, { input: keyed }, secret);
      } catch (error) {
        // A refusal is an answer; any other error comes from a kill.
        if (error instanceof z.ZodError) throw error;
        await sleep(20 + jitter() * 80);
      }
    }
  }

  async function write(writer: number, isOver: () => boolean): Promise<number> {
    const own = [...onHand.keys()].slice(writer * SKUS_A_WRITER, (writer + 1) * SKUS_A_WRITER);
    let writes = 0;
    for (; !isOver(); writes += 1) {
      const code = own[Math.floor(jitter() * own.length)] ?? '';
      const before = onHand.get(code) ?? 0;
      const kind = jitter();
      if (kind < 0.2) {
        // To zero and back, so that the index must be updated.
        const next = before > 0 ? 0 : UNITS;
        await insist(set, SET, { entries: [{ sku: code, location: 'berlin', onHand: next }] });
        onHand.set(code, next);
      } else if (kind < 0.5) {
        const delta = 1 + Math.floor(jitter() * 3);
        await insist(adjusted, ADJUST, { entries: [{ sku: code, location: 'berlin', delta }] });
        onHand.set(code, before + delta);
      } else {
        const quantity = 1 + Math.floor(jitter() * 2);
        const free = before - (held.get(code) ?? 0);
        if (free < quantity) continue;
        const { hold } = (
          await insist(holdPayload, CREATE, { lines: [{ sku: skuIds.get(code), quantity }], seconds: 3_600 })
        ).payload;
        if (hold === null) throw new Error(`${code} has ${free}, and ${quantity} could not be held`);
        holds.set(hold.id, 'ACTIVE');
        const fate = jitter();
        if (fate < 0.1) {
          held.set(code, (held.get(code) ?? 0) + quantity);
          continue;
        }
        const ended = await insist(holdPayload, fate < 0.6 ? CONFIRM : RELEASE, { hold: hold.id });
        expect(ended.payload.userErrors).toEqual([]);
        holds.set(hold.id, fate < 0.6 ? 'CONFIRMED' : 'RELEASED');
        if (fate < 0.6) onHand.set(code, before - quantity);
      }
    }
    return writes;
  }

  const killed: Record<string, number> = {};

  /** Kills repeatedly; `kill` returns the name of what it killed and restarted. */
  async function crash(
    seed: number,
    end: number,
    kill: (random: () => number) => Promise<string>,
  ): Promise<void> {
    const random = randomOf(seed);
    while (Date.now() < end) {
      await sleep(500 + random() * 2_000);
      const victim = await kill(random);
      killed[victim] = (killed[victim] ?? 0) + 1;
    }
  }

  /** A gateway that cannot reach Postgres at startup ends, and its supervisor restarts it. */
  const startAgain = async (): Promise<GatewayProcess> => {
    for (;;) {
      try {
        return await startGatewayProcess(postgres.url, env);
      } catch {
        await sleep(200);
      }
    }
  };

  const crashPostgres = async (random: () => number): Promise<string> => {
    await postgres.crash(random() * 500);
    return 'Postgres';
  };

  const crashGateway = async (random: () => number): Promise<string> => {
    if (worker !== null && random() < 0.4) {
      worker.child.kill('SIGKILL');
      await worker.ended;
      worker = startWorker();
      return 'worker';
    }
    const number = random() < 0.5 ? 0 : 1;
    await gateways[number]?.kill();
    gateways[number] = await startAgain();
    return 'gateway';
  };

  test(
    `killed at random for ${SECONDS} s: every acknowledged write is there, no hold is lost, and the index is right`,
    async () => {
      const end = Date.now() + SECONDS * 1_000;
      const writing = Promise.all(
        Array.from({ length: WRITERS }, (_, writer) => write(writer, () => Date.now() > end)),
      );
      await Promise.all([crash(SEED, end, crashPostgres), crash(SEED + 1, end, crashGateway)]);
      const writes = (await writing).reduce((sum, count) => sum + count, 0);
      console.log(`${index}: ${writes} writes; killed: ${JSON.stringify(killed)}`);
      expect(writes).toBeGreaterThan(SECONDS);

      const { rows: levels } = await db.query<{ code: string; onHand: number }>(
        `SELECT code, on_hand AS "onHand" FROM stock_levels JOIN skus ON skus.id = sku_id`,
      );
      expect(Object.fromEntries(levels.map((level) => [level.code, level.onHand]))).toEqual(
        Object.fromEntries(onHand),
      );
      const { rows: found } = await db.query<{ id: string; status: string }>(`SELECT id, status FROM holds`);
      expect(Object.fromEntries(found.map(({ id, status }) => [id, status]))).toEqual(
        Object.fromEntries([...holds].map(([id, status]) => [fromGlobalId(id).id, status])),
      );
      await expectNoDrift(db);

      const { code, stdout, stderr } = await vitrine(['reconcile', '--check'], {
        env: { ...env, DATABASE_URL: postgres.url },
      }).ended;
      expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
    },
    SECONDS * 1_000 + 120_000,
  );
});
