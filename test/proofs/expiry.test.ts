import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startGatewayProcess, type GatewayProcess } from '../support/gateways.js';
import { expectNoDrift, HOLD_FIELDS, holdPayload } from '../support/holds.js';
import { proofSize, randomOf } from '../support/random.js';
import { waiting } from '../support/waiting.js';

/**
 * Expiry: a hold that expires while it is being confirmed is either expired or confirmed, and its unit is sold once.
 * Two gateways sweep at the same time, and another buyer waits for the unit. Failed on 2026-11-24: the first test
 * without the expiry check in hold_finish, the second one without its row lock.
 */
const ROUNDS = proofSize('PROOF_SEEDS', 20);
/** Holds that expire at the same moment. */
const AT_ONCE = 20;
const HOLD_MS = 1_000;

const CREATE = `mutation ($input: HoldCreateInput!) { payload: holdCreate(input: $input) ${HOLD_FIELDS} }`;
const CONFIRM = `mutation ($input: HoldConfirmInput!) { payload: holdConfirm(input: $input) ${HOLD_FIELDS} }`;

let database: TestDatabase;
let secret: string;
let gateways: readonly [GatewayProcess, GatewayProcess];
const skus: string[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  await seedMarkets(database.db);
  secret = await seedApiKey(database.db);
  for (let i = 0; i < AT_ONCE; i += 1) {
    await seedProduct(database.db, { handle: `p${i}`, skus: [{ code: `P${i}`, stock: { berlin: 0 } }] });
  }
  const { rows } = await database.db.query<{ id: number }>(`SELECT id FROM skus ORDER BY id`);
  skus.push(...rows.map(({ id }) => toGlobalId('Sku', id)));
  gateways = [await startGatewayProcess(database.url), await startGatewayProcess(database.url)];
});
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await database.drop();
});

test(
  'each unit is sold once, to whoever held it or to whoever waited for it',
  async () => {
    const random = randomOf(4);
    let confirmed = 0;
    let expired = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      await database.db.query(`UPDATE stock_levels SET on_hand = 1`);
      const held = await Promise.all(
        skus.map(async (sku, i) => {
          const input = { lines: [{ sku }], seconds: HOLD_MS / 1000 };
          const { hold } = (await gateways[i % 2 === 0 ? 0 : 1].ask(holdPayload, CREATE, { input }, secret))
            .payload;
          if (hold === null) throw new Error(`round ${round}: there is a unit of each`);
          return { sku, hold };
        }),
      );
      await Promise.all(
        held.map(async ({ sku, hold }, i) => {
          const [one, other] = i % 2 === 0 ? gateways : [gateways[1], gateways[0]];
          const end = Date.parse(hold.expiresAt);
          const at = async (moment: number): Promise<void> => {
            await new Promise((resolve) => setTimeout(resolve, Math.max(0, moment - Date.now())));
          };
          const holder = at(end - 60 + random() * 80).then(async () => {
            const late = Date.now() > end;
            const { userErrors } = (await one.ask(holdPayload, CONFIRM, { input: { hold: hold.id } }, secret))
              .payload;
            if (userErrors.length > 0) expect(userErrors[0]?.code).toBe('HOLD_EXPIRED');
            expect(late && userErrors.length === 0).toBe(false);
            return userErrors.length === 0;
          });
          const waiting = at(end - 10 + random() * 20).then(async () => {
            const { hold: next } = (
              await other.ask(holdPayload, CREATE, { input: { lines: [{ sku }] } }, secret)
            ).payload;
            if (next === null) return false;
            const { userErrors } = (
              await other.ask(holdPayload, CONFIRM, { input: { hold: next.id } }, secret)
            ).payload;
            expect(userErrors).toEqual([]);
            return true;
          });
          const [first, second] = await Promise.all([holder, waiting]);
          expect(first && second).toBe(false);
          if (first) confirmed += 1;
          else expired += 1;
        }),
      );
      const { rows } = await database.db.query<{ status: string; holds: number }>(
        `SELECT status, count(*)::int AS holds FROM holds GROUP BY status`,
      );
      const sales = rows.find(({ status }) => status === 'CONFIRMED')?.holds ?? 0;
      const { rows: left } = await database.db.query<{ units: number }>(
        `SELECT sum(on_hand)::int AS units FROM stock_levels`,
      );
      // Each unit is sold once: the stock decreased by the number of confirmed holds.
      expect(left[0]?.units).toBe(AT_ONCE - sales);
      await expectNoDrift(database.db);
      await database.db.query(`DELETE FROM holds WHERE status <> 'ACTIVE'`);
    }
    // A run with only one of the two outcomes would prove nothing.
    expect(Math.min(confirmed, expired)).toBeGreaterThan(ROUNDS);
  },
  ROUNDS * 10_000,
);

test('a hold whose time passes in the middle of its confirmation is confirmed, and its unit is not sold again', async () => {
  await database.db.query(`UPDATE stock_levels SET on_hand = 1`);
  const [one, other] = gateways;
  const input = { lines: [{ sku: skus[0] }], seconds: 1 };
  const { hold } = (await one.ask(holdPayload, CREATE, { input }, secret)).payload;
  if (hold === null) throw new Error('there is a unit');

  // A stock count locks the level, so its writers wait.
  const counting = await database.db.connect();
  await counting.query(`BEGIN`);
  await counting.query(`SELECT FROM stock_levels FOR UPDATE`);
  const confirming = one.ask(holdPayload, CONFIRM, { input: { hold: hold.id } }, secret);
  await waiting(database.db, 1);
  await sleep(Date.parse(hold.expiresAt) - Date.now() + 50);
  const buying = other.ask(holdPayload, CREATE, { input: { lines: [{ sku: skus[0] }] } }, secret);
  await waiting(database.db, 2);
  await counting.query(`COMMIT`);
  counting.release();

  expect((await confirming).payload).toMatchObject({ hold: { status: 'CONFIRMED' }, userErrors: [] });
  expect((await buying).payload.userErrors).toEqual([
    expect.objectContaining({ code: 'INSUFFICIENT_STOCK', sellable: 0 }),
  ]);
  await expectNoDrift(database.db);
});
