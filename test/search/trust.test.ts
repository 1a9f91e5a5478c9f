import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { DEFAULT_ENCODER, openEncoder, type OpenEncoder } from '../../src/vision/encoder.js';
import { seedMarkets } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

const FIND = /* GraphQL */ `
  query Find($like: [VisualReferenceInput!]!, $text: String) {
    visualSearch(query: { like: $like, text: $text }) {
      search {
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
    search: z.object({ trust: z.object({ score: z.number(), reason: z.string().nullable() }).nullable() }),
  }),
});

let encoder: OpenEncoder;
let gateway: TestGateway;
beforeAll(async () => {
  encoder = await openEncoder({ directory: DEFAULT_ENCODER, threads: 1 });
  gateway = await startTestGateway(seedMarkets, { encoder });
});
afterAll(async () => {
  await gateway.close();
  await encoder.close();
});

const like = async (path: string, more: Record<string, unknown> = {}) => ({
  image: { base64: (await readFile(new URL(path, import.meta.url))).toString('base64') },
  ...more,
});
const PATCHED = '../vision/attacks/middle-10-targeted-0.webp';
const ORDINARY = '../../catalog/images/cn-rafa-dress-lilac.webp';

const trustIn = async (variables: Record<string, unknown>) =>
  (await gateway.read(answer, FIND, variables)).visualSearch.search.trust;

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

test('words have no picture to trust', async () => {
  expect(await trustIn({ like: [], text: 'dress' })).toBeNull();
});
