import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, test } from '@jest/globals';
import { DEFAULT_ENCODER } from '../../src/vision/encoder.js';
import { type Running, vitrine } from '../support/process.js';

/** A minute where nothing else runs, to encode 534 images. */
const WHOLE_CATALOG_MS = 150_000;

let folder: string;
let running: Running | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-demo-'));
});
afterEach(async () => {
  running?.child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

function serve(): Running {
  running = vitrine(['serve'], {
    env: {
      VITRINE_DATA: folder,
      VITRINE_DEMO: '1',
      VITRINE_ENCODER: fileURLToPath(DEFAULT_ENCODER),
      PORT: '0',
    },
  });
  return running;
}

async function stop(program: Running): Promise<void> {
  program.child.kill('SIGTERM');
  await program.ended;
}

// Failed on 2026-11-30: the second start was "ready, with 30 products".
test(
  'a first start that is cut short goes on with the demo catalog when it is started again',
  async () => {
    const first = serve();
    await first.says(/Importing products: [1-9]\d*\/463/);
    await stop(first);
    const second = serve();
    await second.says(/Loading the demo catalog/);
    await second.says(/with 463 products/, WHOLE_CATALOG_MS);
    await stop(second);
  },
  2 * WHOLE_CATALOG_MS,
);
