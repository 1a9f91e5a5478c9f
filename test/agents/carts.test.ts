import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { approvedAgent, cart, found, refused, rest } from './support.js';

/** Carts that reserve stock. */

let gateway: TestGateway;
const ids: Record<string, string> = {};
beforeAll(async () => {
  gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      await db.query(`UPDATE channels SET hold_url_template = 'https://shop.example/checkout?hold={hold}'`);
      await seedProduct(db, {
        handle: 'shirt',
        title: 'Shirt',
        vectors: [[1, 0, 0, 0]],
        skus: [
          {
            code: 'S',
            options: { size: 'S' },
            prices: { eu: 1_990, us: 2_100 },
            stock: { berlin: 40, newyork: 40 },
          },
          { code: 'M', options: { size: 'M' }, prices: { eu: 2_490 }, stock: { berlin: 10 } },
        ],
      });
    },
    { agents: approvedAgent(), guestLimits: { share: 1 } },
  );
  const { products } = found.parse((await rest(gateway, '/catalog/lookup', { ids: ['S', 'M'] })).body);
  for (const { id, sku } of products.flatMap(({ variants }) => variants)) ids[sku] = id;
});
afterAll(() => gateway.close());

const items = (lines: Record<string, number>): object => ({
  line_items: Object.entries(lines).map(([code, quantity]) => ({
    item: { id: ids[code] ?? code },
    quantity,
  })),
});
const create = (lines: Record<string, number>, headers?: Record<string, string>, more: object = {}) =>
  rest(gateway, '/carts', { ...items(lines), ...more }, headers);
const made = async (lines: Record<string, number>) => cart.parse((await create(lines)).body);

test('a cart reserves what is in it, and says until when and where to pay', async () => {
  const { status, body } = await create({ S: 2, M: 1 });
  expect(status).toBe(201);
  const made = cart.parse(body);
  expect(made).toMatchObject({
    currency: 'EUR',
    line_items: [
      { item: { id: ids['S'], title: 'Shirt – S', price: 1_990 }, quantity: 2 },
      { item: { id: ids['M'] }, quantity: 1 },
    ],
    totals: [
      { type: 'subtotal', amount: 6_470 },
      { type: 'total', amount: 6_470 },
    ],
  });
  expect(made.continue_url).toMatch(/^https:\/\/shop[.]example\/checkout[?]hold=/);
  expect(Date.parse(made.expires_at ?? '')).toBeGreaterThan(Date.now());
  expect(cart.parse((await rest(gateway, `/carts/${made.id}`, undefined, {}, 'GET')).body)).toEqual(made);
});

test('an update replaces all of it, under the same id', async () => {
  const { id, expires_at } = await made({ S: 1, M: 1 });
  const { status, body } = await rest(gateway, `/carts/${id}`, items({ M: 3 }), {}, 'PUT');
  expect(status).toBe(200);
  expect(cart.parse(body)).toMatchObject({
    id,
    expires_at,
    line_items: [{ item: { id: ids['M'] }, quantity: 3 }],
  });
  expect(
    cart.parse((await rest(gateway, `/carts/${id}`, undefined, {}, 'GET')).body).line_items,
  ).toHaveLength(1);
});

test('an update that cannot be reserved leaves it as it was', async () => {
  const { id, line_items } = await made({ S: 1 });
  const { status, body } = await rest(gateway, `/carts/${id}`, items({ S: 1, M: 15 }), {}, 'PUT');
  expect(status).toBe(200);
  expect(refused.parse(body)).toMatchObject({
    ucp: { status: 'error' },
    messages: [{ code: 'out_of_stock', path: '$.line_items[1]' }],
  });
  expect(cart.parse((await rest(gateway, `/carts/${id}`, undefined, {}, 'GET')).body)).toMatchObject({
    line_items,
  });
});

test('a canceled cart is answered once more, and is gone', async () => {
  const { id, line_items } = await made({ S: 1 });
  const { body } = await rest(gateway, `/carts/${id}/cancel`);
  expect(cart.parse(body)).toMatchObject({ id, line_items });
  for (const again of [
    await rest(gateway, `/carts/${id}`, undefined, {}, 'GET'),
    await rest(gateway, `/carts/${id}/cancel`),
    await rest(gateway, `/carts/${id}`, items({ S: 1 }), {}, 'PUT'),
    await rest(gateway, '/carts/nothing', undefined, {}, 'GET'),
    await rest(gateway, `/carts/${id.replace('eu.', 'mars.')}`, undefined, {}, 'GET'),
  ])
    expect(refused.parse(again.body).messages).toMatchObject([{ code: 'not_found' }]);
});

test.each([
  ['nothing', undefined],
  ['an empty object', {}],
])('a cart is canceled by a client that says it sends JSON, and sends %s', async (_what, body) => {
  const { id } = await made({ S: 1 });
  const json = { 'content-type': 'application/json' };
  expect(cart.parse((await rest(gateway, `/carts/${id}/cancel`, body, json)).body).id).toBe(id);
});

test('a request that is sent again has one effect, and another one with its key is refused', async () => {
  const headers = { 'idempotency-key': randomUUID() };
  const first = cart.parse((await create({ S: 1 }, headers)).body);
  expect(cart.parse((await create({ S: 1 }, headers)).body).id).toBe(first.id);
  const other = await create({ S: 2 }, headers);
  expect(other.status).toBe(409);
  expect(refused.parse(other.body).messages).toMatchObject([{ code: 'idempotency_conflict' }]);
});

// A sample of UCP answered the second with the first cart, and left its stock reserved
// (Universal-Commerce-Protocol/samples#239).
test('a key that canceled one cart does not cancel another, nor answers with the first', async () => {
  const [one, other] = [await made({ S: 1 }), await made({ S: 1 })];
  const headers = { 'idempotency-key': randomUUID() };
  expect(cart.parse((await rest(gateway, `/carts/${one.id}/cancel`, undefined, headers)).body).id).toBe(
    one.id,
  );
  expect((await rest(gateway, `/carts/${other.id}/cancel`, undefined, headers)).status).toBe(409);
  expect((await rest(gateway, `/carts/${other.id}`, items({ S: 1 }), headers, 'PUT')).status).toBe(409);
  expect(cart.parse((await rest(gateway, `/carts/${other.id}/cancel`)).body).id).toBe(other.id);
});

test('a cart is in the market of its currency, also when it is read', async () => {
  const us = cart.parse((await create({ S: 1 }, {}, { context: { currency: 'USD' } })).body);
  expect(us).toMatchObject({ currency: 'USD', totals: [{ amount: 2_100 }, {}] });
  expect(cart.parse((await rest(gateway, `/carts/${us.id}`, undefined, {}, 'GET')).body).currency).toBe(
    'USD',
  );
});

test.each([
  [{ line_items: [] }, '$.line_items'],
  [{ line_items: [{ item: { id: 'nothing' }, quantity: 1 }] }, '$.line_items[0]'],
  // A sample of UCP reserved them, and its totals were negative (Universal-Commerce-Protocol/samples#198).
  [{ line_items: [{ item: { id: 'S' }, quantity: 0 }] }, '$.line_items[0].quantity'],
  [{ line_items: [{ item: { id: 'S' }, quantity: -1 }] }, '$.line_items[0].quantity'],
  [{ line_items: [{ item: { id: 'S' }, quantity: 1.5 }] }, '$.line_items[0].quantity'],
])('a cart that is wrong is refused with the path of the fault: %j', async (body, path) => {
  const { status, body: answer } = await rest(gateway, '/carts', body);
  expect(status).toBe(400);
  expect(refused.parse(answer).messages[0]?.path).toBe(path);
});
