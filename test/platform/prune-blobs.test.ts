import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { StoredBlob } from '../../src/platform/blob-store.js';
import { pruneBlobs } from '../../src/platform/prune-blobs.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** What the smallest file counts as. */
const LEAST_BYTES = 16 * 1024;
const nothing = async (): Promise<ReadonlySet<string>> => new Set();

const shaOf = (age: number): string => createHash('sha256').update(String(age)).digest('hex');

/** A store with a blob for each of these ages in milliseconds, which lists them in the order of their hashes. */
function storeOf(ages: readonly number[], bytes: number) {
  const now = Date.now();
  const blobs = new Map<string, StoredBlob>();
  for (const age of [...ages].sort((a, b) => (shaOf(a) < shaOf(b) ? -1 : 1)))
    blobs.set(shaOf(age), { sha256: shaOf(age), bytes, storedAt: new Date(now - age) });
  return {
    async *list() {
      yield* [...blobs.values()];
    },
    remove: async ({ sha256 }: Pick<StoredBlob, 'sha256'>) => blobs.delete(sha256),
    /** The ages of those that are left, the youngest first. */
    left: () => ages.filter((age) => blobs.has(shaOf(age))).sort((a, b) => a - b),
  };
}

/** Seven in each minute. */
const AGES = Array.from({ length: 700 }, (_, index) => 1_000 + index * 8_765);

// Failed on 2026-11-30: pictures of one pixel counted as 70 bytes, so that one address could use up the files of a disk.
test('the smallest file counts as what file systems have for one', async () => {
  const store = storeOf(AGES, 70);
  expect(await pruneBlobs(store, { ageMs: DAY_MS, maxBytes: 50 * LEAST_BYTES }, nothing)).toBe(650);
  expect(store.left()).toEqual(AGES.slice(0, 50));
});

test('the oldest go first, whatever the order in which they are listed', async () => {
  const store = storeOf(AGES, 100_000);
  expect(await pruneBlobs(store, { ageMs: DAY_MS, maxBytes: 699 * 100_000 }, nothing)).toBe(1);
  expect(store.left()).toEqual(AGES.slice(0, 699));
  expect(await pruneBlobs(store, { ageMs: DAY_MS, maxBytes: 123 * 100_000 }, nothing)).toBe(576);
  expect(store.left()).toEqual(AGES.slice(0, 123));
  expect(await pruneBlobs(store, { ageMs: 100_000, maxBytes: 123 * 100_000 }, nothing)).toBe(111);
  expect(store.left()).toEqual(AGES.filter((age) => age <= 100_000));
  expect(await pruneBlobs(store, { ageMs: DAY_MS, maxBytes: 0 }, nothing)).toBe(12);
});

test('younger ones make room where older ones are wanted, and all may be wanted', async () => {
  const store = storeOf(AGES, 100_000);
  const oldest = AGES.slice(200);
  const wanted = async () => new Set(oldest.map(shaOf));
  expect(await pruneBlobs(store, { ageMs: DAY_MS, maxBytes: 600 * 100_000 }, wanted)).toBe(100);
  const left = store.left();
  expect(left).toHaveLength(600);
  expect(left).toEqual(expect.arrayContaining(oldest));
  expect(await pruneBlobs(store, { ageMs: 0, maxBytes: 0 }, wanted)).toBe(100);
  expect(store.left()).toEqual(oldest);
});
