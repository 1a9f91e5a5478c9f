import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Search, searchDesigns } from '../../src/design/local/search-designs.js';
import { ASPECTS, openSpace, randomGarment, type Space, violations } from '../../src/design/local/space.js';
import { Surrogate } from '../../src/design/local/surrogate.js';
import type { Wanted } from '../../src/design/order.js';
import { oklab } from '../../src/garment/color.js';
import {
  type Design as Garment,
  garmentTypes,
  parseDesign,
  patterns,
  vocabulary,
} from '../../src/garment/design.js';
import { materialsOf } from '../../src/garment/materials.js';
import { random } from '../../src/platform/random.js';
import { dot } from '../../src/vector-index/vectors.js';

const ANYTHING: Wanted = {
  ...{ types: [], colors: [], materials: [], patterns: [] },
  ...{ silhouettes: [], sleeves: [], necklines: [], lengths: [] },
};

function open(wanted: Partial<Wanted> = {}): Space {
  const space = openSpace({ ...ANYTHING, ...wanted });
  if (space === null) throw new Error('there is a garment');
  return space;
}

/** A picture's vector without a picture: each option has a direction of its own, and colors have three. */
function vectorOf(garment: Garment): Float32Array {
  const vector = new Float32Array(64);
  const add = (name: string, weight: number): void => {
    const source = random(name);
    for (let i = 0; i < 60; i += 1) vector[i] = (vector[i] ?? 0) + weight * source.between(-1, 1);
  };
  add(`type ${garment.type}`, 1);
  for (const aspect of ASPECTS) add(`${aspect} ${garment[aspect]}`, 0.4);
  const [lightness, a, b] = oklab(garment.color);
  vector.set([4 * lightness, 12 * a, 12 * b], 60);
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / length);
}

const TARGET = parseDesign({ type: 'dress', color: '#8a4a22', pattern: 'check', length: 'midi' });

function searchFor(options: Partial<Search> = {}): { search: Search; seen: Garment[]; better: number[] } {
  const seen: Garment[] = [];
  const better: number[] = [];
  return {
    seen,
    better,
    search: {
      space: open(),
      aim: { toward: vectorOf(TARGET), away: [] },
      known: [],
      others: [],
      limits: { likeness: 2, sameness: 2, price: null },
      swatches: [],
      random: random('seed'),
      budget: 96,
      look(garments) {
        seen.push(...garments);
        return Promise.resolve(garments.map(vectorOf));
      },
      onBetter: ({ score }) => better.push(score),
      ...options,
    },
  };
}

test('it comes nearer than a thousand random garments, from swatches that the encoder has seen', async () => {
  const garments = (seed: string, count: number): Garment[] => {
    const source = random(seed);
    return Array.from({ length: count }, () => randomGarment(open(), source));
  };
  const swatches = garments('swatches', 540).map((garment) => ({ garment, vector: vectorOf(garment) }));
  const toward = vectorOf(TARGET);
  const chance = Math.max(...garments('chance', 1_000).map((garment) => dot(vectorOf(garment), toward)));
  const { search, seen } = searchFor({ swatches, budget: 64 });
  const [best] = await searchDesigns(search);
  expect(best?.garment.type).toBe('dress');
  expect(best?.score).toBeGreaterThan(chance);
  expect(seen).toHaveLength(64);
});

test('the same seed finds the same, and another seed something else', async () => {
  const found = async (seed: string) =>
    (await searchDesigns(searchFor({ random: random(seed), budget: 40 }).search)).map(
      ({ garment }) => garment,
    );
  expect(await found('a')).toEqual(await found('a'));
  expect(await found('a')).not.toEqual(await found('b'));
});

test('it tells of every better garment, and draws none twice', async () => {
  const { search, seen, better } = searchFor();
  await searchDesigns(search);
  expect(better).toEqual([...better].sort((a, b) => a - b));
  expect(new Set(seen.map((garment) => JSON.stringify(garment))).size).toBe(seen.length);
  expect(seen).toHaveLength(96);
});

test('the first garment is drawn alone, so that it is seen at once', async () => {
  const batches: number[] = [];
  const look: Search['look'] = (garments) => {
    batches.push(garments.length);
    return Promise.resolve(garments.map(vectorOf));
  };
  await searchDesigns(searchFor({ look, budget: 32 }).search);
  expect(batches[0]).toBe(1);
  expect(batches.reduce((sum, count) => sum + count, 0)).toBe(32);
});

describe('limits hold', () => {
  test('nothing is a copy of a product, or of another design', async () => {
    const product = { vector: vectorOf(TARGET), price: null };
    const other = vectorOf({ ...TARGET, silhouette: 'shift' });
    const { search } = searchFor({
      known: [product],
      others: [other],
      limits: { likeness: 0.95, sameness: 0.9, price: null },
    });
    const found = await searchDesigns(search);
    expect(found.length).toBeGreaterThan(0);
    for (const { vector } of found) {
      expect(dot(vector, product.vector)).toBeLessThanOrEqual(0.95);
      expect(dot(vector, other)).toBeLessThanOrEqual(0.9);
    }
  });

  test('nothing is nearer to what is disliked', async () => {
    const away = [vectorOf({ ...TARGET, pattern: 'floral' })];
    const found = await searchDesigns(searchFor({ aim: { toward: vectorOf(TARGET), away } }).search);
    for (const { vector, score } of found) expect(dot(vector, away[0] ?? vector)).toBeLessThan(score);
  });

  test('nothing costs more', async () => {
    const known = [
      { vector: vectorOf(TARGET), price: 20_000 },
      { vector: vectorOf({ ...TARGET, type: 'skirt' }), price: 5_000 },
    ];
    const limits = { likeness: 2, sameness: 2, price: 6_000 };
    // The median of two is the higher one.
    expect(await searchDesigns(searchFor({ known, limits }).search)).toEqual([]);
    const cheap = known.map((product) => ({ ...product, price: 5_000 }));
    expect((await searchDesigns(searchFor({ known: cheap, limits }).search)).length).toBeGreaterThan(0);
  });

  const some = <T>(options: readonly T[]) =>
    fc.subarray([...options], { maxLength: Math.min(4, options.length) });
  const aspect = (name: 'silhouette' | 'sleeve' | 'neckline' | 'length') =>
    some([...new Set(Object.values(vocabulary).flatMap((words): readonly string[] => words[name] ?? []))]);
  const wanteds = fc.record<Wanted>({
    types: some(garmentTypes),
    colors: some(['#112233', '#aabbcc', '#ffffff']),
    materials: some([...new Set(Object.values(materialsOf).flat())]),
    patterns: some(patterns),
    silhouettes: aspect('silhouette'),
    sleeves: aspect('sleeve'),
    necklines: aspect('neckline'),
    lengths: aspect('length'),
  });

  test('whatever is required, every garment has it, and can be drawn', async () => {
    await fc.assert(
      fc.asyncProperty(wanteds, fc.string(), async (wanted, seed) => {
        const space = openSpace(wanted);
        if (space === null) return;
        const { search, seen } = searchFor({ space, random: random(seed), budget: 24 });
        await searchDesigns(search);
        expect(seen.length).toBeGreaterThan(0);
        for (const garment of seen) {
          expect(violations(space, garment)).toEqual([]);
          for (const [name, lists] of [
            ['material', wanted.materials],
            ['pattern', wanted.patterns],
            ['sleeve', wanted.sleeves],
          ] as const)
            if (lists.length > 0) expect(lists).toContain(garment[name]);
          if (wanted.colors.length > 0) {
            expect(wanted.colors).toContain(garment.color);
            if (garment.accent !== undefined) expect(wanted.colors).toContain(garment.accent);
          }
          // A pattern is visible.
          expect(garment.accent).not.toBe(garment.color);
          expect(garment.accent === undefined).toBe(garment.pattern === 'solid');
        }
      }),
      { numRuns: 40 },
    );
  });
});

test('a space of few garments is searched to its end', async () => {
  const space = open({ types: ['beanie'], colors: ['#112233'], materials: ['knit'] });
  const { search, seen } = searchFor({ space });
  await searchDesigns(search);
  expect(seen.map(({ silhouette }) => silhouette).sort()).toEqual(['regular', 'slouchy']);
});

// CMA-ES/pycma#203, CyberAgentAILab/cmaes#36: covariances that are no longer positive definite end searches with NaN.
test('garments that were seen again and again, with scores that contradict each other, leave the surrogate sane', () => {
  const surrogate = new Surrogate([]);
  for (let i = 0; i < 60; i += 1) surrogate.add(TARGET, i % 2 === 0 ? 0.9 : 0.1);
  const same = surrogate.guess(TARGET);
  expect(same.mean).toBeGreaterThan(0.3);
  expect(same.mean).toBeLessThan(0.7);
  expect(same.deviation).toBeGreaterThanOrEqual(0);
  const far = surrogate.guess(parseDesign({ type: 'boot', color: 'white' }));
  expect(far.deviation).toBeGreaterThan(same.deviation);
});

test('a surrogate knows what it has seen', () => {
  const coat = parseDesign({ type: 'coat', color: 'navy' });
  const surrogate = new Surrogate([
    { garment: TARGET, score: 0.9 },
    { garment: coat, score: 0.2 },
  ]);
  expect(surrogate.guess(TARGET).mean).toBeCloseTo(0.9, 1);
  expect(surrogate.guess(coat).mean).toBeCloseTo(0.2, 1);
  const between = surrogate.guess({ ...TARGET, length: 'maxi' });
  expect(between.mean).toBeGreaterThan(0.6);
});
