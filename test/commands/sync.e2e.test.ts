import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openQdrantIndex } from '../../src/vector-index/qdrant/qdrant-index.js';
import { MATCH_ALL } from '../../src/vector-index/port.js';
import { tag } from '../../src/projection/tags.js';
import { readManifest } from '../../src/vision/manifest.js';
import { ENCODER, seedChannels, seedEncoder, seedProduct, setStock } from '../support/catalog.js';
import { valueOf } from '../metrics/support.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { vitrine, type Running } from '../support/process.js';
import { noQdrant, testCollection, type TestCollection } from '../support/qdrant.js';
import { until } from '../support/waiting.js';

test('without a Qdrant it says that there is nothing to do', async () => {
  const { code, stderr } = await vitrine(['sync']).ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^There is no shared index[^\n]*set QDRANT_URL[^\n]*\n$/);
});

test('a Qdrant that is not there is named', async () => {
  const database = await createTestDatabase();
  try {
    const env = { DATABASE_URL: database.url, QDRANT_URL: 'http://127.0.0.1:1' };
    const { code, stderr } = await vitrine(['sync', '--once'], { env }).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/Qdrant at http:\/\/127\.0\.0\.1:1 cannot be used: check QDRANT_URL/);
    expect(stderr).not.toMatch(/\n\s+at /);
  } finally {
    await database.drop();
  }
});

// Failed on 2026-11-30: it had no metrics, and ended when Qdrant was away.
test('it serves metrics and health, also while it waits for Qdrant', async () => {
  const database = await createTestDatabase();
  await seedChannels(database.db);
  const env = { DATABASE_URL: database.url, QDRANT_URL: 'http://127.0.0.1:1' };
  const worker = vitrine(['sync'], { env });
  try {
    const [, url = ''] = await worker.says(/Metrics are at (\S+)\/metrics/);
    let text = '';
    await until('it has failed to open the index, and listens to Postgres', async () => {
      text = await (await fetch(`${url}/metrics`)).text();
      const failing = (work: string) => valueOf(text, 'vitrine_background_failing', { work });
      return failing('index') === 1 && failing('notifications') === 0;
    });
    expect(valueOf(text, 'vitrine_index_lag_seconds')).toBeGreaterThanOrEqual(0);
    expect(valueOf(text, 'vitrine_background_failures_total', { work: 'index' })).toBeGreaterThan(0);
    expect(valueOf(text, 'vitrine_postgres_waiting', { pool: 'background' })).toBe(0);
    expect(valueOf(text, 'process_resident_memory_bytes')).toBeGreaterThan(0);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect(await (await fetch(`${url}/health/ready`)).json()).toMatchObject({ status: 'degraded' });

    const taken = { ...env, VITRINE_METRICS_PORT: new URL(url).port };
    const other = await vitrine(['sync'], { env: taken }).ended;
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('set VITRINE_METRICS_PORT') });
    worker.interrupt();
    expect(await worker.ended).toMatchObject({ code: 0 });
  } finally {
    worker.child.kill('SIGKILL');
    await worker.ended;
    await database.drop();
  }
});

if (noQdrant !== undefined) console.log(`Workers on a Qdrant are skipped: ${noQdrant}.`);
(noQdrant === undefined ? describe : describe.skip)('with a Qdrant', () => {
  let database: TestDatabase;
  let collection: TestCollection;
  let folder: string;
  let encoder: { readonly id: string; readonly dimension: number };
  let env: Record<string, string>;
  const running: Running[] = [];
  const unit = (axis: number): number[] => Array.from({ length: encoder.dimension }, (_, i) => +(i === axis));

  beforeAll(async () => {
    database = await createTestDatabase();
    await seedChannels(database.db);
    folder = await encoderFolder();
    encoder = await readManifest(folder);
    await seedEncoder(database.db, encoder);
    await seedProduct(database.db, { handle: 'shirt', vectors: [unit(0)], skus: [{ code: 'SHIRT' }] });
    collection = testCollection();
    env = {
      DATABASE_URL: database.url,
      QDRANT_URL: collection.url,
      QDRANT_COLLECTION: collection.collection,
      ...(collection.apiKey !== null && { QDRANT_API_KEY: collection.apiKey }),
      VITRINE_ENCODER: folder,
    };
  });
  afterAll(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
    await collection.drop();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  test('--once fills the collection, and catches up with what came since', async () => {
    const once = await vitrine(['sync', '--once'], { env }).ended;
    expect(once).toMatchObject({ code: 0 });
    expect(once.stdout).toMatch(/^Caught up: .*1 images\.$/m);
    await seedProduct(database.db, { handle: 'jumper', vectors: [unit(1)], skus: [{ code: 'JUMPER' }] });
    expect((await vitrine(['sync', '--once'], { env }).ended).stdout).toMatch(/2 images\.$/m);
  });

  test('where one of several workers is killed another goes on', async () => {
    const { apiKey, ...server } = collection;
    const index = await openQdrantIndex({
      ...server,
      ...(apiKey !== null && { apiKey }),
      encoder: encoder.id,
      dimension: encoder.dimension,
    });
    const sellable = async (): Promise<number> => {
      const filter = { ...MATCH_ALL, clauses: [[tag.sellable('eu')]] };
      const [found] = await index.search([{ vector: Float32Array.from(unit(0)), filter, limit: 10 }]);
      return found?.matches.length ?? 0;
    };
    const untilSellable = (products: number): Promise<void> =>
      until(`${products} products can be bought`, async () => (await sellable()) === products);
    const workers = [vitrine(['sync'], { env }), vitrine(['sync'], { env })];
    running.push(...workers);
    for (const worker of workers)
      await worker.says(/Copying changes from Postgres to .*, which has 2 images/);
    const [one, other] = workers;

    await setStock(database.db, 'SHIRT', 0);
    await untilSellable(1);
    one?.child.kill('SIGKILL');
    await setStock(database.db, 'JUMPER', 0);
    await untilSellable(0);
    await setStock(database.db, 'SHIRT', 5);
    await untilSellable(1);

    other?.interrupt();
    expect(await other?.ended).toMatchObject({ code: 0 });
  });
});

/** The folder of an encoder whose graph no worker loads. */
async function encoderFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-encoder-'));
  const [name, version] = ENCODER.id.split('@');
  const graph = 'no graph';
  const manifest = {
    name,
    version,
    input: {
      name: 'image',
      size: 16,
      layout: 'NCHW',
      dtype: 'float32',
      color: 'RGB',
      scale: '1/255',
      mean: [0, 0, 0],
      std: [1, 1, 1],
    },
    outputs: [{ name: 'embedding', dim: ENCODER.dimension }],
    files: { 'model.onnx': { sha256: createHash('sha256').update(graph).digest('hex') } },
  };
  await writeFile(join(folder, 'model.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'model.onnx'), graph);
  return folder;
}
