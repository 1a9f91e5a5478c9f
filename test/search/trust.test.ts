import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { z } from 'zod';
import { importFeed } from '../../src/import/import-feed.js';
import type { BlobStore } from '../../src/platform/blob-store.js';
import type { Database } from '../../src/platform/postgres.js';
import { paidBy } from '../../src/platform/request-payer.js';
import { DEFAULT_ENCODER, openEncoder, type OpenEncoder } from '../../src/vision/encoder.js';
import { NEARLY_EQUAL } from '../support/garments.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { silentProgress } from '../support/progress.js';

const FIND = /* GraphQL */ `
  query Find($like: [VisualReferenceInput!]!, $text: String) {
    visualSearch(query: { like: $like, text: $text }) {
      search {
        byConsensus
        trust {
          score
          reason
        }
      }
    }
  }
`;
const answer = z.object({
  visualSearch: z.object({
    search: z.object({
      byConsensus: z.boolean(),
      trust: z.object({ score: z.number(), reason: z.string().nullable() }).nullable(),
    }),
  }),
});

let encoder: OpenEncoder;
let gateway: TestGateway;
beforeAll(async () => {
  encoder = await openEncoder({ directory: DEFAULT_ENCODER, threads: 1 });
  gateway = await startTestGateway((db, images) => importOne(db, images), {
    encoder,
    calibration: NEARLY_EQUAL,
  });
});
afterAll(async () => {
  await gateway.close();
  await encoder.close();
});

/** A product with a picture, for what is nearest. */
async function importOne(db: Database, images: BlobStore): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-trust-'));
  try {
    await copyFile(new URL(ORDINARY, import.meta.url), join(folder, 'dress.webp'));
    const feed = join(folder, 'feed.tsv');
    const header = 'id\ttitle\timage_link\tavailability\tprice\tproduct_type\tquantity\n';
    await writeFile(feed, `${header}dress\tDress\tdress.webp\tin_stock\t10.00 EUR\tdresses\t3\n`);
    const log = pino({ level: 'silent' });
    await importFeed({ db, encoder, images, log, progress: silentProgress }, { feed });
  } finally {
    await rm(folder, { recursive: true });
  }
}

const like = async (path: string, more: Record<string, unknown> = {}) => ({
  image: { base64: (await readFile(new URL(path, import.meta.url))).toString('base64') },
  ...more,
});
const PATCHED = '../vision/attacks/middle-10-targeted-0.webp';
const NOISY = '../vision/attacks/noise-8-targeted-0.webp';
/** The picture that both are made of. */
const CLEAN = '../vision/attacks/clean-0.webp';
const ORDINARY = '../../catalog/images/cn-rafa-dress-lilac.webp';

const find = async (variables: Record<string, unknown>) =>
  (await gateway.read(answer, FIND, variables)).visualSearch.search;
const trustIn = async (variables: Record<string, unknown>) => (await find(variables)).trust;

test('a search says whether its picture looks as if it was made to deceive, each time it is asked', async () => {
  for (let time = 0; time < 2; time += 1) {
    expect(await trustIn({ like: [await like(PATCHED)] })).toMatchObject({ reason: 'PATCH' });
    expect(await trustIn({ like: [await like(ORDINARY)] })).toMatchObject({ reason: null });
  }
});

test('of several pictures, the least trusted one counts, and of a part, the part', async () => {
  const both = await trustIn({ like: [await like(ORDINARY), await like(PATCHED)] });
  expect(both?.reason).toBe('PATCH');
  expect(both?.score).toBeLessThan(0.01);
  const box = { x: 0, y: 0, width: 1, height: 0.2 };
  expect(await trustIn({ like: [await like(PATCHED, { box })] })).toMatchObject({ reason: null });
});

test('so do a look, an identification, and a match, of what they compared', async () => {
  const said = z.object({ trust: z.object({ score: z.number(), reason: z.string().nullable() }) });
  const both = z.object({ identify: said, matchSku: said });
  const ofAll = z.object({ look: z.object({ items: z.array(said) }) });
  const compare = `query ($image: ImageInput!, $box: BoxInput) {
    identify(image: $image, box: $box) { trust { score reason } }
    matchSku(image: $image, box: $box) { trust { score reason } }
  }`;
  const look = `query ($image: ImageInput!) { look(image: $image) { items { trust { score reason } } } }`;
  const reasonsOf = async (path: string, box: object | null = null) => {
    const { image } = await like(path);
    const { identify, matchSku } = await gateway.read(both, compare, { image, box });
    return [identify, matchSku].map(({ trust }) => trust.reason);
  };
  const itemsOf = async (path: string) => {
    const { image } = await like(path);
    return (await gateway.read(ofAll, look, { image })).look.items.map(({ trust }) => trust.reason);
  };
  expect(await reasonsOf(PATCHED)).toEqual(['PATCH', 'PATCH']);
  expect(await itemsOf(PATCHED)).toContain('PATCH');
  expect(await reasonsOf(ORDINARY)).toEqual([null, null]);
  expect(new Set(await itemsOf(ORDINARY))).toEqual(new Set([null]));
  expect(await reasonsOf(PATCHED, { x: 0, y: 0, width: 1, height: 0.2 })).toEqual([null, null]);
});

test('words have no picture to trust', async () => {
  expect(await trustIn({ like: [], text: 'dress' })).toBeNull();
});

test.each([
  ['a patch', PATCHED],
  ['noise', NOISY],
])('a picture with %s is searched for by consensus, an ordinary one as it is', async (_, path) => {
  for (let time = 0; time < 2; time += 1) {
    expect((await find({ like: [await like(path)] })).byConsensus).toBe(true);
    expect((await find({ like: [await like(ORDINARY)] })).byConsensus).toBe(false);
  }
});

test('so is a part of a picture', async () => {
  const box = { x: 0.05, y: 0.05, width: 0.9, height: 0.9 };
  expect(await find({ like: [await like(PATCHED, { box })] })).toMatchObject({
    byConsensus: true,
    trust: { reason: 'PATCH' },
  });
});

test('consensus is near the picture as it was before the attack', async () => {
  const original = await readFile(new URL(CLEAN, import.meta.url));
  const clean = await encoder.encode(original);
  const likeness = (vector: Float32Array) => vector.reduce((sum, x, at) => sum + x * (clean[at] ?? 0), 0);
  for (const path of [PATCHED, NOISY]) {
    const file = await readFile(new URL(path, import.meta.url));
    const attacked = await encoder.encode(file);
    const agreed = await encoder.consensus?.(attacked, file);
    if (!agreed) throw new Error('there is no consensus');
    expect(likeness(agreed)).toBeGreaterThan(likeness(attacked) + 0.03);
    // A cosine, as of any other vector.
    expect(Math.hypot(...agreed)).toBeCloseTo(1, 5);
  }
  expect(await encoder.consensus?.(clean, original)).toBeNull();
});

test('consensus is paid for once, and not for an ordinary picture', async () => {
  const paid: number[] = [];
  const payer = { name: 'a caller', pay: (points: number) => paid.push(points), owe: () => undefined };
  const { imageVectors } = gateway.services;
  const agree = async (path: string) => {
    const file = await readFile(new URL(path, import.meta.url));
    const read = () => Promise.resolve(file);
    const vector = await imageVectors.ofImage(`paid ${path}`, read);
    await paidBy(payer, () => imageVectors.consensusOf(vector, `paid ${path}`, read, {}));
  };
  await agree(ORDINARY);
  expect(paid).toEqual([]);
  await agree(PATCHED);
  await agree(PATCHED);
  expect(paid).toEqual([2_000]);
});
