import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { DEFAULT_ENCODER } from '../../src/vision/encoder.js';
import { createTestDatabase } from '../support/database.js';
import { vitrine } from '../support/process.js';

/** Six programs, one of them with an encoder, on a machine that is busy with other work. */
const COMMANDS_TIMEOUT_MS = 300_000;

test(
  'a merchant is told of pictures in quarantine, looks at them, and releases them',
  async () => {
    const database = await createTestDatabase();
    const folder = await mkdtemp(join(tmpdir(), 'vitrine-quarantine-'));
    try {
      const patched = new URL('../vision/attacks/middle-10-targeted-0.webp', import.meta.url);
      await copyFile(patched, join(folder, 'polo.webp'));
      const feed = join(folder, 'feed.tsv');
      const header = 'id\ttitle\timage_link\tavailability\tprice\tquantity\n';
      await writeFile(feed, `${header}polo\tPolo\tpolo.webp\tin_stock\t19.99 EUR\t3\n`);
      const env = {
        DATABASE_URL: database.url,
        VITRINE_DATA: join(folder, 'data'),
        VITRINE_ENCODER: fileURLToPath(DEFAULT_ENCODER),
      };
      const run = (...args: string[]) => vitrine(args, { env }).ended;

      const imported = await run('import', feed);
      expect(imported).toMatchObject({ code: 0 });
      expect(imported.stdout).toMatch(
        /made to deceive the search: 1 image:\n {2}line 2: The image polo\.webp has a part/,
      );

      const saved = join(folder, 'suspicious');
      const listed = await run('quarantine', 'list', '--save', saved);
      expect(listed.stdout).toMatch(/^ID +PRODUCT +REASON .*\n(\S+) +polo +patch .* no +polo\.webp\n$/);
      const [id = ''] = await readdir(saved);
      expect(listed.stdout).toContain(id);
      expect(await readFile(join(saved, id))).toEqual(await readFile(patched));

      expect(await run('quarantine', 'release')).toMatchObject({ code: 1 });
      const unknown = await run('quarantine', 'release', id, 'nonsense');
      expect(unknown.code).toBe(1);
      expect(unknown.stderr).toContain('No image nonsense was in quarantine');
      for (const said of ['1 image released.', '0 images released.']) {
        const released = await run('quarantine', 'release', id);
        expect(released.code).toBe(0);
        expect(released.stdout + released.stderr).toContain(said);
      }
      expect((await run('quarantine', 'list')).stderr).toContain('No image is in quarantine.');
    } finally {
      await database.drop();
      await rm(folder, { recursive: true });
    }
  },
  COMMANDS_TIMEOUT_MS,
);
