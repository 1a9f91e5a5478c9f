import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { paletteOf } from '../../src/boards/palette.js';
import { READER, seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { colorEncoder, makeBoard, picture } from './support.js';

let gateway: TestGateway;
let products: Record<string, string>;
let key: string;
beforeAll(async () => {
  products = {};
  gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      for (const [handle, category, vector, attributes] of [
        ['red-shirt', 'tops/shirts', [1, 0, 0, 0], { color: 'Red', material: 'linen', style: 'vintage' }],
        ['red-knit', 'tops/knits', [1, 0.1, 0, 0], { color: 'red', material: 'wool', style: 'vintage' }],
        [
          'rust-shirt',
          'tops/shirts',
          [1, 0.3, 0, 0],
          { color: 'rust', material: 'linen', pattern: 'striped' },
        ],
        ['neon-shoe', 'shoes', [0, 1, 0, 0], { color: 'neon', material: 'leather', style: 'sporty' }],
      ] as const) {
        const seed = { handle, category, vectors: [vector], attributes: Object.entries(attributes) };
        products[handle] = toGlobalId(
          'Product',
          await seedProduct(db, { ...seed, skus: [{ code: handle }] }),
        );
      }
    },
    { encoder: colorEncoder },
  );
  key = await seedApiKey(gateway.db, { scopes: READER });
});
afterAll(() => gateway.close());

const answer = z.object({
  board: z.object({
    palette: z.array(z.string()),
    brief: z.object({
      prompt: z.string(),
      negativePrompt: z.string(),
      palette: z.array(z.string()),
      styles: z.array(z.object({ kind: z.string(), value: z.string(), confidence: z.number() })),
      words: z.array(z.object({ kind: z.string(), word: z.string(), share: z.number() })),
      exemplars: z.array(z.object({ id: z.string(), dominantColor: z.string() })),
    }),
  }),
});

async function read(board: string) {
  const document = `query ($id: ID!) { board(id: $id) {
    palette
    brief { prompt negativePrompt palette styles { kind value confidence }
      words { kind word share } exemplars { id dominantColor } }
  } }`;
  return (await gateway.read(answer, document, { id: board }, key)).board;
}

describe('a brief', () => {
  test('says what the pins share, the most frequent first, and what to leave out', async () => {
    const board = await makeBoard(
      gateway,
      [
        ...['red-shirt', 'red-knit', 'rust-shirt'].map((handle) => ({ product: products[handle] ?? '' })),
        { product: products['neon-shoe'] ?? '', positive: false },
      ],
      key,
    );
    const { brief, palette } = await read(board);
    expect(brief.prompt).toBe(
      'Fashion photograph of mostly shirts, a touch of knits. Style: vintage. ' +
        'Colors: mostly red, a touch of rust; #808080. Materials: mostly linen, a touch of wool. ' +
        'Patterns: a touch of striped.',
    );
    expect(brief.negativePrompt).toBe('shoes, sporty, neon, leather');
    expect(palette).toEqual(['#808080']);
    expect(brief.styles).toEqual([{ kind: 'STYLE', value: 'vintage', confidence: expect.closeTo(2 / 3, 5) }]);
    const share = (pins: number): unknown => expect.closeTo(pins / 3, 5);
    expect(brief.words).toEqual([
      { kind: 'CATEGORY', word: 'shirts', share: share(2) },
      { kind: 'CATEGORY', word: 'knits', share: share(1) },
      { kind: 'STYLE', word: 'vintage', share: share(2) },
      { kind: 'COLOR', word: 'red', share: share(2) },
      { kind: 'COLOR', word: 'rust', share: share(1) },
      { kind: 'MATERIAL', word: 'linen', share: share(2) },
      { kind: 'MATERIAL', word: 'wool', share: share(1) },
      { kind: 'PATTERN', word: 'striped', share: share(1) },
    ]);
    expect(brief.exemplars).toHaveLength(3);
    expect((await read(board)).brief).toEqual(brief);
  });

  test('never says the same to show and to leave out', async () => {
    const board = await makeBoard(
      gateway,
      [
        { product: products['red-shirt'] ?? '' },
        { product: products['neon-shoe'] ?? '' },
        { product: products['rust-shirt'] ?? '', positive: false },
      ],
      key,
    );
    const { brief } = await read(board);
    expect(brief.prompt).toContain('some linen');
    expect(brief.prompt).toContain('some shirts');
    expect(brief.negativePrompt).toBe('rust, striped');
  });

  test('of uploads is told by what they look like, and by their colors', async () => {
    const images = await Promise.all([picture(250, 8, 8), picture(240, 4, 4), picture(20, 20, 240)]);
    const board = await makeBoard(
      gateway,
      images.map((bytes) => ({ image: { base64: bytes.toString('base64') } })),
      key,
    );
    const { brief, palette } = await read(board);
    expect(brief.prompt).toMatch(/^Fashion photograph of .*shirts/);
    expect(palette).toHaveLength(2);
    expect(palette[0]).toMatch(/^#f/);
    expect(palette[1]).toBe('#1414f0');
    expect(brief.exemplars[0]?.dominantColor).toMatch(/^#/);
  });

  test('of an empty board is empty', async () => {
    const board = await makeBoard(gateway, [], key);
    expect(await read(board)).toEqual({
      palette: [],
      brief: { prompt: '', negativePrompt: '', palette: [], styles: [], words: [], exemplars: [] },
    });
  });
});

test('a palette has what the regionProposer tells apart, the most frequent first, in whatever order they come', () => {
  const colors = ['#102040', '#112244', '#0f1f3c', '#e0d0b0', '#e2d2b4', '#c02020'];
  const palette = ['#102040', '#e0d0b0', '#c02020'];
  expect(paletteOf(colors)).toEqual(palette);
  expect(paletteOf([...colors].reverse())).toEqual(palette);
  expect(
    paletteOf(
      Array.from({ length: 20 }, (_, i) => `#${((i * 8323199) % 0xffffff).toString(16).padStart(6, '0')}`),
    ).length,
  ).toBeLessThanOrEqual(6);
});

// Failed on 2026-11-28: one request of 50 palettes stopped the event loop for more than a second.
test('a palette of many pictures compares a sample of them, and repeats nothing', () => {
  const colors = Array.from(
    { length: 500 },
    (_, i) => `#${(Math.imul(i, 0x9e3779b1) >>> 8).toString(16).padStart(6, '0')}`,
  );
  const cubeRoots = jest.spyOn(Math, 'cbrt');
  const palette = paletteOf(colors);
  // Three for each color that is compared.
  expect(cubeRoots.mock.calls.length).toBeLessThanOrEqual(3 * 128);
  cubeRoots.mockClear();
  expect(paletteOf([...colors].reverse())).toBe(palette);
  expect(cubeRoots).not.toHaveBeenCalled();
  cubeRoots.mockRestore();
  expect(palette).toHaveLength(6);
});
