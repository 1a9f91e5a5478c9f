import { access, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { DEFAULT_ENCODER } from '../../src/vision/encoder.js';
import { vitrine, type Running } from '../support/process.js';

const PICTURE = fileURLToPath(new URL('../vision/fixtures/fmnist-dress.png', import.meta.url));
const HEADER = ['id', 'title', 'image_link', 'availability', 'price', 'quantity'];

let temporary: string;
let env: Record<string, string>;
let home: string | null = null;
let running: Running[] = [];
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'vitrine-serve-'));
  await copyFile(PICTURE, join(temporary, 'dress.png'));
  // In a folder that only this user may enter, such as a home: when this is root, the server's files are elsewhere.
  env = {
    VITRINE_DATA: join(temporary, 'data'),
    VITRINE_DEMO: '0',
    // The included encoder, because nothing else is set.
    VITRINE_ENCODER: fileURLToPath(DEFAULT_ENCODER),
    PORT: '0',
    VITRINE_PUBLIC_URL: 'https://shop.example',
  };
});
afterAll(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  if (home !== null) await rm(home, { recursive: true, force: true });
  await rm(temporary, { recursive: true, force: true });
});

function start(args: readonly string[]): Running {
  const program = vitrine(args, { env });
  running.push(program);
  void program.ended.then(() => (running = running.filter((other) => other !== program)));
  return program;
}

async function serve(): Promise<Running & { url: string; metricsUrl: string }> {
  const program = start(['serve']);
  const [, url = '', metricsUrl = ''] = await program.says(
    /GraphQL +(\S+)\/graphql\n[^]*Metrics +(\S+)\n[^]*Press Ctrl-C to stop/,
  );
  const pointer = z.object({ home: z.string().nullable(), url: z.string().nullable() });
  ({ home } = pointer.parse(
    JSON.parse(await readFile(join(env['VITRINE_DATA'] ?? '', 'postgres.json'), 'utf8')),
  ));
  return { ...program, url, metricsUrl };
}

async function feed(name: string, rows: readonly (readonly string[])[]): Promise<string> {
  const file = join(temporary, name);
  await writeFile(file, [HEADER, ...rows].map((row) => `${row.join('\t')}\n`).join(''));
  return file;
}

async function pages(url: string, authorization?: string): Promise<{ title: string; image: string }[]> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
    body: JSON.stringify({ query: '{ products(first: 10) { nodes { title images { url } } } }' }),
  });
  const product = z
    .object({ title: z.string(), images: z.array(z.object({ url: z.string() })) })
    .transform(({ title, images }) => ({ title, image: images[0]?.url ?? '' }));
  const page = z.object({
    data: z.object({ products: z.object({ nodes: z.array(product) }) }),
  });
  return page.parse(await response.json()).data.products.nodes;
}

const titles = async (url: string, authorization?: string): Promise<string[]> =>
  (await pages(url, authorization)).map(({ title }) => title);

const isStopped = async (): Promise<boolean> =>
  access(join(home ?? join(env['VITRINE_DATA'] ?? '', 'postgres'), 'data', 'postmaster.pid')).then(
    () => false,
    () => true,
  );

test('it serves until Ctrl-C, leaves nothing running, and keeps what was imported beside it', async () => {
  const first = await serve();
  expect((await fetch(`${first.url}/health/ready`)).status).toBe(200);
  expect((await fetch(`${first.url}/metrics`)).status).toBe(404);
  const metrics = await (await fetch(first.metricsUrl)).text();
  for (const work of [
    'index',
    'holds',
    'image_jobs',
    'notifications',
    'requests',
    'availability',
    'prune_uploads',
  ])
    expect(metrics).toContain(`vitrine_background_failing{work="${work}"} 0`);
  expect(await isStopped()).toBe(false);

  const rejects = join(temporary, 'rejects.tsv');
  const path = await feed('feed.tsv', [
    ['dress-1', 'Garden dress', 'dress.png', 'in_stock', '49.99 EUR', '3'],
    ['dress-2', 'Priceless dress', 'dress.png', 'in_stock', '', '3'],
  ]);
  const imported = await start(['import', path, '--rejects', rejects, '--max-rejected', '50']).ended;
  expect(imported).toMatchObject({ code: 0 });
  expect(imported.stdout).toMatch(
    /Imported 1 product with 1 SKU .*1 image encoded[^]*Rejected 1 row:\n {2}line 3: price/,
  );
  expect(await readFile(rejects, 'utf8')).toMatch(/^line\treason\n3\tprice.*\n$/);
  expect(await pages(first.url)).toEqual([
    { title: 'Garden dress', image: expect.stringMatching(/^https:\/\/shop\.example\/images\//) },
  ]);
  const { stdout: secret } = await start(['keys', 'create', 'till']).ended;
  expect(await titles(first.url, `Bearer ${secret.trimEnd()}`)).toEqual(['Garden dress']);

  first.interrupt();
  expect(await first.ended).toMatchObject({ code: 0 });
  expect(await isStopped()).toBe(true);

  const second = await serve();
  expect(await titles(second.url)).toEqual(['Garden dress']);
  second.child.kill('SIGTERM');
  expect(await second.ended).toMatchObject({ code: 0 });
  expect(await isStopped()).toBe(true);
});

test('an import of which nothing goes in fails, and stops the database that it started', async () => {
  const path = await feed('bad.tsv', [['dress-3', 'Priceless dress', 'dress.png', 'in_stock', '', '3']]);
  const imported = await start(['import', path]).ended;
  expect(imported.code).toBe(1);
  expect(imported.stdout).toMatch(/Imported 0 products[^]*line 2: price/);
  expect(await isStopped()).toBe(true);
});

test('a feed that is not there is a sentence', async () => {
  const { code, stderr } = await start(['import', join(temporary, 'absent.tsv')]).ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^The feed cannot be read: .*absent\.tsv/);
  expect(stderr).not.toMatch(/\n\s+at /);
});
