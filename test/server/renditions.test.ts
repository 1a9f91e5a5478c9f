import { expect, test } from '@jest/globals';
import sharp from 'sharp';
import { createRenditions } from '../../src/server/renditions.js';

const payer = { name: 'payer', pay: () => undefined, owe: () => undefined };
const sender = (name: string) => ({ name, pay: async () => payer });
const wanted = (id: string) => ({ id, width: 48, format: 'png' }) as const;

/** An image of a color of its own. */
const load = (id: string): Promise<Buffer> =>
  sharp({ create: { width: 48, height: 48, channels: 3, background: { r: Number(id), g: 0, b: 0 } } })
    .png()
    .toBuffer();

// Failed on 2026-11-30: the renditions that were not used for the longest time went, whoever had rendered the others.
test('a client that renders many pictures pushes out its own, not those of others', async () => {
  // About four of them, which have about the size of their originals, and a kilobyte for each.
  const renditions = createRenditions(load, () => undefined, 4.5 * ((await load('1')).byteLength + 1024));
  const isKnown = (id: string): boolean => renditions.known(wanted(id)) !== null;

  await renditions.render(wanted('1'), sender('shopper'));
  for (const id of ['2', '3', '4', '5', '6', '7', '8']) await renditions.render(wanted(id), sender('many'));

  expect(isKnown('1')).toBe(true);
  expect(isKnown('2')).toBe(false);
  expect(isKnown('8')).toBe(true);
});

// Failed on 2026-11-30: only their bytes counted, so that millions of the smallest took gigabytes.
test('the smallest pictures count as what they take of the memory', async () => {
  const renditions = createRenditions(load, () => undefined, 4_000);
  for (const id of ['1', '2', '3', '4', '5', '6']) await renditions.render(wanted(id), sender('many'));
  expect(
    ['1', '2', '3', '4', '5', '6'].filter((id) => renditions.known(wanted(id)) !== null).length,
  ).toBeLessThan(4);
});
