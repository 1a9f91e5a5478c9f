import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BlobStore } from '../../src/platform/blob-store.js';
import { openBlobs } from '../../src/platform/open-blobs.js';
import { pruneBlobs } from '../../src/platform/prune-blobs.js';
import { noS3, startS3 } from '../support/s3.js';

interface Opened {
  readonly store: BlobStore;
  /** Lets more than `ms` pass for what is stored. */
  age(ms: number): Promise<void>;
  close(): Promise<void>;
}

async function inFolder(): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-blobs-'));
  return {
    store: await openBlobs({ folder }),
    async age(ms) {
      const then = new Date(Date.now() - ms - 1);
      for (const prefix of await readdir(folder))
        for (const name of await readdir(join(folder, prefix)))
          await utimes(join(folder, prefix, name), then, then);
    },
    close: () => rm(folder, { recursive: true }),
  };
}

async function inBucket(): Promise<Opened> {
  const { bucket, close } = await startS3();
  return {
    store: await openBlobs({ bucket, prefix: 'shop/uploads' }),
    age: (ms) => sleep(ms + 1_000),
    close,
  };
}

const nothing = async (): Promise<ReadonlySet<string>> => new Set();

describe.each([
  ['a folder', inFolder, undefined],
  ['a bucket of an S3 server', inBucket, noS3],
])('blobs in %s', (name, open, missing) => {
  if (missing !== undefined) {
    console.warn(`Skipped: blobs in ${name}: ${missing}`);
    test.skip(missing, () => undefined);
    return;
  }
  let opened: Opened;
  let store: BlobStore;
  beforeAll(async () => {
    opened = await open();
    ({ store } = opened);
  });
  afterAll(() => opened.close());

  test('are found by the SHA-256 of their content, byte for byte', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);
    const sha256 = await store.put(bytes);
    expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(await store.has(sha256)).toBe(true);
    const read = await store.get(sha256);
    expect(read?.equals(bytes)).toBe(true);
    expect(await store.put(bytes)).toBe(sha256);
  });

  test('an empty blob is a blob', async () => {
    const sha256 = await store.put(new Uint8Array());
    expect(await store.get(sha256)).toHaveLength(0);
  });

  test.each(['0'.repeat(64), 'no hash', '../../etc/passwd', `${'a'.repeat(63)}/`])(
    'nothing is stored as %s',
    async (name) => {
      expect(await store.get(name)).toBeNull();
      expect(await store.has(name)).toBe(false);
    },
  );

  test('old ones are removed, except those that are wanted or were stored again', async () => {
    const [old, wanted, again] = await Promise.all(
      ['old', 'wanted', 'again'].map((text) => store.put(Buffer.from(text))),
    );
    if (old === undefined || wanted === undefined || again === undefined) throw new Error('three are stored');
    expect(await pruneBlobs(store, { ageMs: 60_000, maxBytes: Infinity }, nothing)).toBe(0);
    await opened.age(1_000);
    const asked: string[] = [];
    await pruneBlobs(store, { ageMs: 1_000, maxBytes: Infinity }, async (sha256s) => {
      asked.push(...sha256s);
      if (sha256s.includes(again)) await store.put(Buffer.from('again'));
      return new Set([wanted]);
    });
    expect(asked).toEqual(expect.arrayContaining([old, wanted, again]));
    expect(await Promise.all([old, wanted, again].map((sha256) => store.has(sha256)))).toEqual([
      false,
      true,
      true,
    ]);
  });

  // Failed on 2026-11-28: uploads of a week had no bound together.
  test('the oldest are removed while all together are too large', async () => {
    await pruneBlobs(store, { ageMs: -60_000, maxBytes: 0 }, nothing);
    const sizes = [60_000, 40_000, 20_000];
    const stored: string[] = [];
    for (const size of sizes) {
      stored.push(await store.put(Buffer.alloc(size, size / 20_000)));
      // Some stores tell ages in whole seconds.
      await sleep(1_100);
    }
    expect(await pruneBlobs(store, { ageMs: 3_600_000, maxBytes: 120_000 }, nothing)).toBe(0);
    expect(await pruneBlobs(store, { ageMs: 3_600_000, maxBytes: 50_000 }, nothing)).toBe(2);
    expect(await Promise.all(stored.map((sha256) => store.has(sha256)))).toEqual([false, false, true]);
  });

  test('the same blob stored many times at once is one blob', async () => {
    const bytes = Buffer.alloc(200_000, 7);
    const stored = await Promise.all(Array.from({ length: 20 }, () => store.put(bytes)));
    expect(new Set(stored).size).toBe(1);
    expect((await store.get(stored[0] ?? ''))?.equals(bytes)).toBe(true);
  });
});
