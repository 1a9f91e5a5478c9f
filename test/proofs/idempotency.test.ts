import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startGatewayProcess, type GatewayProcess } from '../support/gateways.js';
import { expectNoDrift, HOLD_FIELDS, holdPayload } from '../support/holds.js';
import { proofSize } from '../support/random.js';

/**
 * Idempotency: one key, one hold. Failed on 2026-11-24 without the advisory lock of idempotency_replay: calls then
 * collide at the primary key of the stored answers, and all but one end with an error.
 */
const ROUNDS = proofSize('PROOF_SEEDS', 20);
const PARALLEL = 50;

const CREATE = `mutation ($input: HoldCreateInput!) { payload: holdCreate(input: $input) ${HOLD_FIELDS} }`;

let database: TestDatabase;
let gateways: readonly [GatewayProcess, GatewayProcess];
let sku: string;
let secret: string;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedMarkets(database.db);
  secret = await seedApiKey(database.db);
  await seedProduct(database.db, { handle: 'coat', skus: [{ code: 'COAT', stock: { berlin: 1_000_000 } }] });
  const { rows } = await database.db.query<{ id: number }>(`SELECT id FROM skus`);
  sku = toGlobalId('Sku', rows[0]?.id ?? 0);
  gateways = [await startGatewayProcess(database.url), await startGatewayProcess(database.url)];
});
afterAll(async () => {
  await expectNoDrift(database.db);
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await database.drop();
});

const inputOf = (idempotencyKey: string): object => ({ lines: [{ sku, quantity: 2 }], idempotencyKey });

async function countHolds(): Promise<number> {
  const { rows } = await database.db.query<{ holds: number }>(`SELECT count(*) AS holds FROM holds`);
  return rows[0]?.holds ?? 0;
}

test(`${PARALLEL} calls at once with one key, over two gateways: one hold, one answer`, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await countHolds();
    const input = inputOf(`parallel ${round}`);
    const answers = await Promise.all(
      Array.from({ length: PARALLEL }, (_, i) =>
        gateways[i % 2 === 0 ? 0 : 1].ask(holdPayload, CREATE, { input }, secret),
      ),
    );
    expect(answers[0]?.payload.userErrors).toEqual([]);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await countHolds()).toBe(before + 1);
  }
});

/** Sends the call and cuts the connection, before or during the response. */
async function sendAndCut(url: string, input: object, afterMs: number): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, 'connect');
  const body = JSON.stringify({ query: CREATE, variables: { input } });
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\nauthorization: Bearer ${secret}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  socket.destroy();
}

test('a call whose connection was cut, sent again to the other gateway: one hold, and its answer', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await countHolds();
    const input = inputOf(`cut ${round}`);
    await sendAndCut(gateways[0].url, input, round % 10);
    const again = await gateways[1].ask(holdPayload, CREATE, { input }, secret);
    expect(again.payload.hold).not.toBeNull();
    expect(await gateways[0].ask(holdPayload, CREATE, { input }, secret)).toEqual(again);
    expect(await countHolds()).toBe(before + 1);
  }
});
