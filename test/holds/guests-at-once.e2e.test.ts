import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startGatewayProcess, type GatewayProcess } from '../support/gateways.js';
import { expectNoDrift, HOLD_FIELDS, holdPayload, type HoldAnswer } from '../support/holds.js';

/**
 * The limits on guests under many simultaneous calls, over two gateways. Failed on 2026-11-28: the first test without
 * the locks on levels in hold_create, the second one without the lock on the client.
 */
const STRANGERS = 150;
const UNITS = 50;
/** A fifth of 100 units, half of which are at each location. */
const SHARE = 20;
const HOLDS = 5;

const CREATE = `mutation ($input: HoldCreateInput!) { payload: holdCreate(input: $input) ${HOLD_FIELDS} }`;

let database: TestDatabase;
let gateways: readonly [GatewayProcess, GatewayProcess];
let skus: string[];
beforeAll(async () => {
  database = await createTestDatabase();
  await seedMarkets(database.db);
  for (const code of ['A', 'B', 'C']) {
    await seedProduct(database.db, {
      handle: code.toLowerCase(),
      skus: [{ code, stock: { berlin: UNITS, paris: UNITS } }],
    });
  }
  const { rows } = await database.db.query<{ id: number }>('SELECT id FROM skus ORDER BY code');
  skus = rows.map(({ id }) => toGlobalId('Sku', id));
  const env = { VITRINE_TRUSTED_PROXIES: '127.0.0.1', VITRINE_GUEST_HOLDS: String(HOLDS) };
  gateways = [await startGatewayProcess(database.url, env), await startGatewayProcess(database.url, env)];
});
afterAll(async () => {
  await expectNoDrift(database.db);
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await database.drop();
});

/** On a busy machine, some wait for a connection longer than they may; they do what the error says. */
const ATTEMPTS = 5;
const PASSES = /try again in a few seconds/;

async function create(call: number, client: string, lines: object[]): Promise<HoldAnswer> {
  const input = { lines, idempotencyKey: randomUUID() };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await gateways[call % 2 === 0 ? 0 : 1].ask(holdPayload, CREATE, { input }, undefined, {
        'x-forwarded-for': client,
      });
      return answer.payload;
    } catch (error) {
      if (attempt === ATTEMPTS || !PASSES.test(String(error))) throw error;
    }
  }
}

const codesOf = (answers: readonly HoldAnswer[]): Set<string> =>
  new Set(answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code)));

test(`${STRANGERS} strangers at once hold exactly the share of each SKU`, async () => {
  const [one, other] = skus;
  const answers = await Promise.all(
    Array.from({ length: STRANGERS }, (_, i) =>
      create(
        i,
        `198.51.100.${i}`,
        (i % 3 === 0 ? [other, one] : [one, other]).map((sku) => ({ sku })),
      ),
    ),
  );
  expect(answers.filter(({ hold }) => hold !== null)).toHaveLength(SHARE);
  expect(codesOf(answers)).toEqual(new Set(['HOLD_LIMIT']));
  const { rows } = await database.db.query(
    `SELECT code, sum(held)::int AS held FROM stock_levels JOIN skus ON skus.id = sku_id GROUP BY code ORDER BY code`,
  );
  expect(rows).toEqual([
    { code: 'A', held: SHARE },
    { code: 'B', held: SHARE },
    { code: 'C', held: 0 },
  ]);
});

test('one stranger who calls both gateways at once has exactly its holds', async () => {
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, i) => create(i, '192.0.2.1', [{ sku: skus[2] }])),
  );
  expect(answers.filter(({ hold }) => hold !== null)).toHaveLength(HOLDS);
  expect(codesOf(answers)).toEqual(new Set(['HOLD_LIMIT']));
});
