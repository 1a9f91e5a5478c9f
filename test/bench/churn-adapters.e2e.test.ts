import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { adapterNames, loadAdapter } from '../../bench/churn/adapters.js';
import { runNode } from '../support/process.js';

/** What every adapter of the churn benchmark has to do, seen in a short run of all that can run here. */

const file = (path: string): string => fileURLToPath(new URL(`../../bench/${path}`, import.meta.url));
const RUN = ['--import', file('typescript.js'), file('churn/main.ts')];
/** Small, but each of the 20 probes disappears and comes back. */
const SMALL = [
  '--products',
  '400',
  '--dimension',
  '32',
  '--searches',
  '128',
  '--seconds',
  '1',
  '--rounds',
  '1',
];
const WITHIN_MS = 400_000;

const shape = z.object({ shown: z.number(), filterLeaks: z.number() });
const report = z.object({
  contenders: z.array(
    z.object({
      name: z.string(),
      version: z.string().min(1),
      figures: z.object({ shapes: z.array(shape), lost: z.number() }),
    }),
  ),
  skipped: z.array(z.object({ name: z.string(), reason: z.string().min(1) })),
  failed: z.array(z.object({ name: z.string(), error: z.string() })),
});

/** The servers that adapters need. */
const env = Object.fromEntries(
  ['QDRANT_URL', 'QDRANT_API_KEY', 'PGVECTOR_URL'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  }),
);

test('every adapter describes itself and says whether it can run', async () => {
  const names = await adapterNames();
  expect(names).toEqual(expect.arrayContaining(['exact', 'pgvector', 'qdrant', 'vitrine']));
  for (const name of names) {
    const { title, about, unavailable } = await loadAdapter(name);
    expect(title).not.toBe('');
    expect(about).toMatch(/\.$/);
    expect(await unavailable()).not.toBe('');
  }
});

test(
  'every adapter that can run keeps SQL true, follows the filters, and loses no change',
  async () => {
    const out = await mkdtemp(join(tmpdir(), 'vitrine-churn-'));
    try {
      const { code, stderr } = await runNode([...RUN, ...SMALL, '--out', out], { env }).ended;
      const found = report.parse(JSON.parse(await readFile(join(out, 'churn.json'), 'utf8')));
      expect({ failed: found.failed, code }).toEqual({ failed: [], code: 0 });
      expect(stderr).toContain('round 1 of 1, vitrine: judging answers beside changes');
      expect([...found.contenders, ...found.skipped].map(({ name }) => name).sort()).toEqual(
        await adapterNames(),
      );
      for (const { name, figures } of found.contenders) {
        const filterLeaks = figures.shapes.reduce((sum, one) => sum + one.filterLeaks, 0);
        expect({ name, filterLeaks, lost: figures.lost }).toEqual({ name, filterLeaks: 0, lost: 0 });
        expect(figures.shapes.every(({ shown }) => shown > 0)).toBe(true);
      }
      expect(await readFile(join(out, 'churn.html'), 'utf8')).toContain('Searching a shop while it sells');
    } finally {
      await rm(out, { recursive: true });
    }
  },
  WITHIN_MS,
);

test.each([
  [['--adapters', 'exact,nobody'], 'There is no adapter nobody: there are '],
  [['--products', '3'], 'It takes a whole number from 200 on.'],
  [['--vectors', 'no-such.fvecs'], 'no such file'],
])('a wrong option ends it at once: %j', async (options, message) => {
  const { code, stderr } = await runNode([...RUN, ...options]).ended;
  expect(stderr).toContain(message);
  expect(code).not.toBe(0);
});
