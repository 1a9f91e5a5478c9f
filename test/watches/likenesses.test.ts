import 'reflect-metadata';
import { beforeEach, expect, test } from '@jest/globals';
import { checkProductFilter } from '../../src/catalog/product-filter.js';
import { MATCH_ALL } from '../../src/vector-index/port.js';
import { Likenesses, pictureOf } from '../../src/watches/likenesses.js';
import { Turns } from '../../src/watches/turns.js';
import type { LookWatch, WatchGroup } from '../../src/watches/watch-book.js';

const RED = [1, 0, 0, 0];
const BLUE = [0, 1, 0, 0];

let likenesses: Likenesses;
/** The numbers of the watches whose examples were compared. */
let compared: number[];
beforeEach(() => {
  likenesses = new Likenesses();
  compared = [];
});

/** A watch of what looks like a vector. */
const look = (number: number, toward: readonly number[], minCosine = 0.9): LookWatch => ({
  terms: { number, expiresAt: new Date(), minAmount: null, maxAmount: null, excluded: new Set() },
  order: number,
  examples: { positive: [Float32Array.from(toward)], negative: [] },
  get minCosine() {
    compared.push(number);
    return minCosine;
  },
});

const groupOf = (...looks: LookWatch[]): WatchGroup => ({
  key: 'group',
  channelKey: 1,
  condition: checkProductFilter(null, 'EUR'),
  filter: MATCH_ALL,
  looks,
  products: new Map(),
});

async function similar(group: WatchGroup, vector: readonly number[]): Promise<number[]> {
  compared = [];
  const { watches } = await likenesses.of(group, pictureOf(Float32Array.from(vector)), new Turns());
  return watches.map(({ number }) => number);
}

test('a picture is compared once with each watch', async () => {
  const group = groupOf(look(1, RED), look(2, BLUE), look(3, RED));
  expect(await similar(group, RED)).toEqual([1, 3]);
  expect(compared).toEqual([1, 2, 3]);
  expect(await similar(group, RED)).toEqual([1, 3]);
  expect(compared).toEqual([]);
});

test('a new watch is compared with a picture that others were compared with', async () => {
  const group = groupOf(look(1, RED), look(2, BLUE));
  await similar(group, RED);
  group.looks.push(look(3, RED));
  expect(await similar(group, RED)).toEqual([1, 3]);
  expect(compared).toEqual([3]);
});

test('another picture is compared with all', async () => {
  const group = groupOf(look(1, RED), look(2, BLUE));
  await similar(group, RED);
  expect(await similar(group, BLUE)).toEqual([2]);
  expect(compared).toEqual([1, 2]);
});

test('another group is compared by itself', async () => {
  await similar(groupOf(look(1, RED)), RED);
  expect(await similar({ ...groupOf(look(1, RED), look(2, RED)), key: 'other' }, RED)).toEqual([1, 2]);
});

test('what takes more than there is room for is compared again', async () => {
  likenesses = new Likenesses(30);
  const group = groupOf(look(1, RED), look(2, RED));
  await similar(group, RED);
  await similar(group, BLUE);
  expect(await similar(group, RED)).toEqual([1, 2]);
  expect(compared).toEqual([]);
  await similar(group, [0, 0, 1, 0]);
  await similar(group, RED);
  expect(compared).toEqual([]);
  await similar(group, BLUE);
  expect(compared).toEqual([1, 2]);
});
