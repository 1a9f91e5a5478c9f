import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { type DesignEngine, type Draft, EngineError } from '../../src/design/engine.js';
import { openLocalEngine } from '../../src/design/local/local-engine.js';
import { readSwatches, SWATCHES, swatchGarment } from '../../src/design/local/swatches.js';
import type { Order } from '../../src/design/order.js';
import { DEFAULT_ENCODER } from '../../src/vision/encoder.js';

/** Starting the process and the encoder on a busy machine. */
const TIMEOUT_MS = 400_000;

let engine: DesignEngine;
let order: Order;
beforeAll(async () => {
  engine = openLocalEngine(DEFAULT_ENCODER);
  const [swatch] = await readSwatches(DEFAULT_ENCODER, 'garment-lite2@1.0.0+lab36');
  if (swatch === undefined) throw new Error('the included encoder has swatches');
  order = {
    // Two garments, so that the search is short.
    wanted: {
      ...{ types: ['beanie'], colors: ['#24452f'], materials: ['knit'], patterns: [] },
      ...{ silhouettes: [], sleeves: [], necklines: [], lengths: [] },
    },
    ...{ maxPrice: null, currency: 'EUR', seed: 'a', count: 1, prompt: '', negativePrompt: '' },
    ...{ palette: [], exemplars: [], toward: [swatch.vector], away: [], known: [] },
  };
});
afterAll(() => engine.close());

const unwatched = { progress: () => undefined, draft: () => undefined };
const never = new AbortController().signal;

test(
  'draws what is ordered, and tells of drafts',
  async () => {
    const drafts: Draft[] = [];
    let progress = 0;
    const watcher = {
      progress: (share: number) => (progress = share),
      draft: (one: Draft) => drafts.push(one),
    };
    const [design] = await engine.design(order, watcher, never);
    expect(design).toMatchObject({
      position: 0,
      prompt: null,
      garment: { type: 'beanie', color: '#24452f', material: 'knit', pattern: 'solid' },
    });
    const { width, height, format } = await sharp(design?.picture).metadata();
    expect([width, height, format]).toEqual([480, 600, 'webp']);
    expect(drafts.length).toBeGreaterThan(0);
    expect(progress).toBeGreaterThan(0);
    // The same order gives the same file.
    const [again] = await engine.design(order, unwatched, never);
    expect(Buffer.from(again?.picture ?? [])).toEqual(Buffer.from(design?.picture ?? []));
  },
  TIMEOUT_MS,
);

/** The niceness of each thread of the engines that this process has started: proc(5), field 19. */
async function nicenessOfEngines(): Promise<number[]> {
  const { pid } = process;
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean);
  const stats = await Promise.all(
    children.map(async (child) => {
      // Other tests of this process may have started decoders, which have another priority.
      const program = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
      if (!program.includes('local.process')) return [];
      const threads = await readdir(`/proc/${child}/task`);
      return Promise.all(
        threads.map((one) => readFile(`/proc/${child}/task/${one}/stat`, 'utf8').catch(() => '')),
      );
    }),
  );
  // The name of a program, in parentheses, may have spaces.
  return stats.flat().flatMap((text) =>
    text
      .replace(/^.*\) /s, '')
      .split(' ')
      .slice(16, 17)
      .map(Number),
  );
}

(process.platform === 'linux' ? test : test.skip)(
  'whatever draws and encodes gives way to all else',
  async () => {
    let niceness: Promise<number[]> | undefined;
    const watcher = { ...unwatched, draft: () => (niceness ??= nicenessOfEngines()) };
    await engine.design(order, watcher, never);
    const seen = (await niceness) ?? [];
    expect(seen.length).toBeGreaterThan(10);
    expect(new Set(seen)).toEqual(new Set([19]));
  },
  TIMEOUT_MS,
);

test(
  'an order that nothing meets is refused, and the process goes on',
  async () => {
    const refused = { ...order, known: order.toward.map((vector) => ({ product: 1, vector, price: 9_000 })) };
    await expect(engine.design({ ...refused, maxPrice: 1_000 }, unwatched, never)).rejects.toThrow(
      'Every garment that is as ordered',
    );
    expect(await engine.design(order, unwatched, never)).toHaveLength(1);
  },
  TIMEOUT_MS,
);

test(
  'an order that is canceled ends at once, and the next one is done',
  async () => {
    const cancel = new AbortController();
    const long = engine.design(
      { ...order, wanted: { ...order.wanted, types: [], colors: [], materials: [] } },
      { ...unwatched, draft: () => cancel.abort(new Error('canceled')) },
      cancel.signal,
    );
    await expect(long).rejects.toThrow('canceled');
    expect(await engine.design(order, unwatched, never)).toHaveLength(1);
  },
  TIMEOUT_MS,
);

test(
  'an encoder that cannot be opened fails the order, which may pass later',
  async () => {
    const broken = openLocalEngine(new URL('file:///nowhere/'));
    const failure = await broken.design(order, unwatched, never).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EngineError);
    expect(failure).toMatchObject({ mayPass: true });
    await broken.close();
  },
  TIMEOUT_MS,
);

test('swatches are of the encoder that they are beside, and of all kinds of garments', async () => {
  const swatches = await readSwatches(DEFAULT_ENCODER, 'garment-lite2@1.0.0+lab36');
  expect(swatches).toHaveLength(SWATCHES);
  expect(swatches[1]?.garment).toEqual(swatchGarment(1));
  expect(new Set(swatches.map(({ garment }) => garment.type)).size).toBe(27);
  await expect(readSwatches(DEFAULT_ENCODER, 'other@1.0.0')).rejects.toThrow('do not belong together');
  expect(await readSwatches(new URL('file:///nowhere/'), 'any')).toEqual([]);
});
