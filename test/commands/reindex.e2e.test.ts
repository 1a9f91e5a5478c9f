import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DEFAULT_ENCODER } from '../../src/vision/encoder.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { vitrine } from '../support/process.js';
import { smallEncoderFolder } from '../support/small-encoder.js';

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'vitrine-reindex-'));
  // When this is root, the embedded Postgres runs as another user and needs to pass through this folder.
  await chmod(folder, 0o711);
});
afterEach(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

/** Four programs, each with an encoder and some with a Postgres to start, on a machine that is busy with other work. */
const STARTS_TIMEOUT_MS = 400_000;

const NAMES = ['bh-calla-hoodie-pink', 'bh-calla-hoodie-burgundy', 'bh-dara-bomber-jacket-burgundy'];

/** A feed of three products with pictures. */
async function writeFeed(): Promise<string> {
  const images = fileURLToPath(new URL('../../catalog/images', import.meta.url));
  for (const name of NAMES) await copyFile(join(images, `${name}.webp`), join(folder, `${name}.webp`));
  const feed = join(folder, 'feed.tsv');
  const rows = [
    ['id', 'title', 'image_link', 'availability', 'price', 'quantity'],
    ...NAMES.map((name) => [name, name, `${name}.webp`, 'in_stock', '49.99 EUR', '3']),
  ];
  await writeFile(feed, rows.map((row) => `${row.join('\t')}\n`).join(''));
  return feed;
}

test.each([
  ['a configured Postgres', () => ({ DATABASE_URL: database.url })],
  ['the Postgres of the data folder', () => ({})],
])(
  'a gateway refuses to start with another encoder until it encoded the catalog: %s',
  async (_, settings) => {
    const before = {
      ...settings(),
      VITRINE_DATA: join(folder, 'data'),
      VITRINE_DEMO: '0',
      VITRINE_ENCODER: fileURLToPath(DEFAULT_ENCODER),
      PORT: '0',
    };
    const after = { ...before, VITRINE_ENCODER: smallEncoderFolder() };
    expect(await vitrine(['import', await writeFeed()], { env: before }).ended).toMatchObject({ code: 0 });

    const refused = await vitrine(['serve'], { env: after }).ended;
    expect(refused.code).toBe(1);
    expect(refused.stdout + refused.stderr).toMatch(/encoded by garment-lite2@\S+, .*npx vitrine reindex/);

    const mended = await vitrine(['reindex'], { env: after }).ended;
    expect(mended).toMatchObject({ code: 0 });
    expect(mended.stdout).toMatch(/Encoded 3 images with small@.*\nNo gateway is running/);

    const serving = vitrine(['serve'], { env: after });
    try {
      const [, url = ''] = await serving.says(/GraphQL +(\S+)\/graphql/);
      const response = await fetch(`${url}/health/ready`);
      expect(await response.text()).toMatch(/embedded, 3 images/);
    } finally {
      serving.interrupt();
      await serving.ended;
    }
  },
  STARTS_TIMEOUT_MS,
);
