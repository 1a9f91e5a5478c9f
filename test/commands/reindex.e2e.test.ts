import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DEFAULT_ENCODER } from '../../src/vision/encoder.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { vitrine } from '../support/process.js';

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'vitrine-reindex-'));
});
afterEach(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

const SECOND = fileURLToPath(new URL('../../../shared/models/efficientnet-lite0', import.meta.url));
const testSecond = existsSync(SECOND) ? test : test.skip;
if (!existsSync(SECOND)) console.log('Switching between real encoders is skipped: there is no second one.');

testSecond(
  'a gateway refuses to start with another encoder until the catalog was encoded by it',
  async () => {
    const images = fileURLToPath(new URL('../../catalog/images', import.meta.url));
    const feed = join(folder, 'feed.tsv');
    const rows = ['bh-calla-hoodie-pink', 'bh-calla-hoodie-burgundy', 'bh-dara-bomber-jacket-burgundy'];
    for (const name of rows) await copyFile(join(images, `${name}.webp`), join(folder, `${name}.webp`));
    await writeFile(
      feed,
      [
        ['id', 'title', 'image_link', 'availability', 'price', 'quantity'],
        ...rows.map((name) => [name, name, `${name}.webp`, 'in_stock', '49.99 EUR', '3']),
      ]
        .map((row) => `${row.join('\t')}\n`)
        .join(''),
    );
    const env = {
      DATABASE_URL: database.url,
      VITRINE_DATA: join(folder, 'data'),
      VITRINE_DEMO: '0',
      VITRINE_ENCODER: fileURLToPath(DEFAULT_ENCODER),
      PORT: '0',
    };
    const other = { ...env, VITRINE_ENCODER: SECOND };
    expect(await vitrine(['import', feed], { env }).ended).toMatchObject({ code: 0 });

    const refused = await vitrine(['serve'], { env: other }).ended;
    expect(refused.code).toBe(1);
    expect(refused.stdout + refused.stderr).toMatch(/encoded by garment-lite2@\S+, .*npx vitrine reindex/);

    const mended = await vitrine(['reindex'], { env: other }).ended;
    expect(mended).toMatchObject({ code: 0 });
    expect(mended.stdout).toMatch(/Encoded 3 images with efficientnet-lite0@.*\nNo gateway is running/);

    const serving = vitrine(['serve'], { env: other });
    try {
      const [, url = ''] = await serving.says(/GraphQL +(\S+)\/graphql/);
      const response = await fetch(`${url}/health/ready`);
      expect(await response.text()).toMatch(/embedded, 3 images/);
    } finally {
      serving.interrupt();
      await serving.ended;
    }
  },
);
