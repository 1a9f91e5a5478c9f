import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { z } from 'zod';
import { importFeed, type ImportReport } from '../../src/import/import-feed.js';
import { reindex } from '../../src/sync/reindex.js';
import { DEFAULT_ENCODER, openEncoder, type Encoder, type OpenEncoder } from '../../src/vision/encoder.js';
import { makeBoard } from '../boards/support.js';
import { seedApiKey } from '../support/api-keys.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { silentProgress } from '../support/progress.js';

const ATTACKS = new URL('../vision/attacks/', import.meta.url);
const CATALOG = new URL('../../catalog/images/', import.meta.url);
const PATCHED = new URL('middle-10-targeted-0.webp', ATTACKS);
const NOISY = new URL('noise-8-targeted-0.webp', ATTACKS);
const ORDINARY = new URL('cn-rafa-dress-lilac.webp', CATALOG);
const OTHER = new URL('cn-rafa-dress-white.webp', CATALOG);

let encoder: OpenEncoder;
beforeAll(async () => {
  encoder = await openEncoder({ directory: DEFAULT_ENCODER, threads: 1 });
});
afterAll(() => encoder.close());

let gateway: TestGateway;
let folder: string;
let secret: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-quarantine-'));
  await copyFile(PATCHED, join(folder, 'patched.webp'));
  await copyFile(NOISY, join(folder, 'noisy.webp'));
  await copyFile(ORDINARY, join(folder, 'ordinary.webp'));
  await copyFile(OTHER, join(folder, 'other.webp'));
  gateway = await startTestGateway(() => Promise.resolve(), { encoder });
  secret = await seedApiKey(gateway.db);
});
afterEach(async () => {
  await gateway.close();
  await rm(folder, { recursive: true });
});

/** Imports products with these files as pictures. */
async function importAll(
  products: Readonly<Record<string, readonly string[]>>,
  by: Encoder = encoder,
  demo = false,
): Promise<ImportReport> {
  const header =
    'id\ttitle\timage_link\tadditional_image_link\tavailability\tprice\tproduct_type\tquantity\n';
  const rows = Object.entries(products).map(
    ([id, [first, ...more]]) =>
      `${id}\t${id} dress\t${first ?? ''}\t${more.join()}\tin_stock\t10.00 EUR\tdresses\t3\n`,
  );
  const feed = join(folder, 'feed.tsv');
  await writeFile(feed, header + rows.join(''));
  const { db, catalogImages: images } = gateway.services;
  const log = pino({ level: 'silent' });
  const report = await importFeed({ db, encoder: by, images, log, progress: silentProgress }, { feed, demo });
  await gateway.catchUp();
  return report;
}

const heldRow = z.object({
  imageId: z.string(),
  productHandle: z.string(),
  link: z.string(),
  trust: z.object({ score: z.number(), reason: z.string() }),
  hasOthers: z.boolean(),
});
const listed = z.object({
  quarantinedImages: z.object({
    nodes: z.array(heldRow),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});
const LIST = `query ($first: Int, $after: String) { quarantinedImages(first: $first, after: $after) {
  nodes { imageId productHandle link hasOthers trust { score reason } } pageInfo { hasNextPage endCursor } } }`;
const list = async (): Promise<z.infer<typeof heldRow>[]> =>
  (await gateway.read(listed, LIST, {}, secret)).quarantinedImages.nodes;

const RELEASE = `mutation ($ids: [ID!]!) {
  imagesRelease(input: { imageIds: $ids }) { releasedIds userErrors { code field } } }`;
const released = z.object({
  imagesRelease: z.object({
    releasedIds: z.array(z.string()),
    userErrors: z.array(z.object({ code: z.string(), field: z.array(z.string()).nullable() })),
  }),
});
const release = async (ids: readonly string[]) =>
  (await gateway.read(released, RELEASE, { ids }, secret)).imagesRelease;

const products = z.object({
  products: z.object({
    nodes: z.array(z.object({ handle: z.string(), images: z.array(z.object({ id: z.string() })) })),
  }),
});
/** The number of images that shoppers see of each product, by its handle. */
async function shown(args = ''): Promise<Record<string, number>> {
  const document = `{ products${args} { nodes { handle images { id } } } }`;
  const { nodes } = (await gateway.read(products, document)).products;
  return Object.fromEntries(nodes.map(({ handle, images }) => [handle, images.length]));
}

const found = z.object({
  visualSearch: z.object({
    edges: z.array(
      z.object({
        score: z.number(),
        image: z.object({ id: z.string() }),
        node: z.object({ handle: z.string() }),
      }),
    ),
  }),
});
/** What a search with a picture finds, the most similar first. */
async function search(file: URL, at = gateway) {
  const base64 = (await readFile(file)).toString('base64');
  const document = `query ($base64: Base64) { visualSearch(query: { like: [{ image: { base64: $base64 } }] }) {
    edges { score image { id } node { handle } } } }`;
  return (await at.read(found, document, { base64 })).visualSearch.edges;
}

test('an import reports pictures that were made to deceive, and no shopper sees or finds them', async () => {
  const report = await importAll({
    bag: ['patched.webp', 'ordinary.webp'],
    bare: ['noisy.webp'],
    plain: ['other.webp'],
  });
  expect(report).toMatchObject({
    products: 3,
    imagesEncoded: 4,
    failedImages: 0,
    quarantinedImages: 2,
    quarantined: [
      { line: 2, reason: expect.stringContaining('patched.webp has a part') },
      { line: 3, reason: expect.stringContaining('noisy.webp looks as if small changes') },
    ],
  });
  expect(await list()).toMatchObject([
    { productHandle: 'bag', link: 'patched.webp', hasOthers: true, trust: { reason: 'PATCH' } },
    { productHandle: 'bare', link: 'noisy.webp', hasOthers: false, trust: { reason: 'NOISE' } },
  ]);
  // A product without another picture is in lists, and found by words.
  expect(await shown()).toEqual({ bag: 1, bare: 0, plain: 1 });
  expect(await shown('(text: "bare")')).toEqual({ bare: 0 });
  const edges = await search(PATCHED);
  expect(edges.map(({ node }) => node.handle).sort()).toEqual(['bag', 'plain']);
  expect(edges.every(({ score }) => score < 0.9)).toBe(true);
  expect(await gateway.metrics()).toMatch(/^vitrine_quarantined_images 2$/m);
});

test('the pictures of the demo are not taken into quarantine, also when they are checked later', async () => {
  expect(await importAll({ bag: ['patched.webp'] }, encoder, true)).toMatchObject({ quarantinedImages: 0 });
  await gateway.db.query('UPDATE embeddings SET trust_score = NULL');
  const { db, catalogImages: images } = gateway.services;
  const services = { db, encoder, images, qdrant: null, progress: silentProgress };
  expect(await reindex(services, new AbortController().signal)).toMatchObject({
    checked: 1,
    quarantined: [],
  });
  expect(await shown()).toEqual({ bag: 1 });
});

test('an encoder that cannot tell releases nothing', async () => {
  const feed = { bag: ['patched.webp', 'ordinary.webp'] };
  await importAll(feed);
  const untold = { ...encoder, id: 'untold@1.0.0', trustOf: undefined };
  expect(await importAll(feed, untold)).toMatchObject({ imagesEncoded: 2, quarantinedImages: 1 });
  expect(await list()).toHaveLength(1);
  expect(await shown()).toEqual({ bag: 1 });
});

test('a picture in quarantine has no address, is no node, and is nothing to search with', async () => {
  await importAll({ bag: ['patched.webp', 'ordinary.webp'] });
  const [held] = await list();
  const id = held?.imageId ?? '';
  const { statusCode } = await gateway.http.inject({ url: `/images/${encodeURIComponent(id)}` });
  expect(statusCode).toBe(404);
  const node = z.object({ node: z.null() });
  expect(await gateway.read(node, 'query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({
    node: null,
  });
  const like =
    'query ($id: ID!) { visualSearch(query: { like: [{ image: { id: $id } }] }) { edges { score } } }';
  expect((await gateway.ask(like, { id })).errors).toMatchObject([{ code: 'IMAGE_NOT_FOUND' }]);
});

test('a merchant releases pictures for good, until they are changed', async () => {
  const feed = { bag: ['patched.webp', 'ordinary.webp'], bare: ['noisy.webp'] };
  await importAll(feed);
  const [first, second] = await list();
  const ids = [first?.imageId ?? '', second?.imageId ?? ''];
  expect(await release(ids)).toEqual({ releasedIds: ids, userErrors: [] });
  expect(await release(ids)).toEqual({ releasedIds: ids, userErrors: [] });
  expect(await list()).toEqual([]);
  await gateway.catchUp();
  expect(await shown()).toEqual({ bag: 2, bare: 1 });
  const document = `query ($image: ImageInput!) {
    visualSearch(query: { like: [{ image: $image }] }) { search { byConsensus } } }`;
  const said = z.object({ visualSearch: z.object({ search: z.object({ byConsensus: z.boolean() }) }) });
  const byConsensus = async (image: object) =>
    (await gateway.read(said, document, { image })).visualSearch.search.byConsensus;
  // The merchant has vouched for the image, and not for what shoppers send.
  expect(await byConsensus({ id: ids[0] })).toBe(false);
  expect(await byConsensus({ base64: (await readFile(PATCHED)).toString('base64') })).toBe(true);
  expect((await search(PATCHED))[0]).toMatchObject({ node: { handle: 'bag' }, image: { id: ids[0] } });

  // The same bytes, also after they were gone, and in another product.
  await importAll({ bag: ['ordinary.webp'], bare: ['noisy.webp'] });
  expect(await importAll({ ...feed, copy: ['patched.webp'] })).toMatchObject({ quarantinedImages: 0 });
  expect(await shown()).toEqual({ bag: 2, bare: 1, copy: 1 });

  await copyFile(new URL('middle-10-targeted-1.webp', ATTACKS), join(folder, 'patched.webp'));
  expect(await importAll(feed)).toMatchObject({ quarantinedImages: 1 });
  expect(await list()).toMatchObject([{ productHandle: 'bag', link: 'patched.webp' }]);
});

test('a picture is checked that a shopper pinned before a seller had it', async () => {
  const bytes = await readFile(PATCHED);
  const upload = await gateway.http.inject({
    method: 'POST',
    url: '/images',
    headers: { 'content-type': 'image/webp' },
    payload: bytes,
  });
  const { id } = z.object({ id: z.string() }).parse(upload.json());
  // The encoder is registered by the first import.
  await importAll({ plain: ['other.webp'] });
  const board = await makeBoard(gateway, [{ image: { id } }], secret);
  expect(board).not.toBe('');
  // Whoever pins an image fills nothing that merchants and gateways read again and again.
  const { rows } = await gateway.db.query('SELECT FROM quarantined_images');
  expect(rows).toEqual([]);
  expect(await importAll({ plain: ['other.webp'], bag: ['patched.webp'] })).toMatchObject({
    imagesEncoded: 1,
    quarantinedImages: 1,
  });
});

test('only who may write the catalog lists and releases them, all or none', async () => {
  await importAll({ bag: ['patched.webp', 'ordinary.webp'], bare: ['noisy.webp'] });
  const [first] = await list();
  const held = first?.imageId ?? '';
  const reader = await seedApiKey(gateway.db, { scopes: ['catalog:read'] });
  for (const [key, code] of [
    [undefined, 'UNAUTHENTICATED'],
    [reader, 'FORBIDDEN'],
  ] as const) {
    expect((await gateway.ask(LIST, {}, key)).errors).toMatchObject([{ code }]);
    expect((await gateway.ask(RELEASE, { ids: [held] }, key)).errors).toMatchObject([{ code }]);
  }
  const document = `{ products(text: "bag") { nodes { handle images { id } } } }`;
  const { nodes } = (await gateway.read(products, document)).products;
  const never = nodes[0]?.images[0]?.id ?? '';
  expect(await release([held, never, 'nonsense'])).toEqual({
    releasedIds: [],
    userErrors: [
      { code: 'NOT_FOUND', field: ['imageIds', '1'] },
      { code: 'NOT_FOUND', field: ['imageIds', '2'] },
    ],
  });
  expect(await list()).toHaveLength(2);
});

test('the list has pages', async () => {
  await importAll({ a: ['patched.webp'], b: ['noisy.webp'], c: ['patched.webp'] });
  const page = async (after: string | null) =>
    (await gateway.read(listed, LIST, { first: 2, after }, secret)).quarantinedImages;
  const one = await page(null);
  expect(one.nodes.map(({ productHandle }) => productHandle)).toEqual(['a', 'b']);
  const two = await page(one.pageInfo.endCursor);
  expect(two.nodes.map(({ productHandle }) => productHandle)).toEqual(['c']);
  expect([one.pageInfo.hasNextPage, two.pageInfo.hasNextPage]).toEqual([true, false]);
  // Both products have the bytes.
  await release([one.nodes[0]?.imageId ?? '']);
  expect((await list()).map(({ productHandle }) => productHandle)).toEqual(['b']);
});

test('a picture that is taken into quarantine later is on no page, however late the index is', async () => {
  const untold = { ...encoder, trustOf: undefined };
  expect(
    await importAll({ bag: ['patched.webp', 'ordinary.webp'], bare: ['noisy.webp'] }, untold),
  ).toMatchObject({
    quarantinedImages: 0,
  });
  // Rendered before, and asked for again with what a browser knows of it.
  const url = `/images/${encodeURIComponent((await search(PATCHED))[0]?.image.id ?? '')}`;
  const known = await gateway.http.inject({ url });
  expect(known.statusCode).toBe(200);
  const stale = await startTestGateway(() => Promise.resolve(), { encoder, beside: gateway, follows: false });
  try {
    expect((await search(PATCHED, stale))[0]).toMatchObject({ node: { handle: 'bag' } });
    const { db, catalogImages: images } = gateway.services;
    const services = { db, encoder, images, qdrant: null, progress: silentProgress };
    const { checked, encoded, quarantined } = await reindex(services, new AbortController().signal);
    expect({ checked, encoded, quarantined: quarantined.length }).toEqual({
      checked: 3,
      encoded: 0,
      quarantined: 2,
    });
    const ids = (await list()).map(({ imageId }) => imageId);
    const edges = await search(PATCHED, stale);
    expect(edges.map(({ node }) => node.handle)).toEqual(['bag']);
    expect(ids).not.toContain(edges[0]?.image.id);
    await gateway.catchUp();
    expect((await search(PATCHED))[0]?.score).toBeLessThan(0.9);
    const again = { url, headers: { 'if-none-match': String(known.headers.etag) } };
    expect((await gateway.http.inject(again)).statusCode).toBe(404);
    // What is checked is not checked again.
    expect(await reindex(services, new AbortController().signal)).toMatchObject({ checked: 0, encoded: 0 });
  } finally {
    await stale.close();
  }
});

test('an import that finds a picture suspicious does not take back a release that came meanwhile', async () => {
  const feed = { bag: ['patched.webp'] };
  await importAll(feed);
  const [held] = await list();
  let reached = (): void => undefined;
  let goOn = (): void => undefined;
  const isReached = new Promise<void>((resolve) => (reached = resolve));
  const mayGoOn = new Promise<void>((resolve) => (goOn = resolve));
  // Another encoder, which finds the same.
  const next: Encoder = {
    ...encoder,
    id: 'next@1.0.0',
    async encode(bytes) {
      reached();
      await mayGoOn;
      return encoder.encode(bytes);
    },
  };
  const importing = importAll(feed, next);
  await isReached;
  await release([held?.imageId ?? '']);
  goOn();
  expect(await importing).toMatchObject({ imagesEncoded: 1, quarantinedImages: 0 });
  expect(await list()).toEqual([]);
  expect(await shown()).toEqual({ bag: 1 });
});

// Failed on 2026-11-30: anybody who pinned the bytes of a picture hid it, although the merchant's import had let it in.
test('a pin does not hide a picture that the import let in', async () => {
  await importAll({ bag: ['patched.webp', 'other.webp'] });
  // As a picture that was encoded before there was a quarantine, or that the demo let in.
  await gateway.db.query('DELETE FROM quarantined_images; UPDATE embeddings SET trust_score = NULL');
  await gateway.catchUp();
  expect(await shown()).toEqual({ bag: 2 });
  const upload = await gateway.http.inject({
    method: 'POST',
    url: '/images',
    headers: { 'content-type': 'image/webp' },
    payload: await readFile(PATCHED),
  });
  await makeBoard(gateway, [{ image: z.object({ id: z.string() }).parse(upload.json()) }]);
  expect(await list()).toEqual([]);
  await gateway.catchUp();
  expect(await shown()).toEqual({ bag: 2 });
});
