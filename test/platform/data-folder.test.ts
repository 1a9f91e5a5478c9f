import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { prepareDataFolder } from '../../src/platform/data-folder.js';
import { runNode } from '../support/process.js';

const BUILT = new URL('../../dist/platform/data-folder.js', import.meta.url).href;

let temporary: string;
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'vitrine-data-'));
});
afterAll(() => rm(temporary, { recursive: true, force: true }));

test('a folder that is missing is made, with those above it', async () => {
  const folder = join(temporary, 'a', 'b');
  await prepareDataFolder(folder);
  expect((await stat(folder)).isDirectory()).toBe(true);
});

test('a file in the way is named with its remedy', async () => {
  const file = join(temporary, 'file');
  await writeFile(file, '');
  await expect(prepareDataFolder(file)).rejects.toThrow(
    /is blocked by a file with the same name: .*VITRINE_DATA/,
  );
  await expect(prepareDataFolder(join(file, 'data'))).rejects.toThrow(
    /is blocked by a file with the same name: .*VITRINE_DATA/,
  );
});

test('a folder of somebody else is named with its remedy', async () => {
  // Root may write anywhere, so the process switches to another user once the program is loaded.
  const { stderr } = await runNode([
    '--input-type=module',
    '-e',
    `const { prepareDataFolder } = await import(${JSON.stringify(BUILT)});
     if (process.getuid?.() === 0) process.setuid(65534);
     await prepareDataFolder('/usr/vitrine');`,
  ]).ended;
  expect(stderr).toMatch(/\/usr\/vitrine is not writable by this user: .*VITRINE_DATA/);
});
