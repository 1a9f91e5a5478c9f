import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse, print, separateOperations } from 'graphql';
import { pino } from 'pino';
import sharp from 'sharp';
import { z } from 'zod';
import { compose, overlap } from '../../bench/composites.js';
import { cutOut, type CutOut } from '../../bench/cut-out.js';
import { openLocalEngine } from '../../src/design/local/local-engine.js';
import { DesignEngineName } from '../../src/design/order.js';
import { runDesignJobs } from '../../src/design/run-design-jobs.js';
import { importFacts } from '../../src/knowledge/import-facts.js';
import { importFeed } from '../../src/import/import-feed.js';
import { readEncoderCalibration } from '../../src/search/probability/encoder-calibration.js';
import { openBodies, type Bodies } from '../../src/vision/bodies/bodies.js';
import { DEFAULT_ENCODER, type Encoder } from '../../src/vision/encoder.js';
import { openSharedEncoder } from '../support/encoder.js';
import {
  BuyFromPhotoDocument,
  BoardCreateDocument,
  BoardIdeasDocument,
  BoardPageDocument,
  CategoryPageDocument,
  FindByPhotoDocument,
  IdentifyPhotoDocument,
  CompleteTheLookDocument,
  MoreLikeThisDocument,
  type MoreLikeThisQuery,
  NavigationDocument,
  PartnerSyncDocument,
  PinAddDocument,
  PriceSyncDocument,
  ProductScreenDocument,
  ProductStoryDocument,
  SearchByPhotoDocument,
  SearchResultsDocument,
  ShopTheLookDocument,
  StockMovementDocument,
  ConfirmBasketDocument,
  HeldBasketDocument,
  HoldBasketDocument,
  ReleaseBasketDocument,
  StockSyncDocument,
  WatchAvailabilityDocument,
} from '../generated/graphql.js';
import { seedApiKey } from '../support/api-keys.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { pictureOf } from '../support/people.js';
import { silentProgress } from '../support/progress.js';
import { openClient, subscribe, type Told } from '../support/subscriptions.js';

/** Decoding and encoding the demo catalog on a busy machine. */
const IMPORT_TIMEOUT_MS = 600_000;
/** Designing with the local engine on a busy machine. */
const DESIGN_MS = 480_000;
const CATALOG = new URL('../../catalog/', import.meta.url);
const EXPLORE = new URL('../../schema/operations/explore/', import.meta.url);

let bodies: Bodies;
let encoder: Encoder;
let gateway: TestGateway;
/** The URL of its WebSockets. */
let sockets: string;

beforeAll(async () => {
  [bodies, encoder] = await Promise.all([openBodies({ threads: 1 }), openSharedEncoder()]);
  gateway = await startTestGateway(
    async (db, images) => {
      const log = pino({ level: 'silent' });
      const feed = new URL('feed.tsv', CATALOG).pathname;
      const report = await importFeed(
        { db, encoder, images, log, progress: silentProgress },
        { feed, demo: true },
      );
      expect(report.rejected).toEqual([]);
      const facts = new URL('facts.jsonl', CATALOG).pathname;
      expect((await importFacts({ db, progress: silentProgress }, facts)).unmatchedLinks).toBe(0);
    },
    {
      encoder,
      bodies,
      calibration: await readEncoderCalibration(fileURLToPath(DEFAULT_ENCODER), encoder.id),
    },
  );
  sockets = await gateway.listen();
}, IMPORT_TIMEOUT_MS);
afterAll(async () => {
  await gateway.close();
  await Promise.all([encoder.close(), bodies.close()]);
});

/** Sends a generated document, as a client does, optionally with an API key; fails on errors. */
async function send<Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  secret?: string,
): Promise<Data> {
  const { data, errors } = await gateway.ask(print(document), variables, secret);
  expect(errors).toEqual([]);
  // The document's own type: the response comes from the schema that the type was generated from.
  return data as Data;
}

/** The operations of a sample by their names, in order. GraphiQL runs the first unless another is chosen. */
async function operationsIn(name: string): Promise<Map<string, string>> {
  const document = parse(await readFile(new URL(name, EXPLORE), 'utf8'));
  return new Map(Object.entries(separateOperations(document)).map(([key, one]) => [key, print(one)]));
}

/** The first event of a subscription. */
async function firstAnswer(document: string, variables: Record<string, unknown>): Promise<Told> {
  const client = openClient(sockets);
  const told = await subscribe(client, document, variables).next();
  await client.dispose();
  return told ?? { data: null, errors: [] };
}

async function upload(bytes: Buffer): Promise<string> {
  const response = await gateway.http.inject({
    method: 'POST',
    url: '/images',
    headers: { 'content-type': 'image/jpeg' },
    payload: bytes,
  });
  return z.object({ id: z.string() }).parse(response.json()).id;
}

/** A product with a picture, and its picture. */
async function somethingToBuy(
  category: string,
): Promise<{ id: string; handle: string; sku: string; picture: Buffer }> {
  const { products } = await send(CategoryPageDocument, { channel: 'eu', category });
  const { node, image } = products?.edges[0] ?? {};
  const screen = await send(ProductScreenDocument, { product: node?.id ?? '' });
  const url = new URL(image?.url ?? '');
  const response = await gateway.http.inject({ url: `${url.pathname}?width=640&format=png` });
  expect(response.statusCode).toBe(200);
  return {
    id: node?.id ?? '',
    handle: node?.handle ?? '',
    sku: screen.product?.skus?.[0]?.code ?? '',
    picture: response.rawPayload,
  };
}

describe('GraphiQL opens with operations that run as they are', () => {
  test('each answers something, without an error', async () => {
    const files = await readdir(EXPLORE, { recursive: true });
    const names = files.filter((name) => name.endsWith('.graphql')).sort();
    expect(names.length).toBeGreaterThanOrEqual(15);
    const { sku } = await somethingToBuy('dresses');
    const { data: found } = await gateway.ask('query ($code: String!) { sku(code: $code) { id } }', {
      code: sku,
    });
    const { id } = z.object({ sku: z.object({ id: z.string() }) }).parse(found).sku;
    for (const name of names) {
      const [document = ''] = (await operationsIn(name)).values();
      const variables = await readFile(
        new URL(name.replace('.graphql', '.variables.json'), EXPLORE),
        'utf8',
      ).then(
        (text) => z.record(z.string(), z.unknown()).parse(JSON.parse(text.replaceAll('$sku', id))),
        () => ({}),
      );
      const { data, errors } = document.startsWith('subscription ')
        ? await firstAnswer(document, variables)
        : await gateway.ask(document, variables);
      expect({ name, errors }).toEqual({ name, errors: [] });
      expect(JSON.stringify(data)).not.toMatch(/"(edges|nodes|categories|styles)":\[\]/);
      expect(JSON.stringify(data)).not.toMatch(/"userErrors":\[\{/);
    }
  });

  test(
    'a board of the demo becomes a design, a tech pack, and a search for what is in stock',
    async () => {
      const board = await operationsIn('5-facts-and-boards/2-make-a-board.graphql');
      const design = await operationsIn('5-facts-and-boards/3-design-it.graphql');
      const read = <Shape>(shape: z.ZodType<Shape>, document = '', variables = {}): Promise<Shape> =>
        gateway.read(shape, document, variables);
      const made = await read(
        z.object({ boardCreate: z.object({ board: z.object({ id: z.string() }) }) }),
        board.get('MakeABoard'),
      );
      const { id } = made.boardCreate.board;
      const named = z.object({ id: z.string(), title: z.string() });
      const { products } = await read(
        z.object({ products: z.object({ nodes: z.array(named) }) }),
        board.get('WhatToPin'),
      );
      const done = z.object({ userErrors: z.array(z.never()) });
      for (const product of products.nodes.slice(0, 3))
        await read(z.object({ pinAdd: done }), board.get('PinAProduct'), { board: id, product: product.id });
      const nodes = z.object({ nodes: z.array(z.object({ title: z.string() })).min(1) });
      await read(z.object({ board: z.object({ ideas: nodes }) }), board.get('ShowIt'), { board: id });

      const ordered = await read(
        z.object({ designCreate: done.extend({ job: z.object({ id: z.string() }) }) }),
        design.get('DesignAGarment'),
        { board: id },
      );
      const { job } = ordered.designCreate;
      const worker = runDesignJobs({
        db: gateway.db,
        encoder,
        engines: new Map([[DesignEngineName.LOCAL, openLocalEngine(DEFAULT_ENCODER)]]),
        uploads: gateway.services.uploads,
        // It polls.
        changes: { onChange: () => () => {} },
        log: pino({ level: 'silent' }),
      });
      const client = openClient(sockets);
      try {
        const events = await subscribe(client, design.get('FollowIt') ?? '', { job: job.id }).during(
          DESIGN_MS,
        );
        expect(events.at(-1)?.data).toMatchObject({
          designProgress: { state: 'DONE', designs: [{ isFinished: true }] },
        });
      } finally {
        await client.dispose();
        await worker.close();
      }
      const file = z.string();
      const techPack = z.object({ pdfUrl: file, svgUrl: file, dxfUrl: file, reason: z.null() });
      const match = z.object({ skus: z.array(z.object({ code: z.string() })).min(1) });
      const { designJob } = await read(
        z.object({
          designJob: z.object({
            designs: z.tuple([
              z.object({ techPack, similarProducts: z.object({ edges: z.array(match).min(1) }) }),
            ]),
          }),
        }),
        design.get('UseIt'),
        { job: job.id },
      );
      const { pdfUrl, svgUrl, dxfUrl } = designJob.designs[0].techPack;
      const begins = new Map([
        [pdfUrl, '%PDF-'],
        [svgUrl, '<svg '],
        [dxfUrl, 'SECTION'],
      ]);
      for (const [url, head] of begins) {
        const { pathname, search } = new URL(url);
        const response = await gateway.http.inject(`${pathname}${search}`);
        expect(response.statusCode).toBe(200);
        expect(response.rawPayload.toString('latin1', 0, 200)).toContain(head);
      }
    },
    2 * DESIGN_MS,
  );
});

describe('the things of a picture', () => {
  const picture = async (): Promise<Buffer> => {
    const text = await readFile(new URL('3-from-a-photo/2-items-in-a-photo.variables.json', EXPLORE), 'utf8');
    const { image } = z.object({ image: z.object({ base64: z.string() }) }).parse(JSON.parse(text));
    return Buffer.from(image.base64, 'base64');
  };

  test('are shelves of an app, and one of them goes on as a search', async () => {
    const image = await upload(await picture());
    const { look } = await send(ShopTheLookDocument, { image, where: { availability: 'ANY' } });
    expect(look?.items).toHaveLength(3);
    for (const { matches } of look?.items ?? []) expect(matches?.edges).toHaveLength(10);
    const item = look?.items[0];
    const { visualSearch } = await send(SearchByPhotoDocument, {
      image,
      box: item?.box,
      where: { availability: 'ANY' },
      after: item?.matches?.pageInfo.endCursor,
    });
    const seen = item?.matches?.edges.map(({ node }) => node.id) ?? [];
    expect(visualSearch?.edges.filter(({ node }) => seen.includes(node.id))).toEqual([]);
  });

  // Each failed on 2026-11-29: one of the two was left out, because products were too unlike it on average, though one of
  // them was near. No picture of the catalog shows a garment on such a ground.
  test.each([
    ['tiles', 2],
    ['a carpet', 12],
  ])('are found on %s', async (_, seed) => {
    const files = (await readdir(new URL('images/', CATALOG))).filter((name) => !name.includes('-detail'));
    const garments: { of: string; cutOut: CutOut }[] = [];
    for (const name of files.sort().filter((_name, i) => i % 20 === 0)) {
      const found = await cutOut(await readFile(new URL(`images/${name}`, CATALOG)));
      if (found !== null) garments.push({ of: name, cutOut: found });
    }
    const { image, items } = await compose(garments, seed);
    const { look } = await send(ShopTheLookDocument, { image: await upload(image) });
    expect(items).toHaveLength(2);
    for (const { box } of items) {
      const most = Math.max(...(look?.items ?? []).map((item) => overlap(item.box, box)));
      expect(most).toBeGreaterThan(0.5);
    }
  });

  test('are completed by a storefront', async () => {
    const image = await upload(await picture());
    const { look } = await send(CompleteTheLookDocument, { image, channel: 'eu' });
    expect(look?.complete).toBe(true);
    for (const { matches } of look?.items ?? []) expect(matches?.edges[0]?.skus).not.toEqual([]);
  });
});

test('the photo of a person in GraphiQL has a shelf for each garment', async () => {
  const document = await readFile(new URL('3-from-a-photo/2-items-in-a-photo.graphql', EXPLORE), 'utf8');
  const image = { base64: (await pictureOf('person')).toString('base64') };
  const { data, errors } = await gateway.ask(document, { image });
  expect(errors).toEqual([]);
  const { look } = z
    .object({
      look: z.object({
        complete: z.boolean(),
        items: z.array(
          z.object({
            box: z.object({ y: z.number() }),
            label: z.object({ value: z.string() }),
            matches: z.object({ nodes: z.array(z.object({ title: z.string() })) }),
          }),
        ),
      }),
    })
    .parse(data);
  expect(look.complete).toBe(true);
  const down = [...look.items].sort((a, b) => a.box.y - b.box.y);
  expect(down.map(({ label }) => label.value.replace(/\/.*/, ''))).toEqual(['tops', 'bottoms', 'shoes']);
  for (const { matches } of down) expect(matches.nodes).toHaveLength(3);
});

describe('a mobile app', () => {
  test('finds a product by a photo of it: cropped, darker, turned, as a JPEG', async () => {
    const coat = await somethingToBuy('outerwear/coats');
    const photo = await sharp(coat.picture)
      .rotate(4, { background: '#ffffff' })
      .resize({ width: 500 })
      .modulate({ brightness: 0.9 })
      .jpeg({ quality: 60 })
      .toBuffer();
    const { visualSearch } = await send(SearchByPhotoDocument, {
      image: await upload(photo),
      where: { availability: 'ANY' },
    });
    expect(visualSearch?.edges[0]?.node.id).toBe(coat.id);
    expect(visualSearch?.edges[0]?.score).toBeGreaterThan(0.8);
    expect(visualSearch?.edges).toHaveLength(20);
  });

  test('fills a board, gets ideas for it, and a brief for a designer', async () => {
    const [dress, coat] = [await somethingToBuy('dresses'), await somethingToBuy('outerwear/coats')];
    const { boardCreate } = await send(BoardCreateDocument, { input: { title: 'Autumn' } });
    const board = boardCreate?.board?.id ?? '';
    const pins = [{ product: dress.id }, { image: { id: await upload(coat.picture) } }];
    for (const pin of pins) {
      const { pinAdd } = await send(PinAddDocument, { input: { board, ...pin } });
      expect(pinAdd?.userErrors).toEqual([]);
    }
    const ideas = (await send(BoardIdeasDocument, { board })).board?.ideas;
    expect(ideas?.edges).toHaveLength(20);
    expect(ideas?.edges.map(({ node }) => node.id)).not.toContain(dress.id);
    const page = (await send(BoardPageDocument, { board })).board;
    expect(page?.pins?.nodes).toHaveLength(2);
    expect(page?.brief?.prompt).toMatch(/^Fashion photograph of .*coats/);
    expect(page?.brief?.exemplars).toHaveLength(2);
    expect(page?.palette?.length).toBeGreaterThan(0);
  });

  test('searches by a part of a photo: the left garment or the right one', async () => {
    const [coat, shoe] = [await somethingToBuy('outerwear/coats'), await somethingToBuy('shoes/sneakers')];
    const half = async (picture: Buffer): Promise<Buffer> =>
      sharp(picture).resize({ width: 400, height: 500, fit: 'contain', background: '#fff' }).toBuffer();
    const look = await sharp({ create: { width: 800, height: 500, channels: 3, background: '#fff' } })
      .composite([
        { input: await half(coat.picture), left: 0, top: 0 },
        { input: await half(shoe.picture), left: 400, top: 0 },
      ])
      .jpeg()
      .toBuffer();
    const image = await upload(look);
    for (const [x, category] of [
      [0, 'outerwear'],
      [0.5, 'shoes'],
    ] as const) {
      const { visualSearch } = await send(SearchByPhotoDocument, {
        image,
        box: { x, y: 0, width: 0.5, height: 1 },
        where: { availability: 'ANY' },
      });
      const best = visualSearch?.edges[0]?.node.id ?? '';
      const { data } = await gateway.ask('query ($id: ID!) { product(id: $id) { category { handle } } }', {
        id: best,
      });
      expect(JSON.stringify(data)).toContain(category);
    }
  });

  test('scrolls on below a product, without seeing anything twice', async () => {
    const { id: product } = await somethingToBuy('dresses');
    const seen: string[] = [];
    for (let after: string | null = null, page = 0; page < 5; page += 1) {
      const answer: MoreLikeThisQuery = await send(MoreLikeThisDocument, { product, after });
      const similar = answer.product?.similar;
      seen.push(...(similar?.edges.map((edge) => edge.node.id) ?? []));
      after = similar?.pageInfo.endCursor ?? null;
    }
    expect(seen).toHaveLength(100);
    expect(new Set(seen).size).toBe(100);
  });

  test('listens to what an open screen shows', async () => {
    const { id: product } = await somethingToBuy('bottoms/jeans');
    const skus = (await send(ProductScreenDocument, { product })).product?.skus ?? [];
    const { data, errors } = await firstAnswer(print(WatchAvailabilityDocument), {
      skus: skus.map(({ id }) => id),
    });
    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      availabilityChanged: {
        id: skus[0]?.id,
        price: skus[0]?.price,
        availability: { quantity: skus[0]?.availability.quantity },
      },
    });
  });

  test('shows shops near the shopper', async () => {
    const { id: product } = await somethingToBuy('bottoms/jeans');
    const screen = await send(ProductScreenDocument, { product, near: { latitude: 48.85, longitude: 2.35 } });
    const distances = screen.product?.skus?.[0]?.availability.locations?.map(
      (place) => place.distanceKm ?? Infinity,
    );
    expect(distances?.length).toBeGreaterThan(0);
    expect(distances).toEqual([...(distances ?? [])].sort((a, b) => a - b));
  });
});

describe('a storefront', () => {
  test('shows results with filters that narrow to what they count', async () => {
    const query = { like: [{ style: 'minimal' }] };
    const all = await send(SearchResultsDocument, { query, first: 100 });
    const brand = all.visualSearch?.facets?.find(({ name }) => name === 'brand')?.buckets[0];
    const narrowed = await send(SearchResultsDocument, {
      query,
      first: 100,
      where: { brands: [brand?.value ?? ''] },
    });
    expect(narrowed.visualSearch?.edges.length).toBeGreaterThanOrEqual(brand?.count ?? Infinity);
    expect(
      narrowed.visualSearch?.edges.every((edge) => edge.skus.some((sku) => sku.availability.sellable)),
    ).toBe(true);
    expect(narrowed.visualSearch?.search).toMatchObject({ dropped: 0, encoder: encoder.id });
  });

  test('tells the story of a garment, and where it can be read', async () => {
    const { id } = await somethingToBuy('bottoms/jeans');
    const { product } = await send(ProductStoryDocument, { product: id });
    expect(product?.facts?.length).toBeGreaterThan(3);
    expect(product?.facts?.map(({ subject, value }) => `${subject}: ${value}`)).toContain('Denim: Nîmes');
    for (const { sourceUrl } of product?.facts ?? []) expect(sourceUrl).toMatch(/^https?:\/\//);
    // The brand is invented.
    expect(product?.brand?.facts).toEqual([]);
  });

  test('navigates, and a partner checks its list', async () => {
    const { categories, styles, channel } = await send(NavigationDocument, {});
    expect(channel?.handle).toBe('eu');
    expect(categories?.map(({ handle }) => handle)).toContain('tops');
    expect(styles?.map(({ handle }) => handle)).toContain('vintage');
    const { sku } = await somethingToBuy('tops');
    const { skus } = await send(PartnerSyncDocument, { codes: [sku, 'unknown'] });
    expect(skus).toHaveLength(1);
    expect(skus?.[0]).toMatchObject({
      code: sku,
      checkoutUrl: expect.stringContaining(encodeURIComponent(sku)),
    });
  });
});

describe('a checkout', () => {
  test('from a photo to a hold in two calls, and on to the sale', async () => {
    const { picture } = await somethingToBuy('dresses');
    const { visualSearch } = await send(SearchByPhotoDocument, {
      image: await upload(picture),
      where: { options: [{ name: 'size', values: ['M'] }] },
    });
    const sku = visualSearch?.edges[0]?.skus[0]?.id ?? '';
    const input = { lines: [{ sku }], idempotencyKey: 'basket 1' };
    const { holdCreate } = await send(HoldBasketDocument, { input });
    expect(holdCreate).toMatchObject({
      hold: { status: 'ACTIVE', lines: [{ quantity: 1 }] },
      userErrors: [],
    });
    const hold = holdCreate?.hold?.id ?? '';
    expect((await send(HeldBasketDocument, { id: hold })).hold).toEqual(holdCreate?.hold);
    const checkout = await seedApiKey(gateway.db, { scopes: ['catalog:read', 'holds:confirm'] });
    const { holdConfirm } = await send(ConfirmBasketDocument, { input: { hold } }, checkout);
    expect(holdConfirm?.hold?.status).toBe('CONFIRMED');
    expect((await send(ReleaseBasketDocument, { input: { hold } })).holdRelease?.userErrors).toEqual([
      expect.objectContaining({ code: 'HOLD_NOT_ACTIVE' }),
    ]);
  });
});

describe('a merchant’s system', () => {
  test('sends what it counted, what came in, and a price; once, however often it asks', async () => {
    const { sku } = await somethingToBuy('bottoms/jeans');
    const secret = await seedApiKey(gateway.db);
    const { rows } = await gateway.db.query<{ handle: string; on_hand: number }>(
      `SELECT handle, on_hand FROM stock_levels JOIN skus ON skus.id = sku_id JOIN stock_locations ON stock_locations.id = location_id
       WHERE code = $1 AND on_hand IS NOT NULL LIMIT 1`,
      [sku],
    );
    const { handle: location = '', on_hand: ifOnHand = 0 } = rows[0] ?? {};
    const counted = {
      input: {
        reason: 'count',
        idempotencyKey: 'count 1',
        entries: [{ sku, location, onHand: 40, ifOnHand }],
      },
    };
    for (let sent = 0; sent < 2; sent += 1) {
      expect((await send(StockSyncDocument, counted, secret)).stockSet).toMatchObject({
        levels: [{ code: sku, location: { handle: location }, onHand: 40 }],
        userErrors: [],
      });
    }
    const came = { input: { entries: [{ sku, location, delta: 2 }] } };
    expect((await send(StockMovementDocument, came, secret)).stockAdjust?.levels).toMatchObject([
      { onHand: 42 },
    ]);
    const priced = {
      channel: 'eu',
      input: { entries: [{ sku, amount: '1.50', currencyCode: 'EUR' }] },
    };
    expect((await send(PriceSyncDocument, priced, secret)).pricesSet).toMatchObject({
      skus: [{ code: sku, price: { amount: '1.50', currencyCode: 'EUR' } }],
      userErrors: [],
    });
  });
});

describe('a camera screen', () => {
  const photoOf = (picture: Buffer): Promise<Buffer> =>
    sharp(picture)
      .rotate(4, { background: '#ffffff' })
      .modulate({ brightness: 0.9 })
      .jpeg({ quality: 60 })
      .toBuffer();

  test('says what it sees: the product, and its labels', async () => {
    const coat = await somethingToBuy('outerwear/coats');
    const { identify } = await send(IdentifyPhotoDocument, {
      image: await upload(await photoOf(coat.picture)),
    });
    expect(identify?.match?.node.id).toBe(coat.id);
    expect(identify?.match?.probability).toBeGreaterThan(0.5);
    expect(identify?.labels).toContainEqual(
      expect.objectContaining({ kind: 'CATEGORY', value: 'outerwear/coats' }),
    );
  });

  test('buys it in two calls', async () => {
    const dress = await somethingToBuy('dresses');
    const image = await upload(await photoOf(dress.picture));
    const { matchSku } = await send(BuyFromPhotoDocument, { image });
    expect(matchSku).toMatchObject({ outcome: 'SAME_PRODUCT', match: { node: { id: dress.id } } });
    const { holdCreate } = await send(HoldBasketDocument, {
      input: { lines: [{ sku: matchSku?.sku?.id ?? '' }] },
    });
    expect(holdCreate?.hold?.status).toBe('ACTIVE');
  });

  test('takes a photo as the words of a search', async () => {
    const { picture } = await somethingToBuy('dresses');
    const { identify, matchSku } = await send(FindByPhotoDocument, {
      image: await upload(await photoOf(picture)),
    });
    expect(identify?.labels[0]?.confidence).toBeGreaterThan(0.8);
    expect(matchSku?.outcome).toBe('SAME_PRODUCT');
  });

  test.each<[string, (x: number, y: number) => number[]]>([
    ['one color', () => [30, 90, 60]],
    ['checks', (x, y) => (((x >> 4) + (y >> 4)) % 2 === 0 ? [200, 40, 40] : [240, 240, 240])],
    ['a gradient', (x, y) => [x, y, 128]],
    ['waves', (x, y) => [128 + 127 * Math.sin(x / 9), 128 + 127 * Math.sin(y / 14), 90]],
  ])('says nothing of what is no garment: %s', async (_, colorAt) => {
    const side = 240;
    const pixels = Uint8Array.from({ length: side * side * 3 }, (__, i) => {
      const pixel = Math.floor(i / 3);
      return colorAt(pixel % side, Math.floor(pixel / side))[i % 3] ?? 0;
    });
    const picture = await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
      .png()
      .toBuffer();
    const { identify, matchSku } = await send(FindByPhotoDocument, { image: await upload(picture) });
    expect(identify?.labels).toEqual([]);
    expect(matchSku).toMatchObject({ outcome: 'NONE', match: null, sku: null });
  });
});

describe('an image that cannot be searched by', () => {
  const SEARCH =
    'query ($image: ImageInput!, $box: BoxInput) { visualSearch(query: { like: [{ image: $image, box: $box }] }) { nodes { id } } }';
  const png = (): Promise<Buffer> =>
    sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer();

  test.each([
    ['no image at all', async () => Buffer.from('this is text'), null, 'IMAGE_UNDECODABLE'],
    ['a truncated file', async () => (await png()).subarray(0, 60), null, 'IMAGE_UNDECODABLE'],
    ['a box outside the image', png, { x: 0.5, y: 0, width: 0.6, height: 1 }, 'BAD_USER_INPUT'],
    ['a box without area', png, { x: 0.5, y: 0, width: 0, height: 1 }, 'BAD_USER_INPUT'],
  ])('%s gets a typed error', async (_, bytes, box, code) => {
    const { errors } = await gateway.ask(SEARCH, {
      image: { base64: (await bytes()).toString('base64') },
      box,
    });
    expect(errors).toEqual([{ code, message: expect.stringMatching(/.{20}/) }]);
  });

  test('one pixel is an image', async () => {
    const bytes = await sharp({ create: { width: 1, height: 1, channels: 3, background: 'navy' } })
      .png()
      .toBuffer();
    expect((await gateway.ask(SEARCH, { image: { base64: bytes.toString('base64') } })).errors).toEqual([]);
  });
});
