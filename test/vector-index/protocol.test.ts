import { serialize } from 'node:v8';
import { expect, test } from '@jest/globals';
import { pack, unpack } from '../../src/vector-index/embedded/protocol.js';
import { generator, point, unit } from './contract.js';

test('a message has each tag once, however many payloads have it', () => {
  const tags = Array.from({ length: 200 }, (_, i) => `tag ${i} `.padEnd(500, 'x'));
  const payloads = Array.from({ length: 20 }, (_, i) => ({ tags: tags.slice(i), numbers: { price: i } }));
  const random = generator(1);
  const points = Array.from({ length: 100 }, (_, i) => point(i + 1, 1, unit(random, 4), payloads[i % 20]));
  const packed = pack(points, 4);
  expect(serialize(packed).length).toBeLessThan(2 * 200 * 500);
  const unpacked = unpack(packed);
  expect(unpacked).toEqual(points);
  expect(new Set(unpacked.map(({ payload }) => payload)).size).toBe(20);
});
