import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { READER, seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { importLines } from '../support/feed.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { waiting } from '../support/waiting.js';

const PRICES_SET = `mutation ($input: PricesSetInput!) {
  pricesSet(input: $input) {
    skus { code price { amount compareAtAmount currencyCode validUntil } }
    userErrors { code field message }
  }
}`;

const payload = z.object({
  pricesSet: z.object({
    skus: z.array(
      z.object({
        code: z.string(),
        price: z.object({
          amount: z.string(),
          compareAtAmount: z.string().nullable(),
          currencyCode: z.string(),
          validUntil: z.string().nullable(),
        }),
      }),
    ),
    userErrors: z.array(
      z.object({ code: z.string(), field: z.array(z.string()).nullable(), message: z.string() }),
    ),
  }),
});
type PricesAnswer = z.infer<typeof payload>['pricesSet'];

interface Entry {
  readonly sku: string;
  readonly amount: string | number;
  readonly compareAtAmount?: string | number;
  readonly currencyCode?: string;
  readonly validFrom?: string | null;
  readonly validUntil?: string | null;
}

let gateway: TestGateway;
let secret: string;

beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    await seedProduct(db, {
      handle: 'shirt',
      skus: [
        { code: 'S', prices: {} },
        { code: 'M', prices: {} },
        { code: 'us', prices: {} },
      ],
    });
    secret = await seedApiKey(db);
  });
});
afterAll(() => gateway.close());

beforeEach(() =>
  gateway.db.query(`
    DELETE FROM prices;
    INSERT INTO prices (price_list_id, sku_id, amount)
    SELECT list.id, sku.id, 5000 FROM price_lists list, skus sku
    WHERE (list.handle, sku.code) IN (('eu', 'S'), ('eu', 'M'), ('us', 'us'))`),
);

async function send(input: object, document = PRICES_SET): Promise<PricesAnswer> {
  return (await gateway.read(payload, document, { input }, secret)).pricesSet;
}
const set = (...entries: Entry[]): Promise<PricesAnswer> =>
  send({ entries: entries.map((entry) => ({ currencyCode: 'EUR', ...entry })) });

/** The prices of an SKU in a list, in order: amount in minor units, and the span. */
async function spans(code: string, list = 'eu'): Promise<string[]> {
  const { rows } = await gateway.db.query<{ span: string }>(
    `SELECT amount || coalesce(' of ' || compare_at, '') || ' ' || concat_ws(' ',
        to_char(lower(valid) AT TIME ZONE 'UTC', '"from "YYYY-MM-DD'), to_char(upper(valid) AT TIME ZONE 'UTC', '"until "YYYY-MM-DD')) AS span
     FROM prices JOIN skus ON skus.id = sku_id JOIN price_lists ON price_lists.id = price_list_id
     WHERE code = $1 AND price_lists.handle = $2 ORDER BY valid`,
    [code, list],
  );
  return rows.map(({ span }) => span.trim());
}

const at = (day: string): string => `${day}T00:00:00Z`;

test('sets what SKUs cost now, and answers them as the channel offers them', async () => {
  expect(
    await set(
      { sku: 'M', amount: '12.50', compareAtAmount: 20 },
      { sku: 'us', amount: 9 },
      { sku: 'S', amount: '0' },
    ),
  ).toEqual({
    skus: [
      {
        code: 'M',
        price: { amount: '12.50', compareAtAmount: '20.00', currencyCode: 'EUR', validUntil: null },
      },
      { code: 'us', price: { amount: '9.00', compareAtAmount: null, currencyCode: 'EUR', validUntil: null } },
      { code: 'S', price: { amount: '0.00', compareAtAmount: null, currencyCode: 'EUR', validUntil: null } },
    ],
    userErrors: [],
  });
  expect(await spans('us', 'us')).toEqual(['5000']);
});

test('writes the list of the channel that is named, else of that of the operation', async () => {
  const entries = [{ sku: 'us', amount: '7', currencyCode: 'USD' }];
  expect(await send({ channel: 'us', entries })).toEqual({ skus: [], userErrors: [] });
  expect(await spans('us', 'us')).toEqual(['700']);
  const inUs = PRICES_SET.replace(
    '($input: PricesSetInput!)',
    '($input: PricesSetInput!) @inContext(channel: "us")',
  );
  expect(await send({ entries: [{ sku: 'us', amount: '8', currencyCode: 'USD' }] }, inUs)).toMatchObject({
    skus: [{ code: 'us', price: { amount: '8.00', currencyCode: 'USD' } }],
  });
  expect(await spans('us', 'us')).toEqual(['800']);
});

test('a sale is cut out of the price around it, and closed again without a seam', async () => {
  const sale = { sku: 'S', validFrom: at('2099-11-27'), validUntil: at('2099-11-30') };
  const { skus } = await set({ ...sale, amount: 40, compareAtAmount: 50 });
  expect(skus).toMatchObject([{ price: { amount: '50.00', validUntil: '2099-11-27T00:00:00.000Z' } }]);
  expect(await spans('S')).toEqual([
    '5000 until 2099-11-27',
    '4000 of 5000 from 2099-11-27 until 2099-11-30',
    '5000 from 2099-11-30',
  ]);
  await set({ sku: 'S', validFrom: at('2099-11-28'), validUntil: null, amount: 45 });
  expect(await spans('S')).toEqual([
    '5000 until 2099-11-27',
    '4000 of 5000 from 2099-11-27 until 2099-11-28',
    '4500 from 2099-11-28',
  ]);
  await set({ sku: 'S', validFrom: at('2099-11-27'), amount: 50 });
  expect(await spans('S')).toEqual(['5000']);
});

test('several spans of an SKU may come in one call', async () => {
  await set(
    { sku: 'S', amount: 3, validFrom: at('2099-02-01') },
    { sku: 'S', amount: 1, validUntil: at('2099-01-01') },
    { sku: 'S', amount: 1, validFrom: at('2099-01-01'), validUntil: at('2099-01-15') },
  );
  expect(await spans('S')).toEqual([
    '100 until 2099-01-15',
    '5000 from 2099-01-15 until 2099-02-01',
    '300 from 2099-02-01',
  ]);
});

test('what is so already is left alone; what changes dates its product', async () => {
  const trace = `SELECT (SELECT count(*) FROM product_changes) AS marks, (SELECT array_agg(xmin::text) FROM prices) AS rows,
    (SELECT updated_at FROM products) AS dated`;
  await gateway.db.query(`UPDATE products SET updated_at = '2020-01-01'`);
  const before = await gateway.db.query(trace);
  await set(
    { sku: 'S', amount: 50 },
    { sku: 'M', amount: 50, validFrom: at('2030-01-01'), validUntil: at('2031-01-01') },
  );
  expect((await gateway.db.query(trace)).rows).toEqual(before.rows);
  await set({ sku: 'M', amount: 51, validFrom: at('2030-01-01'), validUntil: at('2031-01-01') });
  const { rows } = await gateway.db.query(
    `SELECT updated_at > now() - interval '1 minute' AS now FROM products`,
  );
  expect(rows).toEqual([{ now: true }]);
});

test('a retry gets the same answer and does nothing', async () => {
  const call = { idempotencyKey: 'spring', entries: [{ sku: 'S', amount: 1, currencyCode: 'EUR' }] };
  await send(call);
  await set({ sku: 'S', amount: 2 });
  expect(await send(call)).toMatchObject({ skus: [{ code: 'S' }], userErrors: [] });
  expect(await spans('S')).toEqual(['200']);
  expect(await send({ ...call, channel: 'us' })).toMatchObject({
    userErrors: [{ code: 'IDEMPOTENCY_CONFLICT', field: ['idempotencyKey'] }],
  });
});

describe('bad input', () => {
  test('every wrong entry is named at once, and nothing is written', async () => {
    const { skus, userErrors } = await set(
      { sku: 'S', amount: 1 },
      { sku: 'nothing', amount: 1 },
      { sku: 'M', amount: '1.999' },
      { sku: 'M', amount: '-1', validUntil: at('2000-01-01') },
      { sku: 'us', amount: 1, currencyCode: 'USD' },
      { sku: 'us', amount: 1, compareAtAmount: '1.00', validFrom: at('2030-01-01') },
      { sku: 'S', amount: 2, validFrom: at('2030-01-01'), validUntil: at('2030-01-01') },
      { sku: 'S', amount: 2, validFrom: at('2030-01-01'), validUntil: at('2031-01-01') },
      { sku: 'nul\0', amount: 1 },
      { sku: 'M', amount: '99999999999999' },
    );
    expect(skus).toEqual([]);
    expect(userErrors.map(({ code, field }) => `${field?.slice(1).join(' ') ?? ''} ${code}`)).toEqual([
      '1 sku NOT_FOUND',
      '2 amount BAD_USER_INPUT',
      '3 amount BAD_USER_INPUT',
      '3 sku BAD_USER_INPUT',
      '4 currencyCode BAD_USER_INPUT',
      '5 compareAtAmount BAD_USER_INPUT',
      '5 sku BAD_USER_INPUT',
      '6 validUntil BAD_USER_INPUT',
      '6 sku BAD_USER_INPUT',
      '7 sku BAD_USER_INPUT',
      '8 sku BAD_USER_INPUT',
      '9 amount BAD_USER_INPUT',
      '9 sku BAD_USER_INPUT',
    ]);
    expect(userErrors.map(({ message }) => message)).toContain(
      'The prices of this channel are in EUR: send them in this currency.',
    );
    expect(await spans('S')).toEqual(['5000']);
  });

  test.each([
    ['no entries', { entries: [] }, ['entries']],
    [
      '251 entries',
      { entries: Array.from({ length: 251 }, () => ({ sku: 'S', amount: 1, currencyCode: 'EUR' })) },
      ['entries'],
    ],
    [
      'a channel that is not there',
      { channel: 'mars', entries: [{ sku: 'S', amount: 1, currencyCode: 'EUR' }] },
      ['channel'],
    ],
    [
      'a channel with a NUL',
      { channel: '\0', entries: [{ sku: 'S', amount: 1, currencyCode: 'EUR' }] },
      ['channel'],
    ],
  ])('%s', async (_what, input, field) => {
    const { userErrors } = await send(input);
    expect(userErrors).toMatchObject([{ field }]);
  });

  test.each(['2030-02-30T00:00:00Z', '2030-01-01', 'soon', '0000-01-01T00:00:00Z', '2030-01-01T00:00:00'])(
    '%s is no moment',
    async (validFrom) => {
      const entries = [{ sku: 'S', amount: 1, currencyCode: 'EUR', validFrom }];
      const { errors } = await gateway.ask(PRICES_SET, { input: { entries } }, secret);
      expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
    },
  );

  test('a moment may have an offset, and stand in the document itself', async () => {
    const { errors } = await gateway.ask(
      `mutation { pricesSet(input: { entries: [
        { sku: "S", amount: 1, currencyCode: "EUR", validFrom: "2030-01-01T01:00:00.000+01:00" }
      ] }) { userErrors { code } } }`,
      {},
      secret,
    );
    expect(errors).toEqual([]);
    expect(await spans('S')).toEqual(['5000 until 2030-01-01', '100 from 2030-01-01']);
  });

  test('nobody without the scope', async () => {
    const reader = await seedApiKey(gateway.db, { scopes: READER });
    const entries = [{ sku: 'S', amount: 1, currencyCode: 'EUR' }];
    for (const [key, code] of [
      [undefined, 'UNAUTHENTICATED'],
      [reader, 'FORBIDDEN'],
    ] as const) {
      const { errors } = await gateway.ask(PRICES_SET, { input: { entries } }, key);
      expect(errors).toMatchObject([{ code }]);
    }
    expect(await spans('S')).toEqual(['5000']);
  });
});

describe('whatever is written', () => {
  /** Days in January. */
  const DAYS = 8;
  const day = (n: number): string => at(`2099-01-${String(n + 1).padStart(2, '0')}`);
  const span = fc
    .record({
      sku: fc.constantFrom('S', 'M'),
      amount: fc.integer({ min: 1, max: 3 }),
      from: fc.option(fc.integer({ min: 0, max: DAYS - 1 })),
      days: fc.option(fc.integer({ min: 1, max: 4 })),
    })
    .map(({ sku, amount, from, days }) => ({
      sku,
      amount,
      from,
      until: days === null ? null : (from ?? 0) + days,
    }));

  test('each moment has the price that was set for it last, and no two neighbors are the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(span, { minLength: 1, maxLength: 3 }), { maxLength: 6 }),
        async (calls) => {
          await gateway.db.query(`DELETE FROM prices`);
          const model = new Map<string, number | null>();
          for (const entries of calls) {
            const { userErrors } = await set(
              ...entries.map(({ sku, amount, from, until }) => ({
                sku,
                amount,
                validFrom: from === null ? null : day(from),
                validUntil: until === null ? null : day(until),
              })),
            );
            if (userErrors.length > 0) {
              for (const { field } of userErrors) expect(field?.[2]).toBe('sku');
              continue;
            }
            for (const { sku, amount, from, until } of entries) {
              for (let n = -1; n <= DAYS + 4; n += 1) {
                if ((from === null || n >= from) && (until === null || n < until))
                  model.set(`${sku} ${n}`, amount * 100);
              }
            }
          }
          for (const sku of ['S', 'M']) {
            const { rows } = await gateway.db.query<{ n: number; amount: number | null }>(
              `SELECT n, (
               SELECT amount FROM prices JOIN skus ON skus.id = sku_id
               WHERE code = $1 AND valid @> timestamptz '2099-01-01Z' + (n + 0.5) * interval '1 day') AS amount
             FROM generate_series(-1, $2::int) AS n`,
              [sku, DAYS + 4],
            );
            expect(rows).toEqual(rows.map(({ n }) => ({ n, amount: model.get(`${sku} ${n}`) ?? null })));
          }
          const seams = await gateway.db.query(
            `SELECT FROM prices a JOIN prices b USING (price_list_id, sku_id, amount) WHERE a.valid -|- b.valid`,
          );
          expect(seams.rowCount).toBe(0);
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('two at once', () => {
  const times = <T>(count: number, make: (n: number) => T): T[] =>
    Array.from({ length: count }, (_, n) => make(n));

  // Failed without price.lock (2026-11-24): prices conflicted.
  test('write prices of the same SKUs for spans that overlap', async () => {
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(
        times(10, (n) => {
          const both = ['S', 'M'].map((sku) => ({
            sku,
            amount: n + 1,
            validFrom: n % 3 === 0 ? null : at(`2099-01-0${1 + (n % 4)}`),
          }));
          return set(...(n % 2 === 0 ? both : both.reverse()));
        }),
      );
      expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
      expect((await spans('S')).join()).toEqual((await spans('M')).join());
    }
  });

  // Failed without price.lock in the import (2026-11-24): prices conflicted.
  test('are an import and a partner', async () => {
    const till = await gateway.db.connect();
    try {
      await till.query('BEGIN');
      await till.query(
        `SELECT FROM prices JOIN skus ON skus.id = sku_id WHERE code = 'S' FOR UPDATE OF prices`,
      );
      const importing = importLines(gateway, [{ code: 'S', quantity: 1, price: '11.00 EUR' }]);
      await waiting(gateway.db, 1);
      const setting = set({ sku: 'S', amount: 12 });
      await waiting(gateway.db, 2);
      await till.query('COMMIT');
      await importing;
      expect((await setting).userErrors).toEqual([]);
    } finally {
      till.release();
    }
    expect(await spans('S')).toEqual(['1200']);
  });
});
