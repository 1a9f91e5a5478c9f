import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { DEFAULT_ENCODER, openEncoder, type OpenEncoder } from '../../src/vision/encoder.js';
import { readManifest } from '../../src/vision/manifest.js';
import { type TrustModel, trustOf } from '../../src/vision/trust.js';

/** What training/robustness/ship.py says of its pictures. */
const shipped = z.array(
  z.object({
    file: z.string(),
    reason: z.enum(['patch', 'noise']).nullable(),
  }),
);

const ATTACKS = new URL('attacks/', import.meta.url);
const CATALOG = new URL('../../catalog/images/', import.meta.url);

let encoder: OpenEncoder;
beforeAll(async () => {
  encoder = await openEncoder({ directory: DEFAULT_ENCODER, threads: 1 });
});
afterAll(() => encoder.close());

const trustIn = async (image: Uint8Array) => encoder.trustOf?.(await encoder.encode(image)) ?? null;

test('pictures that were optimized against the encoder are told as by the recipe', async () => {
  const attacks = shipped.parse(JSON.parse(await readFile(new URL('attacks.json', ATTACKS), 'utf8')));
  for (const { file, reason } of attacks) {
    const trust = await trustIn(await readFile(new URL(file, ATTACKS)));
    expect([file, trust?.reason]).toEqual([file, reason]);
  }
  expect(new Set(attacks.map(({ reason }) => reason)).size).toBe(3);
});

test('pictures of the catalog are ordinary', async () => {
  for (const name of ['cn-rafa-dress-lilac', 'cn-rafa-dress-white']) {
    const trust = await trustIn(await readFile(new URL(`${name}.webp`, CATALOG)));
    expect([name, trust?.reason]).toEqual([name, null]);
    expect(trust?.score).toBeGreaterThan(0.01);
  }
});

test('of a vector that it did not return, the encoder cannot tell', () => {
  expect(encoder.trustOf?.(new Float32Array(encoder.dimension))).toBeNull();
});

describe('the score', () => {
  const reason = { threshold: 1, clean: { deciles: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], tail: 2 } };
  const model: TrustModel = {
    encoder: 'test@1',
    output: 'suspicion',
    reasons: { patch: { ...reason, row: 0, threshold: 8 }, noise: { ...reason, row: 1, threshold: 8 } },
  };
  const of = (patch: readonly number[], noise: readonly number[]) =>
    trustOf(model, Float32Array.of(...patch, ...noise));

  test.each([
    [-1, 1],
    [0, 1],
    [2.5, 0.75],
    [9, 0.1],
    [11, 0.1 * Math.exp(-1)],
  ])('%d is as unusual as a share of %d of photographs in this way', (score, share) => {
    // In one of two ways.
    const either = 1 - (1 - share) ** 2;
    expect(of([score, -9], [0, 0]).score).toBeCloseTo(either, 6);
    expect(of([0, 0], [score, score]).score).toBeCloseTo(either, 6);
  });

  test('is of the most suspicious cell for a patch, and of all cells for noise', () => {
    expect(of([9, 0], [0, 0]).reason).toBe('patch');
    expect(of([0, 0], [9, 0]).reason).toBeNull();
    expect(of([9, 0], [12, 12]).reason).toBe('noise');
  });
});

describe('trust.json', () => {
  const change = async (text: string | null) => {
    const folder = await mkdtemp(join(tmpdir(), 'vitrine-trust-'));
    try {
      await cp(fileURLToPath(DEFAULT_ENCODER), folder, { recursive: true });
      if (text === null) await rm(join(folder, 'trust.json'));
      else await writeFile(join(folder, 'trust.json'), text);
      return await readManifest(folder).then(
        () => 'no error',
        (error: unknown) => String(error),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  test('that is missing, broken, or of another encoder is an error that names the file', async () => {
    const own = await readFile(new URL('trust.json', DEFAULT_ENCODER), 'utf8');
    expect(await change(own)).toBe('no error');
    expect(await change(null)).toMatch(/trust\.json cannot be read/);
    expect(await change('{')).toMatch(/trust\.json is not JSON/);
    expect(await change('{}')).toMatch(/trust\.json[^]*reasons/);
    expect(await change(own.replace('garment-lite2@', 'other@'))).toMatch(/trust\.json is for other@/);
  });
});
