import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { pino } from 'pino';
import { z } from 'zod';
import { openEngines } from '../../src/design/open-engines.js';
import { DesignEngineName } from '../../src/design/order.js';
import { type DesignJobs, runDesignJobs } from '../../src/design/run-design-jobs.js';
import { type ChangeListener, openChangeListener } from '../../src/platform/change-listener.js';
import { colorEncoder, makeBoard, picture } from '../boards/support.js';
import { READER, seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { until } from '../support/waiting.js';
import { type Answer, startTestImageServer, type TestImageServer } from './image-server.js';
import { cancel, type Job, order, readJob } from './support.js';

let gateway: TestGateway;
let key: string;
let red: string;
let reddish: Buffer;
beforeAll(async () => {
  gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      red = toGlobalId(
        'Product',
        await seedProduct(db, {
          handle: 'dress',
          vectors: [[1, 0, 0, 0]],
          attributes: [['style', 'vintage']],
          skus: [{ code: 'D', prices: { eu: 9_000 } }],
        }),
      );
    },
    { encoder: colorEncoder, designEngines: new Set([DesignEngineName.LOCAL, DesignEngineName.DIFFUSION]) },
  );
  key = await seedApiKey(gateway.db, { scopes: READER });
  reddish = await picture(200, 60, 20);
});
afterAll(() => gateway.close());

let server: TestImageServer;
let changes: ChangeListener;
let worker: DesignJobs;
beforeEach(async () => {
  server = await startTestImageServer();
  const { connectionString } = z.object({ connectionString: z.string() }).parse(gateway.db.options);
  changes = openChangeListener({ url: connectionString, log: pino({ level: 'silent' }) });
});
afterEach(async () => {
  await worker.close();
  await changes.close();
  await server.close();
  await gateway.db.query('DELETE FROM design_jobs');
});

type Settings = Partial<{ api: 'automatic1111' | 'openai'; key: string; model: string }>;

function startWorker(answer: TestImageServer['answer'], settings: Settings = {}): void {
  server.answer = answer;
  const { db, services } = gateway;
  const { catalogImages: images, uploads } = services;
  const diffusion = { url: server.url, api: 'automatic1111' as const, key: null, model: null, ...settings };
  const engines = openEngines({ encoderFolder: 'unused', diffusion }, { images, uploads });
  worker = runDesignJobs({
    db,
    encoder: colorEncoder,
    engines,
    uploads,
    changes,
    log: pino({ level: 'silent' }),
  });
}

async function ordered(input: object = {}): Promise<Job> {
  const board = await makeBoard(gateway, [{ product: red }], key);
  const { job, userErrors } = await order(
    gateway,
    { board, engine: 'DIFFUSION', count: 1, seed: 's', ...input },
    key,
  );
  expect(userErrors).toEqual([]);
  if (job === null) throw new Error('an order without errors has a job');
  return job;
}

async function ended(id: string): Promise<Job> {
  const read: { job: Job | null } = { job: null };
  await until('the job has ended', async () => {
    read.job = await readJob(gateway, id, key);
    return (read.job?.endedAt ?? null) !== null;
  });
  if (read.job === null) throw new Error('it was read');
  return read.job;
}

describe('automatic1111', () => {
  // https://github.com/dkackman/diffusers-workflow/issues/133: a filter answers with a black picture, and says nothing of it.
  test('has its black pictures left out', async () => {
    const black = await picture(0, 0, 0);
    startWorker(() => ({ picture: server.asked.length === 1 ? black : reddish }));
    expect(await ended((await ordered()).id)).toMatchObject({
      state: 'DONE',
      designs: [{ similarity: expect.closeTo(0.95, 2) }],
    });
    await worker.close();
    startWorker(() => ({ picture: black }));
    expect(await ended((await ordered()).id)).toMatchObject({
      state: 'FAILED',
      error: 'No picture was kept: each is black, as filters of image generators leave it.',
    });
  });

  test('is asked for what the board has in common, and what it requires comes first', async () => {
    startWorker(() => ({ picture: reddish }), { key: 'shop:secret', model: 'photo-xl' });
    const { id } = await ordered({ constraints: { types: ['dress'], materials: ['wool'] } });
    const { state, designs } = await ended(id);
    expect([state, designs[0]?.garment, designs[0]?.similarity]).toEqual([
      'DONE',
      null,
      expect.closeTo(0.95, 2),
    ]);
    const [first, second] = server.asked;
    expect(first?.path).toBe('/sdapi/v1/txt2img');
    expect(first?.headers.authorization).toBe(`Basic ${Buffer.from('shop:secret').toString('base64')}`);
    expect(first?.body).toMatchObject({
      override_settings: { sd_model_checkpoint: 'photo-xl' },
      batch_size: 1,
    });
    expect(first?.body['prompt']).toMatch(/A dress of wool\..*vintage/);
    expect(designs[0]?.prompt).toBe(first?.body['prompt']);
    // Another candidate, with another seed.
    expect(second?.body['seed']).not.toBe(first?.body['seed']);
  });

  test('starts from the picture of a pin that was uploaded', async () => {
    const board = await makeBoard(
      gateway,
      [{ image: { base64: (await picture(230, 20, 20)).toString('base64') } }],
      key,
    );
    startWorker(() => ({ picture: reddish }));
    const { id } = await ordered({ board });
    await ended(id);
    expect(server.asked[0]?.path).toBe('/sdapi/v1/img2img');
  });

  // AUTOMATIC1111/stable-diffusion-webui#3972: some versions put a prefix before the data.
  test('may put a data: prefix before a picture', async () => {
    startWorker(() => ({ picture: reddish, prefix: 'data:image/png;base64,' }));
    expect((await ended((await ordered()).id)).state).toBe('DONE');
  });
});

describe('openai', () => {
  test('is asked for base64, and for nothing that it does not take', async () => {
    startWorker(() => ({ picture: reddish }), { api: 'openai', key: 'sk-1', model: 'dall-e-3' });
    expect((await ended((await ordered()).id)).state).toBe('DONE');
    expect(server.asked[0]).toMatchObject({
      path: '/v1/images/generations',
      headers: { authorization: 'Bearer sk-1' },
      body: { model: 'dall-e-3', n: 1, response_format: 'b64_json' },
    });
  });

  // https://github.com/vercel/ai/pull/12838 and https://github.com/genkit-ai/genkit/issues/3346
  test.each(['gpt-image-1', 'chatgpt-image-latest', 'openai/gpt-image-1'])(
    'refuses response_format with %s, which has base64 only',
    async (model) => {
      startWorker(() => ({ picture: reddish }), { api: 'openai', model });
      expect((await ended((await ordered()).id)).state).toBe('DONE');
      expect(server.asked[0]?.body).not.toHaveProperty('response_format');
    },
  );

  test('is sent a picture to start from as a file', async () => {
    const base64 = (await picture(230, 20, 20)).toString('base64');
    const board = await makeBoard(gateway, [{ image: { base64 } }], key);
    startWorker(() => ({ picture: reddish }), { api: 'openai' });
    expect((await ended((await ordered({ board })).id)).state).toBe('DONE');
    expect(server.asked[0]).toMatchObject({
      path: '/v1/images/edits',
      body: { image: 'image/png start.png' },
    });
  });
});

describe('what goes wrong', () => {
  test.each<[string, Answer, string]>([
    [
      'a prompt that is refused',
      {
        status: 400,
        json: {
          error: { message: 'Your request was rejected by the safety system.', code: 'moderation_blocked' },
        },
      },
      'The image generator answered with status 400: Your request was rejected by the safety system.',
    ],
    [
      'a wrong key',
      { status: 401, json: { detail: 'Incorrect username or password' } },
      'The image generator answered with status 401: Incorrect username or password',
    ],
    [
      'a redirect, which could lead anywhere',
      { redirect: 'http://169.254.169.254/' },
      'The image generator answered with status 302.',
    ],
    [
      'an endless answer',
      { bytes: 33 * 1024 * 1024 },
      'The image generator answered with more than 33554432 bytes.',
    ],
  ])('%s fails the job', async (_, answer, error) => {
    startWorker(() => answer);
    expect(await ended((await ordered()).id)).toMatchObject({ state: 'FAILED', error });
    expect(server.asked).toHaveLength(1);
  });

  test.each<[string, Answer]>([
    // AUTOMATIC1111/stable-diffusion-webui#9722: a proxy that waits for a minute only.
    ['the page of a proxy', { status: 504, html: '<html><h1>504 Gateway Time-out</h1></html>' }],
    ['a busy server', { status: 429, json: { error: { message: 'Rate limit reached' } } }],
    [
      'a server that is out of memory',
      {
        status: 500,
        json: { error: 'OutOfMemoryError', detail: '', body: '', errors: 'CUDA out of memory.' },
      },
    ],
    ['a server that restarts', 'hang up'],
    ['an answer without a picture', { status: 200, json: { images: [] } }],
  ])('%s is asked again later', async (_, answer) => {
    startWorker((_asked, number) => (number === 1 ? answer : { picture: reddish }));
    const { id } = await ordered();
    await until('it failed once', async () => (await readJob(gateway, id, key))?.error !== null);
    expect((await ended(id)).state).toBe('DONE');
  });

  test('a picture that is none is not kept', async () => {
    startWorker(() => ({ picture: Buffer.from('<svg onload="alert(1)"/>') }));
    expect(await ended((await ordered()).id)).toMatchObject({ state: 'FAILED', designs: [] });
  });

  test('a copy of a product is not kept', async () => {
    const copy = await picture(255, 0, 0);
    startWorker(() => ({ picture: copy }));
    expect((await ended((await ordered()).id)).error).toContain('a copy of a product');
  });

  test('a slow server is left alone when the job is canceled', async () => {
    startWorker(() => 'never');
    const { id } = await ordered();
    await until('it is asked', () => server.asked.length > 0);
    await cancel(gateway, id, key);
    // The worker is free for the next one.
    server.answer = () => ({ picture: reddish });
    expect((await ended((await ordered()).id)).state).toBe('DONE');
  });
});
