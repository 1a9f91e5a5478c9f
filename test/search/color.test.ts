import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { z } from 'zod';
import { readEncoderCalibration } from '../../src/search/probability/encoder-calibration.js';
import { DEFAULT_ENCODER, openEncoder, type Encoder } from '../../src/vision/encoder.js';
import { makeBoard } from '../boards/support.js';
import { seedChannels, seedEncoder, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { fixture } from '../vision/support.js';

let encoder: Encoder;
let gateway: TestGateway;
const images = new Map<string, Buffer>();

beforeAll(async () => {
  encoder = await openEncoder({ directory: DEFAULT_ENCODER, threads: 1 });
  for (const shape of ['tee-striped', 'dress-dotted']) {
    for (const [color, hue] of Object.entries({ plain: 0, shifted: 180 })) {
      const image = sharp(fixture(`drawn-${shape}.jpg`)).modulate({ hue });
      images.set(`${shape}-${color}`, await image.png().toBuffer());
    }
  }
  gateway = await startTestGateway(
    async (db) => {
      await seedChannels(db);
      await seedEncoder(db, encoder);
      for (const [handle, image] of images) {
        const vectors = [[...(await encoder.encode(image))]];
        await seedProduct(db, { handle, vectors, skus: [{ code: handle }] });
      }
    },
    { encoder, calibration: await readEncoderCalibration(fileURLToPath(DEFAULT_ENCODER), encoder.id) },
  );
});
afterAll(async () => {
  await gateway.close();
  await encoder.close();
});

const found = z.object({
  visualSearch: z.object({
    edges: z.array(
      z.object({ score: z.number(), probability: z.number(), node: z.object({ handle: z.string() }) }),
    ),
  }),
});

const imageOf = (handle: string) => ({ base64: images.get(handle)?.toString('base64') });

async function ask(like: object, color: number | null) {
  const { visualSearch } = await gateway.read(
    found,
    `query ($query: VisualQueryInput!) { visualSearch(query: $query) { edges { score probability node { handle } } } }`,
    { query: { like: [like], ...(color !== null && { color }) } },
  );
  return visualSearch.edges;
}

async function search(handle: string, color: number | null): Promise<[handle: string, score: number][]> {
  const edges = await ask({ image: imageOf(handle) }, color);
  return edges.map(({ score, node }) => [node.handle, score]);
}

test('the more color counts, the more the garments of another shape and of the same color come first', async () => {
  const [byShape, byColor] = [await search('tee-striped-plain', 0), await search('tee-striped-plain', 1)];
  expect(byShape.map(([handle]) => handle).slice(0, 2)).toEqual(['tee-striped-plain', 'tee-striped-shifted']);
  const rank = (page: typeof byColor, handle: string): number =>
    page.findIndex(([found]) => found === handle);
  expect(rank(byColor, 'tee-striped-plain')).toBe(0);
  expect(rank(byColor, 'tee-striped-shifted')).toBeGreaterThan(1);
  for (const page of [byShape, byColor]) expect(page[0]?.[1]).toBeCloseTo(1, 3);
});

test('a fifth of the likeness is color unless the query says otherwise', async () => {
  expect(await search('dress-dotted-plain', null)).toEqual(await search('dress-dotted-plain', 0.2));
});

test('of a board each of its pins counts by the share of the query; a probability knows none', async () => {
  const pins = ['tee-striped-plain', 'dress-dotted-plain'];
  const board = await makeBoard(
    gateway,
    pins.map((handle) => ({ image: imageOf(handle) })),
  );
  const [usual, shape, color] = await Promise.all([
    ask({ board }, null),
    ask({ board }, 0),
    ask({ board }, 1),
  ]);
  const of = (edges: typeof usual, handle: string) => edges.find(({ node }) => node.handle === handle);
  for (const handle of pins)
    for (const edges of [usual, shape, color]) expect(of(edges, handle)?.score).toBeCloseTo(1, 3);
  for (const handle of ['tee-striped-shifted', 'dress-dotted-shifted']) {
    const scores = [shape, usual, color].map((edges) => of(edges, handle)?.score ?? NaN);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  }
  for (const { node, probability } of usual) {
    expect(of(shape, node.handle)?.probability).toBeCloseTo(probability, 4);
    expect(of(color, node.handle)?.probability).toBeCloseTo(probability, 4);
  }
  expect(usual.some(({ probability }) => probability > 0)).toBe(true);
});

async function inColors(handle: string, colors: string[]): Promise<[handle: string, score: number][]> {
  const { visualSearch } = await gateway.read(
    found,
    `query ($query: VisualQueryInput!) { visualSearch(query: $query) { edges { score probability node { handle } } } }`,
    { query: { like: [{ image: imageOf(handle) }], colors } },
  );
  return visualSearch.edges.map(({ score, node }) => [node.handle, score]);
}

test('in a color that the query says, what is mostly of it comes first, and keeps its shape', async () => {
  const [navy, olive] = ['#103070', '#404010'];
  const first = async (handle: string, colors: string[]): Promise<string | undefined> =>
    (await inColors(handle, colors))[0]?.[0];
  expect(await first('tee-striped-plain', [navy])).toBe('tee-striped-plain');
  expect(await first('tee-striped-plain', [olive])).toBe('tee-striped-shifted');
  expect(await first('dress-dotted-plain', ['#107090'])).toBe('dress-dotted-shifted');
  // Any of several.
  const both = await inColors('tee-striped-plain', [navy, olive]);
  expect(
    both
      .slice(0, 2)
      .map(([handle]) => handle)
      .sort(),
  ).toEqual(['tee-striped-plain', 'tee-striped-shifted']);
  for (const [, score] of both) expect(score).toBeLessThanOrEqual(1);
  expect(await inColors('tee-striped-plain', [])).toEqual(await search('tee-striped-plain', null));
});

test.each([
  [['red'], 'colors has "red": write a color as "#rrggbb".'],
  [Array<string>(5).fill('#102030'), 'colors has 5 entries: at most 4 are allowed.'],
])('the colors %j are refused', async (colors, message) => {
  const { errors } = await gateway.ask(
    `query ($query: VisualQueryInput!) { visualSearch(query: $query) { nodes { id } } }`,
    { query: { like: [{ image: imageOf('tee-striped-plain') }], colors } },
  );
  expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', message }]);
});

test('a share that is none is refused', async () => {
  const { errors } = await gateway.ask(
    `query ($image: ImageInput!) { visualSearch(query: { like: [{ image: $image }], color: 1.5 }) { nodes { id } } }`,
    { image: { base64: images.get('tee-striped-plain')?.toString('base64') } },
  );
  expect(errors).toMatchObject([
    {
      code: 'BAD_USER_INPUT',
      message: 'color is 1.5: it must be from 0 (any color) to 1 (only color).',
    },
  ]);
});
