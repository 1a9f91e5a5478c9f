import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { pino } from 'pino';
import { z } from 'zod';
import { sweepExpiredHolds } from '../../src/holds/sweep-holds.js';
import { inDecodeQueue } from '../../src/vision/decode-queue.js';
import { seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { imageOf, spellingEncoder } from '../support/garments.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { HOLD_FIELDS, holdPayload, passHoldTime } from '../support/holds.js';
import { until } from '../support/waiting.js';
import { colorEncoder, picture } from '../boards/support.js';
import { valueOf } from './support.js';

let gateway: TestGateway;
const open: TestGateway[] = [];
afterAll(async () => {
  for (const one of open) await one.close();
});

async function start(
  options: Parameters<typeof startTestGateway>[1],
  products = ['a', 'b', 'c'],
): Promise<TestGateway> {
  const started = await startTestGateway(async (db) => {
    await seedMarkets(db);
    for (const [i, handle] of products.entries()) {
      await seedProduct(db, {
        handle,
        vectors: [[1, i / 100, 0, 0]],
        skus: [{ code: handle.toUpperCase(), stock: { berlin: 5 } }],
      });
    }
  }, options);
  open.push(started);
  return started;
}

/** By how much the series change while `work` runs. */
async function changes(
  work: () => Promise<unknown>,
  series: Readonly<Record<string, readonly [name: string, labels?: Readonly<Record<string, string>>]>>,
): Promise<Record<string, number>> {
  const read = async (): Promise<Record<string, number>> => {
    const text = await gateway.metrics();
    return Object.fromEntries(
      Object.entries(series).map(([key, [name, labels]]) => [key, valueOf(text, name, labels) ?? NaN]),
    );
  };
  const before = await read();
  await work();
  const after = await read();
  return Object.fromEntries(Object.entries(after).map(([key, value]) => [key, value - (before[key] ?? NaN)]));
}

const gauge = async (name: string, labels?: Readonly<Record<string, string>>): Promise<number | undefined> =>
  valueOf(await gateway.metrics(), name, labels);

describe('holds', () => {
  let key: string;
  let sku: string;
  beforeAll(async () => {
    gateway = await start({});
    key = await seedApiKey(gateway.db);
    const { rows } = await gateway.db.query<{ id: number }>(`SELECT id FROM skus WHERE code = 'A'`);
    sku = toGlobalId('Sku', rows[0]?.id ?? 0);
  });

  const send = async (mutation: string, input: object, secret?: string) => {
    const type = `${mutation[0]?.toUpperCase() ?? ''}${mutation.slice(1)}Input`;
    const document = `mutation ($input: ${type}!) { payload: ${mutation}(input: $input) ${HOLD_FIELDS} }`;
    return (await gateway.read(holdPayload, document, { input }, secret ?? key)).payload;
  };
  const create = (input: object = {}) => send('holdCreate', { lines: [{ sku }], ...input });
  const changed = (change: string): readonly [string, Record<string, string>] => [
    'vitrine_hold_changes_total',
    { change },
  ];

  test('are counted as they are created, confirmed, released, and expire; a repeated call is not', async () => {
    const ids: string[] = [];
    const counted = await changes(
      async () => {
        for (let i = 0; i < 3; i += 1)
          ids.push((await create({ idempotencyKey: `create-${i}` })).hold?.id ?? '');
        await create({ idempotencyKey: 'create-0' });
        await send('holdConfirm', { hold: ids[0], idempotencyKey: 'confirm' });
        await send('holdConfirm', { hold: ids[0], idempotencyKey: 'confirm' });
        await send('holdRelease', { hold: ids[1] });
      },
      { created: changed('created'), confirmed: changed('confirmed'), released: changed('released') },
    );
    expect(counted).toEqual({ created: 3, confirmed: 1, released: 1 });
    expect(await gauge('vitrine_holds', { state: 'active' })).toBe(1);
    expect(await gauge('vitrine_holds', { state: 'expired' })).toBe(0);

    await passHoldTime(gateway.db);
    expect(await gauge('vitrine_holds', { state: 'expired' })).toBe(1);
    const expired = await changes(
      async () => {
        const sweeper = sweepExpiredHolds(gateway.db, pino({ level: 'silent' }), gateway.services.meter);
        await until(
          'the hold is swept',
          async () => (await gauge('vitrine_holds', { state: 'expired' })) === 0,
        );
        await sweeper.close();
      },
      { expired: changed('expired') },
    );
    expect(expired).toEqual({ expired: 1 });
  });

  test('that are refused are counted by code', async () => {
    await create({ idempotencyKey: 'same' });
    const refused = (code: string): readonly [string, Record<string, string>] => [
      'graphql_user_errors_total',
      { mutation: 'holdCreate', code },
    ];
    // The series of a code begins with its first error.
    const once = async () => {
      await create({ lines: [{ sku, quantity: 1_000 }] });
      await create({ idempotencyKey: 'same', lines: [{ sku, quantity: 2 }] });
      await gateway.ask(
        `mutation ($sku: ID!) { holdCreate(input: { lines: [{ sku: $sku, quantity: 21 }] }) { userErrors { code } } }`,
        { sku },
      );
    };
    await once();
    const counted = await changes(once, {
      short: refused('INSUFFICIENT_STOCK'),
      limit: refused('HOLD_LIMIT'),
      conflict: refused('IDEMPOTENCY_CONFLICT'),
    });
    expect(counted).toEqual({ short: 1, limit: 1, conflict: 1 });
  });
});

describe('searches', () => {
  const SEARCH = `query ($image: ImageInput!) { visualSearch(query: { like: [{ image: $image }] }, first: 2) { nodes { handle } } }`;
  beforeAll(async () => {
    const names = Array.from({ length: 12 }, (_, i) => `p${String(i).padStart(2, '0')}`);
    gateway = await start({ follows: false, encoder: spellingEncoder }, names);
  });

  test('count candidates, those that are sold out, and refills; and the time of encoding', async () => {
    // The page asks for 3 and 4 spares.
    for (let i = 0; i < 6; i += 1) await setStock(gateway.db, `P0${i}`, 0);
    const counted = await changes(() => gateway.read(z.unknown(), SEARCH, { image: imageOf([1, 0, 0, 0]) }), {
      pages: ['vitrine_search_pages_total'],
      candidates: ['vitrine_search_candidates_total'],
      dropped: ['vitrine_search_dropped_total'],
      refills: ['vitrine_search_refills_total'],
      encoded: ['vitrine_encoding_duration_seconds_count'],
    });
    expect(counted).toEqual({ pages: 1, candidates: 12, dropped: 6, refills: 1, encoded: 1 });
  });

  test('show how far the index is behind', async () => {
    expect(await gauge('vitrine_index_lag_seconds')).toBeGreaterThan(0);
    await gateway.catchUp();
    expect(await gauge('vitrine_index_lag_seconds')).toBe(0);
  });
});

describe('background work', () => {
  beforeAll(async () => {
    gateway = await start({});
  });

  test('shows while it fails, and that it has recovered', async () => {
    const failing = () => gauge('vitrine_background_failing', { work: 'index' });
    const failures = () => gauge('vitrine_background_failures_total', { work: 'index' });
    expect([await failing(), await failures()]).toEqual([0, 0]);
    await gateway.db.query('ALTER TABLE product_changes RENAME TO hidden');
    await until('the index cannot follow', async () => (await failing()) === 1);
    await gateway.db.query('ALTER TABLE hidden RENAME TO product_changes');
    await until('the index follows again', async () => (await failing()) === 0);
    expect(await failures()).toBeGreaterThan(0);
  });
});

describe('the server', () => {
  beforeAll(async () => {
    gateway = await start({ encoder: colorEncoder });
  });

  test('counts uploads, lookups in its caches, and the cost of operations', async () => {
    const payload = await picture(200, 30, 30);
    const lookup = (cache: string, result: string): readonly [string, Record<string, string>] => [
      'vitrine_cache_lookups_total',
      { cache, result },
    ];
    const counted = await changes(
      async () => {
        const response = await gateway.http.inject({
          method: 'POST',
          url: '/images',
          headers: { 'content-type': 'image/png' },
          payload,
        });
        const { id } = z.object({ id: z.string() }).parse(response.json());
        for (let i = 0; i < 3; i += 1) await gateway.http.inject(`/images/${id}?width=16`);
        for (let i = 0; i < 7; i += 1) await gateway.ask('{ channel { handle } }');
      },
      {
        uploads: ['vitrine_uploads_total'],
        bytes: ['vitrine_uploaded_bytes_total'],
        costs: ['graphql_operation_cost_count'],
        rendered: lookup('renditions', 'miss'),
        renditions: lookup('renditions', 'hit'),
        parsed: lookup('documents', 'miss'),
        documents: lookup('documents', 'hit'),
        compiled: lookup('compiled', 'hit'),
      },
    );
    expect(counted).toEqual({
      uploads: 1,
      bytes: payload.byteLength,
      costs: 7,
      rendered: 1,
      renditions: 2,
      parsed: 1,
      documents: 6,
      compiled: 2,
    });
  });

  test('counts its connections', async () => {
    const url = (await gateway.listen()).replace('ws', 'http');
    await (await fetch(`${url}?query={__typename}`, { headers: { 'apollo-require-preflight': '1' } })).text();
    expect(await gauge('http_connections')).toBeGreaterThanOrEqual(1);
  });

  test('shows that a pool is exhausted, though what is in the database cannot be counted then', async () => {
    const size = gateway.db.options.max;
    const clients = await Promise.all(Array.from({ length: size }, () => gateway.db.connect()));
    const waiting = gateway.db.query('SELECT 1');
    try {
      const text = await gateway.metrics();
      expect(valueOf(text, 'vitrine_postgres_connections', { pool: 'requests', state: 'busy' })).toBe(size);
      expect(valueOf(text, 'vitrine_postgres_connections', { pool: 'requests', state: 'idle' })).toBe(0);
      expect(valueOf(text, 'vitrine_postgres_waiting', { pool: 'requests' })).toBeGreaterThanOrEqual(1);
      expect(valueOf(text, 'vitrine_index_lag_seconds')).toBeUndefined();
    } finally {
      for (const client of clients) client.release();
      await waiting;
    }
  });

  test('has the queues of images, and image jobs by state', async () => {
    const states = ['waiting', 'in_work'];
    for (const name of ['vitrine_encoder_images', 'vitrine_decoder_images'])
      for (const state of states) expect(await gauge(name, { state })).toBe(0);
    let finish = (): void => undefined;
    const image = new Promise<void>((resolve) => (finish = resolve));
    // Each takes all the memory that is allowed, so they take turns.
    const decoding = [1, 2].map(() =>
      inDecodeQueue({ fileBytes: 1, workBytes: 2 ** 40, points: 1 }, () => image),
    );
    expect(await gauge('vitrine_decoder_images', { state: 'in_work' })).toBe(1);
    expect(await gauge('vitrine_decoder_images', { state: 'waiting' })).toBe(1);
    finish();
    await Promise.all(decoding);
    await gateway.db.query(
      `INSERT INTO image_jobs (product_id, position, link) SELECT id, 5, 'https://images.example/a' FROM products`,
    );
    expect(await gauge('vitrine_image_jobs', { state: 'waiting' })).toBe(3);
    expect(await gauge('vitrine_image_jobs', { state: 'dead' })).toBe(0);
  });
});

test('images that wait to be handed to the encoder wait for it', async () => {
  let finish = (): void => undefined;
  const encoded = new Promise<void>((resolve) => (finish = resolve));
  gateway = await start({
    encoder: {
      ...colorEncoder,
      async encode(...image) {
        await encoded;
        return colorEncoder.encode(...image);
      },
    },
  });
  const waiting = () => gauge('vitrine_encoder_images', { state: 'waiting' });
  expect(await waiting()).toBe(0);
  const searches = Array.from({ length: 20 }, async (_, red) => {
    const base64 = (await picture(red, 30, 30)).toString('base64');
    return gateway.ask(
      `query ($base64: Base64!) {
        visualSearch(query: { like: [{ image: { base64: $base64 } }] }) { edges { score } }
      }`,
      { base64 },
    );
  });
  try {
    // Eight are read at once.
    await until('the others wait', async () => (await waiting()) === searches.length - 8);
  } finally {
    finish();
    await Promise.all(searches);
  }
  expect(await waiting()).toBe(0);
});
