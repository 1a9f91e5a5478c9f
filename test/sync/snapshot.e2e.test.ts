import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readManifest } from '../../src/vision/manifest.js';
import { seedChannels, seedEncoder, seedProduct, setStock } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { vitrine, type Running } from '../support/process.js';
import { smallEncoderFolder } from '../support/small-encoder.js';
import { until } from '../support/waiting.js';

let database: TestDatabase;
let folder: string;
const started: Running[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'vitrine-snapshot-'));
  await seedChannels(database.db);
  await seedEncoder(database.db, await readManifest(smallEncoderFolder()));
  for (const handle of ['shirt', 'jumper', 'boots'])
    await seedProduct(database.db, {
      handle,
      vectors: [[1, 0, 0, 0]],
      skus: [{ code: handle.toUpperCase() }],
    });
});
afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all(started.map(({ ended }) => ended));
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const env = () => ({ DATABASE_URL: database.url, VITRINE_DATA: folder, VITRINE_DEMO: '0', PORT: '0' });

async function serve(): Promise<Running> {
  const gateway = vitrine(['serve'], { env: env() });
  started.push(gateway);
  await gateway.says(/Press Ctrl-C to stop/);
  return gateway;
}

const snapshots = (): Promise<string[]> => readdir(join(folder, 'index')).catch(() => []);

test('a gateway that is killed, or stopped, is followed on from its snapshot', async () => {
  const first = await serve();
  await until('there is a snapshot', async () =>
    (await snapshots()).some((name) => !name.endsWith('.draft')),
  );
  await setStock(database.db, 'SHIRT', 0);
  first.child.kill('SIGKILL');
  await first.ended;
  await seedProduct(database.db, { handle: 'dress', vectors: [[0, 1, 0, 0]], skus: [{ code: 'DRESS' }] });

  const second = await serve();
  await second.says(/loaded from its snapshot/);
  const checked = await vitrine(['reconcile', '--check'], { env: env() }).ended;
  expect(checked.stdout).toMatch(/compared 4 images in .*; nothing differs/);
  await database.db.query(`DELETE FROM products WHERE handle = 'boots'`);
  second.interrupt();
  expect(await second.ended).toMatchObject({ code: 0 });

  const third = await serve();
  await third.says(/loaded from its snapshot/);
  const again = await vitrine(['reconcile', '--check'], { env: env() }).ended;
  expect(again.stdout).toMatch(/compared 3 images in .*; nothing differs/);
  expect(await snapshots()).toHaveLength(1);
});
