import { createHash } from 'node:crypto';
import { expect, describe, test } from '@jest/globals';
import { fromGlobalId, toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import {
  MAX_OF_NOBODY,
  MAX_OF_SHOPPER,
  MAX_TOLD_A_DAY,
  MAX_TOLD_OF_PRODUCT_A_DAY,
  ROOM,
} from '../../src/watches/limits.js';
import { pruneWatches } from '../../src/watches/prune-watches.js';
import { setStock } from '../support/catalog.js';
import { shopperHeaders } from '../support/shoppers.js';
import { until } from '../support/waiting.js';
import {
  create,
  eventsOf,
  follow,
  followed,
  gateway,
  likeRed,
  openWatches,
  ours,
  price,
  readWatch,
  red,
  seed,
  sku,
  stock,
  stopFollowing,
  theirs,
  told,
  watchFor,
  watchRed,
} from './support.js';

openWatches();

describe('a product that begins to match', () => {
  test('is told once, with what it looked like and its price', async () => {
    await seed('dress');
    const id = await watchRed();
    await stock('dress', 3);
    const [event, ...others] = await eventsOf(gateway, id, ours);
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      score: expect.closeTo(0.9 / Math.hypot(0.9, 0.1), 5),
      price: { amount: '50.00', currencyCode: 'EUR' },
      product: { handle: 'dress' },
      skus: [{ code: 'dress' }],
      deliveredAt: null,
      attempts: 0,
    });
    await stock('dress', 2);
    await price('dress', 4_000);
    expect(await told(id)).toEqual(['dress']);
  });

  test('is told again only after it did not: sold out and back, too dear and cheap enough', async () => {
    await seed('dress');
    const id = await watchRed({ price: { max: '80' } });
    await stock('dress', 3);
    await stock('dress', 0);
    expect(await told(id)).toEqual(['dress']);
    await stock('dress', 1);
    expect(await told(id)).toEqual(['dress', 'dress']);
    await price('dress', 9_000);
    expect(await told(id)).toHaveLength(2);
    await price('dress', 8_000);
    expect(await told(id)).toHaveLength(3);
    // Cheaper still is no other crossing.
    await price('dress', 7_000);
    expect(await told(id)).toHaveLength(3);
  });

  test('may be new to the catalog', async () => {
    const id = await watchRed();
    await seed('new-dress', { skus: [sku('new-dress', { stock: { berlin: 1 } })] });
    await followed(gateway.db);
    expect(await told(id)).toEqual(['new-dress']);
  });

  test('needs one SKU that meets the whole filter, in the channel of the watch', async () => {
    const options = (size: string) => ({ options: { size } });
    await seed('dress', { skus: [sku('dress-s', options('S')), sku('dress-m', options('M'))] });
    const id = await watchRed({ options: [{ name: 'size', values: ['M'] }], price: { max: '80' } });
    await stock('dress-s', 3);
    expect(await told(id)).toEqual([]);
    await price('dress-m', 9_000);
    await stock('dress-m', 3);
    expect(await told(id)).toEqual([]);
    await price('dress-m', 8_000);
    expect((await eventsOf(gateway, id, ours)).map(({ skus }) => skus)).toEqual([[{ code: 'dress-m' }]]);
  });

  test('has enough units: the index does not tell one from two', async () => {
    await seed('dress');
    const id = await watchRed({ quantity: 2 });
    await stock('dress', 1);
    expect(await told(id)).toEqual([]);
    await stock('dress', 2);
    expect(await told(id)).toEqual(['dress']);
  });

  test('looks enough like the query, and is not named in it', async () => {
    await seed('blue-dress', { vectors: [[0, 0, 1, 0]] });
    const pinned = await seed('dress');
    const id = await watchFor(
      gateway,
      { query: { like: [{ product: red }, { product: pinned }] }, minScore: 0.9 },
      ours,
    );
    await stock('blue-dress', 1);
    await stock('dress', 1);
    expect(await told(id)).toEqual([]);
  });

  test('is not closer to what the query is unlike', async () => {
    await seed('dress');
    const blue = await seed('blue-dress', { vectors: [[0.7, 0, 0.7, 0]] });
    const query = { like: [{ product: red }], unlike: [{ product: blue, weight: 0.9 }] };
    const id = await watchFor(gateway, { query, minScore: 0.3 }, ours);
    await stock('blue-dress', 1);
    await stock('dress', 1);
    expect(await told(id)).toEqual(['dress']);
  });

  test('by a price that begins without a write', async () => {
    await seed('dress', { skus: [sku('dress', { stock: { berlin: 1 }, prices: { eu: 9_000 } })] });
    const id = await watchRed({ price: { max: '80' } });
    await gateway.db.query(`
      UPDATE prices SET valid = tstzrange(NULL, now() + interval '1 second') FROM skus WHERE skus.id = sku_id AND code = 'dress';
      INSERT INTO prices (price_list_id, sku_id, amount, valid)
        SELECT price_list_id, sku_id, 7000, tstzrange(now() + interval '1 second', NULL) FROM prices
        JOIN skus ON skus.id = sku_id WHERE code = 'dress'`);
    await followed(gateway.db);
    expect(await told(id)).toEqual([]);
    await until('the price begins', async () => (await told(id)).length > 0);
  });
});

describe('a watch', () => {
  test('does not tell what matches already: a search shows it', async () => {
    // https://github.com/USStateDept/State-TalentMAP-API/issues/221
    await seed('dress', { skus: [sku('dress', { stock: { berlin: 2 } })] });
    await seed('skirt');
    await gateway.catchUp();
    const id = await watchRed();
    await stock('dress', 1);
    await stock('skirt', 1);
    expect(await told(id)).toEqual(['skirt']);
  });

  test('tells what has changed while it was created, before the follower knew it', async () => {
    await seed('sold-dress', { skus: [sku('sold-dress', { stock: { berlin: 2 } })] });
    await seed('new-dress');
    await gateway.catchUp();
    await stopFollowing();
    const id = await watchRed();
    await gateway.db.query(
      `UPDATE stock_levels SET on_hand = 1 FROM skus WHERE skus.id = sku_id AND code = 'new-dress'`,
    );
    await gateway.db.query(
      `UPDATE stock_levels SET on_hand = 0 FROM skus WHERE skus.id = sku_id AND code = 'sold-dress'`,
    );
    follow();
    await followed(gateway.db);
    expect(await told(id)).toEqual(['new-dress']);
    await stock('sold-dress', 1);
    expect(await told(id)).toEqual(['new-dress', 'sold-dress']);
  });

  test('of one product tells of this one alone', async () => {
    await seed('skirt');
    const product = await seed('dress');
    const id = await watchFor(gateway, { product, where: { price: { max: '50' } } }, ours);
    expect(await readWatch(gateway, id, ours)).toMatchObject({
      state: 'ACTIVE',
      minScore: null,
      channel: 'eu',
    });
    await stock('skirt', 1);
    await stock('dress', 1);
    const [event, ...others] = await eventsOf(gateway, id, ours);
    expect(others).toEqual([]);
    expect(event).toMatchObject({ score: null, product: { handle: 'dress' } });
  });

  test('of a product that is in stock tells nothing when some of it is sold', async () => {
    // https://github.com/PrestaShop/ps_emailalerts/issues/153
    const product = await seed('dress', { skus: [sku('dress', { stock: { berlin: 3 } })] });
    const id = await watchFor(gateway, { product }, ours);
    await stock('dress', 2);
    expect(await told(id)).toEqual([]);
  });

  test('is not told of units that are only promised, unless it asks for them', async () => {
    // https://github.com/magento/magento2/issues/38751
    const product = await seed('dress', {
      skus: [sku('dress', { prices: { eu: 9_000 }, whenOut: 'backorder' })],
    });
    const strict = await watchFor(gateway, { product, where: { price: { max: '80' } } }, ours);
    const where = { price: { max: '80' }, availability: 'SELLABLE_OR_BACKORDER' };
    const patient = await watchFor(gateway, { product, where }, ours);
    await price('dress', 8_000);
    expect([await told(strict), await told(patient)]).toEqual([[], ['dress']]);
  });

  test('tells of each time that a price falls below its limit, not of the first alone', async () => {
    // https://github.com/dgtlmoon/changedetection.io/issues/2715
    const product = await seed('dress', {
      skus: [sku('dress', { stock: { berlin: 1 }, prices: { eu: 9_000 } })],
    });
    const id = await watchFor(gateway, { product, where: { price: { max: '80' } } }, ours);
    for (const amount of [7_900, 7_800, 8_100, 7_900, 7_900]) await price('dress', amount);
    expect((await eventsOf(gateway, id, ours)).map((event) => event.price.amount)).toEqual([
      '79.00',
      '79.00',
    ]);
  });

  test('without minScore asks for what would be on the first page of the whole catalog', async () => {
    for (let i = 0; i < 30; i += 1) await seed(`dress-${i}`, { vectors: [[1, 0.02 * i, 0, 0]] });
    await gateway.catchUp();
    const { watch } = await create(gateway, { query: { like: [{ product: red }] } }, ours);
    expect(watch?.minScore).toBeCloseTo(1 / Math.hypot(1, 0.02 * 23), 5);
  });

  test('says what holds when an event is read, not when it matched', async () => {
    await seed('dress');
    const id = await watchRed();
    await stock('dress', 1);
    await stock('dress', 0);
    const [event] = await eventsOf(gateway, id, ours);
    expect(event).toMatchObject({ product: { handle: 'dress' }, price: { amount: '50.00' }, skus: [] });
    const document =
      'query ($id: ID!) { node(id: $id) { ... on WatchEvent { skus { code } watch { id } } } }';
    const read = await gateway.ask(document, { id: event?.id }, ours);
    expect(read.data).toEqual({ node: { skus: [], watch: { id } } });
    const elsewhere = await gateway.ask(
      'query ($id: ID!) @inContext(channel: "us") { node(id: $id) { ... on WatchEvent { skus { code } product { handle } } } }',
      { id: event?.id },
      ours,
    );
    expect(elsewhere.data).toEqual({ node: { skus: null, product: null } });
    expect(elsewhere.errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
  });

  test('tells nothing once it has expired, and is deleted with its events a month later', async () => {
    await seed('dress');
    const id = await watchRed();
    await stock('dress', 1);
    // Without any other, nothing would be compared.
    await watchRed();
    await gateway.db.query(
      `UPDATE watches SET expires_at = now() WHERE number = (SELECT min(number) FROM watches)`,
    );
    await stock('dress', 0);
    await stock('dress', 1);
    expect(await told(id)).toEqual(['dress']);
    expect((await readWatch(gateway, id, ours))?.state).toBe('EXPIRED');
    const prune = () => pruneWatches(gateway.db, new AbortController().signal);
    await prune();
    expect(await told(id)).toEqual(['dress']);
    await gateway.db.query(
      `UPDATE watches SET expires_at = now() - interval '31 days' WHERE expires_at <= now()`,
    );
    await prune();
    expect(await readWatch(gateway, id, ours)).toBeNull();
    expect((await gateway.db.query('SELECT DISTINCT watch FROM watch_events')).rowCount).toBe(1);
  });

  test('of another image model is outdated, and its state is kept for the gateways that have it', async () => {
    await seed('dress');
    const id = await watchRed();
    await stock('dress', 1);
    await gateway.db.query(`UPDATE encoders SET name = 'other@1.0.0'`);
    try {
      await stopFollowing();
      follow();
      expect((await readWatch(gateway, id, ours))?.state).toBe('OUTDATED');
      await stock('dress', 0);
      await stock('dress', 1);
      expect(await told(id)).toEqual(['dress']);
    } finally {
      await gateway.db.query(`UPDATE encoders SET name = 'test-encoder@1.0.0'`);
    }
  });

  test('is full when it has matched a thousand products', async () => {
    await seed('dress');
    await seed('skirt');
    const id = await watchRed();
    await stock('dress', 1);
    await gateway.db.query(
      `INSERT INTO watch_matches SELECT number, -n, false, 0 FROM watches, generate_series(1, 999) AS n`,
    );
    expect((await readWatch(gateway, id, ours))?.state).toBe('FULL');
    await stock('skirt', 1);
    await stock('dress', 0);
    await stock('dress', 1);
    expect(await told(id)).toEqual(['dress', 'dress']);
  });

  /** So many pairs of a watch and a product are not in memory at once. */
  test('is told of all that changes at once, whatever else is compared with it', async () => {
    const handles = Array.from({ length: 12 }, (_, n) => `dress-${n}`);
    for (const handle of handles) await seed(handle);
    await stopFollowing();
    const id = await watchRed();
    await watchRed({ price: { max: '0.01' } });
    await gateway.db.query(
      `INSERT INTO watches (owner, shopper, line, title, channel_id, currency, condition, excluded, encoder_id, toward, away,
         min_cosine, scale, since, expires_at)
       SELECT owner, shopper, line, title, channel_id, currency, condition, excluded, encoder_id, toward, away, min_cosine,
         scale, since, expires_at
       FROM (SELECT * FROM watches ORDER BY number DESC LIMIT 1) last, generate_series(1, 5000)`,
    );
    for (const handle of handles) await setStock(gateway.db, handle, 1);
    follow();
    await followed(gateway.db);
    expect((await told(id)).toSorted()).toEqual(handles.toSorted());
    for (const handle of handles) await setStock(gateway.db, handle, 0);
    await followed(gateway.db);
    await stock('dress-3', 1);
    expect((await told(id)).slice(12)).toEqual(['dress-3']);
  });

  // Failed on 2026-11-30: a guest who held and released the last unit all day filled the disk with events.
  test.each([
    ['one product', 'dress', MAX_TOLD_OF_PRODUCT_A_DAY],
    ['all products', 'another', MAX_TOLD_A_DAY],
  ])('tells of %s so often a day, and of what changes after that', async (_, handle, most) => {
    const [dress] = [fromGlobalId(await seed('dress')).id];
    const id = await watchRed();
    await stock('dress', 1);
    await gateway.db.query(
      `INSERT INTO watch_events (watch, product_id, crossing, amount)
       SELECT number, CASE WHEN $1 = 'dress' THEN $2::integer ELSE 1000000 + n END, 1 + n, 1
       FROM watches, generate_series(1, $3::integer) AS n`,
      [handle, dress, most - 2],
    );
    await gateway.db.query('UPDATE watch_matches SET crossing = $1', [most - 1]);
    const count = async (): Promise<number | null> =>
      (await gateway.db.query('SELECT FROM watch_events')).rowCount;
    const again = async (): Promise<void> => {
      await stock('dress', 0);
      await stock('dress', 1);
    };
    expect(await count()).toBe(most - 1);
    await again();
    expect(await count()).toBe(most);
    await again();
    expect(await count()).toBe(most);
    await gateway.db.query(`UPDATE watch_events SET matched_at = now() - interval '1 day 1 second'
      WHERE id = (SELECT min(id) FROM watch_events)`);
    await stock('dress', 2);
    expect(await count()).toBe(most + 1);
    expect((await told(id)).at(-1)).toBe('dress');
  });

  test('is read and deleted by its owner alone', async () => {
    await seed('dress');
    const id = await watchRed();
    await stock('dress', 1);
    const [event] = await eventsOf(gateway, id, ours);
    expect(await readWatch(gateway, id, theirs)).toBeNull();
    const { data } = await gateway.ask(
      `query ($w: ID!, $e: ID!) { watch: node(id: $w) { id } event: node(id: $e) { id } watches { nodes { id } } }`,
      { w: id, e: event?.id },
      theirs,
    );
    expect(data).toEqual({ watch: null, event: null, watches: { nodes: [] } });
    const remove = async (secret: string) =>
      (
        await gateway.ask(
          'mutation ($input: WatchDeleteInput!) { watchDelete(input: $input) { deletedWatchId userErrors { code } } }',
          { input: { watch: id } },
          secret,
        )
      ).data;
    expect(await remove(theirs)).toEqual({
      watchDelete: { deletedWatchId: null, userErrors: [{ code: 'NOT_FOUND' }] },
    });
    expect(await remove(ours)).toEqual({ watchDelete: { deletedWatchId: id, userErrors: [] } });
    expect(await readWatch(gateway, id, ours)).toBeNull();
    // It is still in the memory of the follower.
    const other = await watchRed();
    await stock('dress', 0);
    await stock('dress', 1);
    expect(await told(other)).toEqual(['dress']);
    expect((await gateway.db.query('SELECT FROM watch_events')).rowCount).toBe(1);
  });

  test('and its events are paged, newest first', async () => {
    await seed('dress');
    const first = await watchRed();
    const second = await watchRed();
    for (const units of [1, 0, 2, 0, 3]) await stock('dress', units);
    const list = z.object({
      nodes: z.array(z.object({ id: z.string() })),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string() }),
    });
    const read = async (after: string | null, watch: string | null): Promise<z.infer<typeof list>> => {
      const page = '(first: 1, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }';
      return watch === null
        ? (
            await gateway.read(
              z.object({ watches: list }),
              `query ($after: String) { watches${page} }`,
              { after },
              ours,
            )
          ).watches
        : (
            await gateway.read(
              z.object({ watch: z.object({ events: list }) }),
              `query ($after: String, $watch: ID!) { watch(id: $watch) { events${page} } }`,
              { after, watch },
              ours,
            )
          ).watch.events;
    };
    const page = async (watch: string | null): Promise<string[]> => {
      const ids: string[] = [];
      for (let after: string | null = null; ;) {
        const { nodes, pageInfo } = await read(after, watch);
        ids.push(...nodes.map(({ id }) => id));
        after = pageInfo.endCursor;
        if (!pageInfo.hasNextPage) return ids;
      }
    };
    expect(await page(null)).toEqual([second, first]);
    const events = (await eventsOf(gateway, first, ours)).map(({ id }) => id);
    expect(events).toHaveLength(3);
    expect(await page(first)).toEqual(events.reverse());
  });

  test('is created once for each idempotency key', async () => {
    const input = { ...likeRed(), idempotencyKey: 'once' };
    const [one, two] = [await watchFor(gateway, input, ours), await watchFor(gateway, input, ours)];
    expect(two).toBe(one);
  });
});

describe('what cannot be watched', () => {
  test.each([
    ['nothing', {}, null, 'exactly one'],
    ['a query and a product', { ...{ query: { like: [] } }, product: 'x' }, null, 'exactly one'],
    ['a product that there is not', { product: toGlobalId('Product', 1_000_000) }, ['product'], 'No product'],
    ['words', { query: { like: [], text: 'navy' } }, ['query', 'text'], 'leave out text'],
    [
      'what is sold out',
      { product: 'x', where: { availability: 'ANY' } },
      ['where', 'availability'],
      'SELLABLE',
    ],
    ['the past', { product: 'x', expiresAt: '2020-01-01T00:00:00Z' }, ['expiresAt'], '365 days'],
    ['a likeness to one product', { product: 'x', minScore: 0.5 }, ['minScore'], 'needs a query'],
    ['a likeness above 1', { query: { like: [] }, minScore: 2 }, null, 'from -1 to 1'],
  ])('%s', async (_what, input, field, message) => {
    const { watch, userErrors } = await create(gateway, input, ours);
    expect(watch).toBeNull();
    expect(userErrors).toMatchObject([{ field, message: expect.stringContaining(message) }]);
  });

  test('more than a client without a name, or a shopper, may', async () => {
    await gateway.db.query('DELETE FROM watches');
    const document = `mutation ($input: WatchCreateInput!) { watchCreate(input: $input) { watch { id } userErrors { message } } }`;
    const shape = z.object({
      watchCreate: z.object({ userErrors: z.array(z.object({ message: z.string() })) }),
    });
    const ask = async (headers: Record<string, string>): Promise<string | undefined> => {
      const { data } = await gateway.ask(document, { input: likeRed() }, undefined, headers);
      return shape.parse(data).watchCreate.userErrors[0]?.message;
    };
    for (const [shopper, most] of [
      [null, MAX_OF_NOBODY],
      ['ada', MAX_OF_SHOPPER],
    ] as const) {
      const headers = await shopperHeaders(shopper);
      expect(await ask(headers)).toBeUndefined();
      await gateway.db.query(
        `INSERT INTO watches (owner, shopper, line, title, channel_id, currency, condition, product_id, since, expires_at)
         SELECT owner, shopper, line, title, channel_id, currency, condition, 1, since, expires_at
         FROM (SELECT * FROM watches ORDER BY number DESC LIMIT 1) last, generate_series(2, $1::integer)`,
        [most],
      );
      expect(await ask(headers)).toContain(`You already have ${most} watches`);
      await gateway.db.query(`UPDATE watches SET expires_at = now()`);
      expect(await ask(headers)).toBeUndefined();
    }
  });

  test('more in filters than a client without a name may ask for', async () => {
    await gateway.db.query('DELETE FROM watches');
    const values = Array.from({ length: 50 }, (_, n) => `${n}`.padStart(100, '-'));
    const where = { options: [{ name: 'size', values }] };
    const answers = [
      await create(gateway, { ...likeRed(), where }),
      await create(gateway, { ...likeRed(), where }),
    ];
    expect(answers.map(({ userErrors }) => userErrors)).toMatchObject([
      [],
      [{ field: ['where'], message: expect.stringContaining('name fewer values') }],
    ]);
    expect((await create(gateway, likeRed())).userErrors).toEqual([]);
    expect((await create(gateway, { ...likeRed(), where }, ours)).userErrors).toEqual([]);
  });

  // Failed on 2026-11-30: 157 networks of one customer of IPv6 kept everybody from creating a watch, for a month.
  test('but whoever watches most without a key gives way when nobody else could', async () => {
    await stopFollowing();
    await gateway.db.query('DELETE FROM watches');
    const from = async (address: string): Promise<string | undefined> => {
      const document = `mutation ($input: WatchCreateInput!) {
        watchCreate(input: $input) { watch { id } userErrors { message } } }`;
      const headers = { 'x-forwarded-for': address };
      const { data, errors } = await gateway.ask(document, { input: likeRed() }, undefined, headers);
      return errors[0]?.code ?? made.parse(data).watchCreate.userErrors[0]?.message;
    };
    const made = z.object({
      watchCreate: z.object({ userErrors: z.array(z.object({ message: z.string() })) }),
    });
    const { ofKey } = ROOM.examples;
    const countOf = async (line: string): Promise<number | null> =>
      (await gateway.db.query(`SELECT FROM watches WHERE line = decode(md5($1) || md5($1), 'hex')`, [line]))
        .rowCount;
    const fill = (line: string, watches: number, examples: number) =>
      gateway.db.query(
        `INSERT INTO watches (owner, shopper, line, title, channel_id, currency, condition, excluded, encoder_id, toward, away,
           min_cosine, scale, since, expires_at)
         SELECT owner, shopper, decode(md5($1) || md5($1), 'hex'), title, channel_id, currency, condition, excluded,
           encoder_id, decode(repeat('00', $3 * octet_length(toward)), 'hex'), away, min_cosine, scale, since, expires_at
         FROM (SELECT * FROM watches ORDER BY number LIMIT 1) first, generate_series(1, $2::integer)`,
        [line, watches, examples],
      );
    const each = (line: string) =>
      gateway.db.query(
        `UPDATE watches SET line = decode(md5(number::text) || md5(number::text), 'hex')
         WHERE $1 IN ('', encode(line, 'hex'))`,
        [line],
      );
    // Networks of one customer are one client.
    for (let network = 1; network <= MAX_OF_NOBODY; network += 1)
      expect(await from(`2001:db8:1:${network}::1`)).toBeUndefined();
    expect(await from('2001:db8:1:ff::1')).toContain(`You already have ${MAX_OF_NOBODY} watches`);
    await each('');
    await fill('greedy', 4, 10);
    await fill('modest', ofKey - MAX_OF_NOBODY - 40, 1);
    await each(createHash('md5').update('modest').digest('hex').repeat(2));
    expect(await from('192.0.2.1')).toBeUndefined();
    expect(await countOf('greedy')).toBe(3);
    await gateway.db.query(`DELETE FROM watches WHERE line = decode(md5('greedy') || md5('greedy'), 'hex')`);
    await fill('modest', 39, 1);
    await each('');
    expect(await from('192.0.2.2')).toBe('SERVICE_OVERLOADED');
    // Of keys, there is room.
    expect((await create(gateway, likeRed(), ours)).userErrors).toEqual([]);
  });

  test('but one of nobody in particular is reached by its id', async () => {
    const id = await watchFor(gateway, likeRed());
    expect((await readWatch(gateway, id, theirs))?.id).toBe(id);
    expect(fromGlobalId(id).type).toBe('Watch');
  });
});
