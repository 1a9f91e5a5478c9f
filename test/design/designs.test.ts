import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { fromGlobalId, toGlobalId } from 'graphql-relay';
import { pino } from 'pino';
import { z } from 'zod';
import { designJobsGauge } from '../../src/design/design-gauge.js';
import { countWaiting } from '../../src/design/design-job.store.js';
import { designedUploads } from '../../src/design/design.store.js';
import {
  type DesignEngine,
  type Draft,
  type Drawn,
  EngineError,
  type Watcher,
} from '../../src/design/engine.js';
import { DesignEngineName } from '../../src/design/order.js';
import { pruneDesigns } from '../../src/design/prune-designs.js';
import { type DesignJobs, runDesignJobs } from '../../src/design/run-design-jobs.js';
import { parseDesign } from '../../src/garment/design.js';
import { type ChangeListener, openChangeListener } from '../../src/platform/change-listener.js';
import { transaction } from '../../src/platform/postgres.js';
import { messageBody, type StoredMessage } from '../../src/webhooks/message-body.js';
import { uploadIdToSha256 } from '../../src/images/upload-id.js';
import { colorEncoder, makeBoard, picture, writeBoard } from '../boards/support.js';
import { READER, seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { openClient, subscribe } from '../support/subscriptions.js';
import { until, waiting } from '../support/waiting.js';
import { cancel, engineOf, JOB, job as jobShape, type Job, order, readJob } from './support.js';

let gateway: TestGateway;
let sockets: string;
let red: string;
let blue: string;
let ours: string;
let theirs: string;
beforeAll(async () => {
  gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      const product = async (handle: string, vector: number[], price: number): Promise<string> =>
        toGlobalId(
          'Product',
          await seedProduct(db, {
            handle,
            vectors: [vector],
            skus: [{ code: handle, prices: { eu: price } }],
          }),
        );
      red = await product('red-dress', [1, 0, 0, 0], 9_000);
      blue = await product('blue-coat', [0, 0, 1, 0], 20_000);
    },
    { encoder: colorEncoder },
  );
  sockets = await gateway.listen();
  ours = await seedApiKey(gateway.db, { scopes: READER });
  theirs = await seedApiKey(gateway.db, { scopes: READER });
});
afterAll(() => gateway.close());

let changes: ChangeListener;
let workers: DesignJobs[];
beforeEach(() => {
  const { connectionString } = z.object({ connectionString: z.string() }).parse(gateway.db.options);
  changes = openChangeListener({ url: connectionString, log: pino({ level: 'silent' }) });
  changes.onChange(() => gateway.services.designProgress.wake(), 'design_jobs');
  workers = [];
});
afterEach(async () => {
  for (const worker of workers) await worker.close();
  await changes.close();
  await gateway.db.query('DELETE FROM design_jobs');
});

function startWorker(local: DesignEngine, encoder = colorEncoder): DesignJobs {
  const { db, services } = gateway;
  const engines = new Map([[DesignEngineName.LOCAL, local]]);
  const log = pino({ level: 'silent' });
  const worker = runDesignJobs({ db, encoder, engines, uploads: services.uploads, changes, log });
  workers.push(worker);
  return worker;
}

const garment = parseDesign({ type: 'dress', color: '#c83c14' });
const drawn = async (color: [number, number, number], position = 0): Promise<Drawn> => ({
  position,
  picture: await picture(...color),
  garment,
  prompt: null,
});
/** Red enough, and no copy of the red product. */
const reddish = engineOf(async () => [await drawn([200, 60, 20])]);

const redBoard = (secret = ours): Promise<string> => makeBoard(gateway, [{ product: red }], secret);

async function ordered(input: object = {}, secret = ours): Promise<Job> {
  const { job, userErrors } = await order(gateway, { board: await redBoard(secret), ...input }, secret);
  expect(userErrors).toEqual([]);
  if (job === null) throw new Error('an order without errors has a job');
  return job;
}

const similarShape = z.object({
  design: z.object({ similarProducts: z.object({ nodes: z.array(z.object({ handle: z.string() })) }) }),
});

async function untilState(id: string, state: string, secret = ours): Promise<Job> {
  const read: { job: Job | null } = { job: null };
  await until(`the job is ${state}`, async () => {
    read.job = await readJob(gateway, id, secret);
    return read.job?.state === state;
  });
  if (read.job === null) throw new Error('it was read');
  return read.job;
}

describe('a board becomes a design', () => {
  test('with what was measured of it', async () => {
    const { id } = await ordered({ count: 1 });
    startWorker(reddish);
    const job = await untilState(id, 'DONE');
    const cosine = 200 / Math.hypot(200, 60, 20);
    expect(job).toMatchObject({ progress: 1, error: null, engine: 'LOCAL' });
    expect(job.designs).toEqual([
      expect.objectContaining({
        isFinished: true,
        similarity: expect.closeTo(cosine, 2),
        novelty: expect.closeTo(1 - cosine, 2),
        garment: { type: 'dress', color: '#c83c14' },
        // The median of two prices.
        estimatedPrice: { amount: '200.00', currencyCode: 'EUR' },
        nearestProduct: { handle: 'red-dress' },
      }),
    ]);
  });

  test('whose picture is downloaded, searched by, and pinned', async () => {
    const board = await redBoard();
    const { job: created } = await order(gateway, { board, count: 1 }, ours);
    startWorker(reddish);
    const [design] = (await untilState(created?.id ?? '', 'DONE')).designs;
    if (design === undefined) throw new Error('it has a design');
    const { pathname } = new URL(design.image.url);
    expect((await gateway.http.inject(pathname)).statusCode).toBe(200);
    const similar = await gateway.read(
      similarShape,
      'query ($id: ID!) { design(id: $id) { similarProducts(first: 1) { nodes { handle } } } }',
      { id: design.id },
      ours,
    );
    expect(similar.design.similarProducts.nodes).toEqual([{ handle: 'red-dress' }]);
    const pinned = await writeBoard(gateway, 'pinAdd', { board, image: { id: design.image.id } }, ours);
    expect(pinned.userErrors).toEqual([]);
  });

  test('beside which its own kind of garment comes first', async () => {
    const { id } = await ordered({ count: 1 });
    startWorker(engineOf(async () => [await drawn([100, 20, 160])]));
    const [design] = (await untilState(id, 'DONE')).designs;
    const answer = await gateway.read(
      similarShape,
      'query ($id: ID!) { design(id: $id) { similarProducts { nodes { handle } } } }',
      { id: design?.id },
      ours,
    );
    expect(answer.design.similarProducts.nodes).toEqual([{ handle: 'red-dress' }, { handle: 'blue-coat' }]);
  });

  test('and its picture is kept as long as it is', async () => {
    const { id } = await ordered({ count: 1 });
    startWorker(reddish);
    const [design] = (await untilState(id, 'DONE')).designs;
    const sha256 = uploadIdToSha256(design?.image.id ?? '') ?? '';
    expect([...(await designedUploads(gateway.db, [sha256]))]).toEqual([sha256]);
    const deleted = await gateway.ask(
      'mutation ($input: DesignDeleteInput!) { designDelete(input: $input) { deletedDesignId userErrors { code } } }',
      { input: { design: design?.id } },
      ours,
    );
    expect(deleted.data).toEqual({ designDelete: { deletedDesignId: design?.id, userErrors: [] } });
    expect([...(await designedUploads(gateway.db, [sha256]))]).toEqual([]);
  });

  test('and a tech pack, whose files are downloaded', async () => {
    const { id } = await ordered({ count: 1 });
    startWorker(reddish);
    const [design] = (await untilState(id, 'DONE')).designs;
    const shape = z.object({
      design: z.object({
        techPack: z.object({
          reason: z.null(),
          sizes: z.array(z.string()).min(3),
          json: z.string(),
          svgUrl: z.string(),
          dxfUrl: z.string(),
          pdfUrl: z.string(),
        }),
      }),
    });
    const { techPack } = (
      await gateway.read(
        shape,
        'query ($id: ID!) { design(id: $id) { techPack { reason sizes json svgUrl dxfUrl pdfUrl } } }',
        { id: design?.id },
        ours,
      )
    ).design;
    expect(JSON.parse(techPack.json)).toMatchObject({ garment: { type: 'dress', color: '#c83c14' } });
    const get = (url: string) => gateway.http.inject(url.slice(new URL(url).origin.length));
    for (const [url, type, start] of [
      [techPack.svgUrl, 'image/svg+xml', '<svg'],
      [techPack.dxfUrl, 'image/vnd.dxf', '0'],
      [techPack.pdfUrl, 'application/pdf', '%PDF-'],
    ] as const) {
      const { statusCode, headers, body } = await get(url);
      expect([statusCode, headers['content-type'], headers['content-disposition']]).toEqual([
        200,
        expect.stringContaining(type),
        expect.stringContaining('attachment'),
      ]);
      expect(
        body
          .trimStart()
          .replace(/^<[?].*[?]>\s*/, '')
          .slice(0, start.length),
      ).toBe(start);
    }
    expect((await get(`${techPack.svgUrl}&size=${techPack.sizes[0] ?? ''}`)).statusCode).toBe(200);
    expect((await get(`${techPack.svgUrl}&size=XXXXXL`)).statusCode).toBe(404);
    expect((await get(techPack.svgUrl.replace('.svg', '.exe'))).statusCode).toBe(404);
  });

  // Failed on 2026-11-30: forty files, for which an address without a key has the points, kept everybody waiting for 4 s.
  test('and while its tech packs are drafted and written, others are answered', async () => {
    const { id } = await ordered({ count: 1 });
    startWorker(reddish);
    const [design] = (await untilState(id, 'DONE')).designs;
    const aliases = Array.from({ length: 10 }, (_, i) => `t${i}: techPack { sizes }`).join(' ');
    const sizes = ['XS', 'S', 'M', 'L', 'XL'];
    const waits = { isOver: false, longest: 0 };
    const probe = async (): Promise<void> => {
      while (!waits.isOver) {
        const start = performance.now();
        await sleep(10);
        waits.longest = Math.max(waits.longest, performance.now() - start);
      }
    };
    // The thread starts with the first.
    const file = `/designs/${design?.id ?? ''}/tech-pack.dxf`;
    expect((await gateway.http.inject(file)).statusCode).toBe(200);
    const probing = probe();
    const start = performance.now();
    const [drafted, ...files] = await Promise.all([
      gateway.ask(`query ($id: ID!) { design(id: $id) { ${aliases} } }`, { id: design?.id }, ours),
      ...sizes.map((size) => gateway.http.inject(file.replace('dxf', `pdf?size=${size}`))),
    ]);
    const whole = performance.now() - start;
    waits.isOver = true;
    await probing;
    expect(drafted.errors).toEqual([]);
    expect(files.map(({ statusCode }) => statusCode)).toEqual(files.map(() => 200));
    expect(waits.longest).toBeLessThan(whole / 4);
  });

  test('and a query becomes one, too', async () => {
    const query = { like: [{ product: blue }], unlike: [{ product: red, weight: 0.1 }] };
    const { job } = await order(gateway, { query, count: 1 }, ours);
    startWorker(engineOf(async () => [await drawn([20, 60, 200])]));
    expect((await untilState(job?.id ?? '', 'DONE')).designs).toHaveLength(1);
  });
});

describe('what the engine made is checked before anybody sees it', () => {
  const refusedBy = async (
    engine: DesignEngine,
    input: object = {},
    encoder = colorEncoder,
  ): Promise<Job> => {
    const { id } = await ordered({ count: 1, ...input });
    startWorker(engine, encoder);
    return untilState(id, 'FAILED');
  };

  test('a copy of a product is not kept', async () => {
    const job = await refusedBy(engineOf(async () => [await drawn([255, 0, 0])]));
    expect(job).toMatchObject({ error: 'No picture was kept: each is a copy of a product.', designs: [] });
  });

  test('nor is what looks as if it was made to deceive', async () => {
    const suspicious = { ...colorEncoder, trustOf: () => ({ score: 0.001, reason: 'noise' as const }) };
    expect(await refusedBy(reddish, {}, suspicious)).toMatchObject({
      error: 'No picture was kept: each is suspicious.',
    });
  });

  test('nor what is more like what the board dislikes', async () => {
    const board = await makeBoard(gateway, [{ product: red }, { product: blue, positive: false }], ours);
    const job = await refusedBy(
      engineOf(async () => [await drawn([60, 20, 200])]),
      { board },
    );
    expect(job.error).toContain('what the board dislikes');
  });

  test('nor what costs more than allowed', async () => {
    expect((await refusedBy(reddish, { constraints: { maxPrice: '50' } })).error).toContain('too expensive');
  });

  test('nor a picture without parameters in another color', async () => {
    const blind = engineOf(async () => [{ ...(await drawn([200, 60, 20])), garment: null }]);
    expect(await refusedBy(blind, { constraints: { colors: ['#2030c0'] } })).toMatchObject({
      error: 'No picture was kept: each is of another color.',
    });
  });

  test('nor a file that is no picture', async () => {
    const broken = engineOf(() =>
      Promise.resolve([{ position: 0, picture: Buffer.from('<html>'), garment: null, prompt: 'a coat' }]),
    );
    expect((await refusedBy(broken)).error).toMatch(/image/i);
  });

  test('the next candidate takes its place', async () => {
    const { id } = await ordered({ count: 2 });
    startWorker(
      engineOf(async () => [
        await drawn([255, 0, 0], 0),
        await drawn([200, 60, 20], 0),
        // Another design of the job looks the same.
        await drawn([200, 60, 20], 1),
        await drawn([190, 20, 100], 1),
      ]),
    );
    const { designs } = await untilState(id, 'DONE');
    expect(designs.map(({ similarity }) => similarity)).toEqual([
      expect.closeTo(0.95, 2),
      expect.closeTo(0.88, 2),
    ]);
  });
});

describe('an order', () => {
  test.each([
    [{ board: null }, 'exactly one of board and query'],
    [{ count: 5 }, 'count is from 1 to 4'],
    [{ engine: 'DIFFUSION' }, 'VITRINE_DIFFUSION_URL'],
    [{ constraints: { types: ['toga'] } }, 'types has "toga"'],
    [{ constraints: { materials: ['gold'], lengths: ['long'] } }, 'materials has "gold"'],
    [{ constraints: { colors: ['red'] } }, '"#rrggbb"'],
    [{ constraints: { types: ['jeans'], sleeves: ['puff'] } }, 'No kind of garment'],
    [{ constraints: { colors: ['#112233'], patterns: ['stripe'] } }, 'No kind of garment'],
    [{ constraints: { maxPrice: '-1' } }, 'negative'],
    [{ seed: '\u0000' }, 'seed'],
  ])('is refused with %j', async (input, message) => {
    const board = await redBoard();
    const { job, userErrors } = await order(gateway, { board, ...input }, ours);
    expect(job).toBeNull();
    expect(userErrors.map((error) => error.message).join()).toContain(message);
  });

  test('of a board without a pin, or of somebody else, is refused', async () => {
    const document =
      'mutation ($input: DesignCreateInput!) { designCreate(input: $input) { userErrors { code } } }';
    const answerTo = (board: string) => gateway.ask(document, { input: { board } }, ours);
    expect((await answerTo(await makeBoard(gateway, [], ours))).data).toEqual({
      designCreate: { userErrors: [{ code: 'BAD_USER_INPUT' }] },
    });
    expect((await answerTo(await redBoard(theirs))).data).toEqual({
      designCreate: { userErrors: [{ code: 'NOT_FOUND' }] },
    });
  });

  test('that is repeated with its key is the same job', async () => {
    const input = { board: await redBoard(), count: 1, idempotencyKey: 'once' };
    const [first, second] = [await order(gateway, input, ours), await order(gateway, input, ours)];
    expect(second.job?.id).toBe(first.job?.id);
    const { rows } = await gateway.db.query('SELECT FROM design_jobs');
    expect(rows).toHaveLength(1);
  });

  test('waits while three of the same caller do; others are not affected', async () => {
    const board = await redBoard();
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => order(gateway, { board, count: 1 }, ours)));
    expect(answers.filter(({ job }) => job !== null)).toHaveLength(3);
    expect((await order(gateway, { board: await redBoard(theirs) }, theirs)).userErrors).toEqual([]);
  });

  test('belongs to its caller', async () => {
    const { id } = await ordered();
    expect(await readJob(gateway, id, theirs)).toBeNull();
    expect((await cancel(gateway, id, theirs)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    const node = await gateway.ask('query ($id: ID!) { node(id: $id) { id } }', { id }, theirs);
    expect(node.data).toEqual({ node: null });
  });
});

test('webhooks are told once, in a message that is signed like all others', async () => {
  await gateway.db.query(`INSERT INTO webhooks (name, url, events, secret)
    VALUES ('pipeline', 'https://factory.example/', '{design.done,design.failed}', sha256('secret')),
      ('orders', 'https://orders.example/', '{hold.confirmed}', sha256('secret'))`);
  const { id } = await ordered({ count: 1 });
  startWorker(reddish);
  const [design] = (await untilState(id, 'DONE')).designs;
  const { rows } = await gateway.db.query<StoredMessage & { name: string }>(
    'SELECT name, type, at, data FROM webhook_messages JOIN webhooks ON webhooks.id = webhook_id',
  );
  expect(rows.map(({ name }) => name)).toEqual(['pipeline']);
  const [message] = rows;
  if (message === undefined) throw new Error('there is a message');
  expect(JSON.parse(messageBody(message))).toMatchObject({
    type: 'design.done',
    data: {
      job: id,
      engine: 'LOCAL',
      error: null,
      designs: [
        {
          design: design?.id,
          image: design?.image.id,
          similarity: expect.closeTo(0.95, 2),
          novelty: expect.closeTo(0.05, 2),
          garment: { type: 'dress', color: '#c83c14' },
        },
      ],
    },
  });
  await gateway.db.query('DELETE FROM webhook_messages; DELETE FROM webhooks');
});

test('lists finished designs, newest first, page by page', async () => {
  startWorker(engineOf(async () => [await drawn([200, 60, 20], 0), await drawn([190, 20, 100], 1)]));
  await untilState((await ordered({ count: 2 })).id, 'DONE');
  const page = z.object({
    designs: z.object({
      nodes: z.array(z.object({ id: z.string() })),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    }),
  });
  const document = `query ($after: String) { designs(first: 1, after: $after) {
    nodes { id } pageInfo { hasNextPage endCursor } } }`;
  const first = (await gateway.read(page, document, {}, ours)).designs;
  const second = (await gateway.read(page, document, { after: first.pageInfo.endCursor }, ours)).designs;
  expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
  expect(new Set([...first.nodes, ...second.nodes].map(({ id }) => id)).size).toBe(2);
  expect((await gateway.read(page, document, {}, theirs)).designs.nodes).toEqual([]);
});

describe('a worker', () => {
  test('shows drafts while it works, and the subscription completes when the job ends', async () => {
    const { id } = await ordered({ count: 1 });
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    startWorker(
      engineOf(async (_order, watcher) => {
        watcher.draft({ ...(await drawn([150, 90, 60])), score: 0.8 });
        watcher.progress(0.4);
        await finished;
        return [await drawn([200, 60, 20])];
      }),
    );
    const client = openClient(sockets, { authorization: `Bearer ${ours}` });
    const events = subscribe(client, `subscription ($job: ID!) { designProgress(job: $job) { ${JOB} } }`, {
      job: id,
    });
    const told: Job[] = [];
    for (;;) {
      const event = await events.next();
      if (event === null) break;
      const { designProgress } = z.object({ designProgress: jobShape }).parse(event.data);
      told.push(designProgress);
      if (designProgress.designs.some(({ isFinished }) => !isFinished)) finish();
    }
    expect(told.some(({ state, designs }) => state === 'RUNNING' && designs.length === 1)).toBe(true);
    expect(told.at(-1)).toMatchObject({ state: 'DONE', progress: 1, designs: [{ isFinished: true }] });
    // A job that has ended is told once.
    const late = subscribe(client, `subscription ($job: ID!) { designProgress(job: $job) { state } }`, {
      job: id,
    });
    expect((await late.next())?.data).toEqual({ designProgress: { state: 'DONE' } });
    expect(await late.next()).toBeNull();
    await client.dispose();
  });

  test('ends a subscription to a job that is deleted, and refuses that of somebody else', async () => {
    const { id } = await ordered();
    const document = 'subscription ($job: ID!) { designProgress(job: $job) { state } }';
    const client = openClient(sockets, { authorization: `Bearer ${ours}` });
    const events = subscribe(client, document, { job: id });
    expect((await events.next())?.data).toEqual({ designProgress: { state: 'WAITING' } });
    const stranger = openClient(sockets, { authorization: `Bearer ${theirs}` });
    expect((await subscribe(stranger, document, { job: id }).next())?.errors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
    await gateway.db.query('DELETE FROM design_jobs');
    expect(await events.next()).toBeNull();
    await client.dispose();
    await stranger.dispose();
  });

  test('stops when the job is canceled, and its drafts go', async () => {
    const { id } = await ordered();
    let stopped = false;
    startWorker(
      engineOf(async (_order, watcher, signal) => {
        watcher.draft({ ...(await drawn([150, 90, 60])), score: 0.8 });
        await new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            stopped = true;
            reject(new Error('stopped'));
          }),
        );
        return [];
      }),
    );
    await until(
      'there is a draft',
      async () => ((await readJob(gateway, id, ours))?.designs.length ?? 0) > 0,
    );
    expect((await cancel(gateway, id, ours)).job).toMatchObject({ state: 'CANCELED', designs: [] });
    await until('the engine is stopped', () => stopped);
    // Canceling again changes nothing.
    expect((await cancel(gateway, id, ours)).job).toMatchObject({ state: 'CANCELED' });
  });

  test('tries again after a failure that may pass, and says why it failed', async () => {
    const { id } = await ordered({ count: 1 });
    let attempts = 0;
    startWorker(
      engineOf(async () => {
        attempts += 1;
        if (attempts === 1) throw new EngineError('The image generator answered with status 503.', true);
        return [await drawn([200, 60, 20])];
      }),
    );
    await until('the first attempt failed', async () => (await readJob(gateway, id, ours))?.error !== null);
    expect(await readJob(gateway, id, ours)).toMatchObject({
      state: 'WAITING',
      error: 'The image generator answered with status 503.',
    });
    expect(await untilState(id, 'DONE')).toMatchObject({ error: null });
    expect(attempts).toBe(2);
  });

  test('takes over the job of a worker that was killed, and gives up one that kills workers', async () => {
    const { id } = await ordered({ count: 1 });
    // As kill -9 leaves it: claimed, with a lease that ends.
    const killed = (attempts: number) =>
      gateway.db.query(
        `UPDATE design_jobs SET attempts = $1, lease = gen_random_uuid(), leased_until = now() + interval '1 second',
           started_at = now() WHERE state = 'WAITING'`,
        [attempts],
      );
    await killed(1);
    startWorker(reddish);
    expect(await readJob(gateway, id, ours)).toMatchObject({ state: 'RUNNING' });
    await untilState(id, 'DONE');

    await workers[0]?.close();
    const again = await ordered({ count: 1 });
    await killed(4);
    startWorker(reddish);
    expect((await untilState(again.id, 'FAILED')).error).toContain('4 times');
  });

  test('gives its job back when it stops, so that another can take it at once', async () => {
    const { id } = await ordered({ count: 1 });
    const endless = engineOf(
      (_order, _watcher, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('stopped'))),
        ),
    );
    const worker = startWorker(endless);
    await untilState(id, 'RUNNING');
    await worker.close();
    expect(await readJob(gateway, id, ours)).toMatchObject({ state: 'WAITING' });
    startWorker(reddish);
    await untilState(id, 'DONE');
  });

  const draft = async (): Promise<Draft> => ({ ...(await drawn([150, 90, 60])), score: 0.8 });

  // Each was seen to fail (2026-11-30) without what asks for the lease: lockClaim in doJob and in tell, and in noteFailure.
  test.each<[string, (watcher: Watcher, signal: AbortSignal) => Promise<readonly Drawn[]>]>([
    ['its designs', async () => [await drawn([200, 60, 20])]],
    ['a failure', () => Promise.reject(new EngineError('The image generator refused the prompt.', false))],
    [
      'a draft',
      async (watcher, signal) => {
        watcher.draft(await draft());
        await once(signal, 'abort');
        throw new Error('stopped');
      },
    ],
  ])('writes nothing once another has its job: %s', async (_, finish) => {
    const { id } = await ordered({ count: 1 });
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let isFirst = true;
    startWorker(
      engineOf(async (_order, watcher, signal) => {
        if (!isFirst) return [await drawn([200, 60, 20])];
        isFirst = false;
        await held;
        return finish(watcher, signal);
      }),
    );
    await untilState(id, 'RUNNING');
    // Another worker claimed it, and no heartbeat has noticed yet.
    await gateway.db.query('UPDATE design_jobs SET lease = gen_random_uuid()');
    release();
    // The worker has one job at a time, so it is through with the first.
    const next = await ordered({ count: 1 });
    await untilState(next.id, 'DONE');
    expect(await readJob(gateway, id, ours)).toMatchObject({ state: 'RUNNING', error: null, designs: [] });
  });

  test('leaves no drafts when a job is given up', async () => {
    const { id } = await ordered({ count: 1 });
    startWorker(
      engineOf(async (_order, watcher) => {
        watcher.draft(await draft());
        await until('there is a draft', async () => (await readJob(gateway, id, ours))?.designs.length === 1);
        throw new EngineError('The image generator refused the prompt.', false);
      }),
    );
    expect(await untilState(id, 'FAILED')).toMatchObject({ designs: [] });
  });

  test('takes turns between callers', async () => {
    const board = await redBoard();
    for (const _ of [1, 2, 3]) await order(gateway, { board, count: 1 }, ours);
    const other = await ordered({ count: 1 }, theirs);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = engineOf(async () => {
      await held;
      return [await drawn([200, 60, 20])];
    });
    // The second worker takes the job of whoever has none in work.
    startWorker(slow);
    await until('one is in work', async () => (await running()) === 1);
    startWorker(slow);
    await untilState(other.id, 'RUNNING', theirs);
    release();
  });

  // Seen to fail (2026-11-30) when designJob.claim does not count jobs in work before those that wait.
  test('counts what a caller has in work, though another of its jobs has waited for longer', async () => {
    const board = await redBoard();
    for (const _ of [1, 2]) await order(gateway, { board, count: 1 }, ours);
    await gateway.db.query(`UPDATE design_jobs SET next_attempt_at = now() + interval '1 hour'
      WHERE number = (SELECT min(number) FROM design_jobs WHERE state = 'WAITING')`);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = engineOf(async () => {
      await held;
      return [await drawn([200, 60, 20])];
    });
    startWorker(slow);
    await until('one is in work', async () => (await running()) === 1);
    const other = await ordered({ count: 1 }, theirs);
    await gateway.db.query('UPDATE design_jobs SET next_attempt_at = now()');
    startWorker(slow);
    try {
      await untilState(other.id, 'RUNNING', theirs);
    } finally {
      release();
    }
  });
});

/** An order of one design by a caller without a key, or with one: the codes of its errors. */
async function orderFrom(address: string, headers: Record<string, string> = {}): Promise<string[]> {
  const board = await makeBoard(gateway, [{ product: red }]);
  const query =
    'mutation ($input: DesignCreateInput!) { designCreate(input: $input) { userErrors { code } } }';
  const { body } = await gateway.http.inject({
    method: 'POST',
    url: '/graphql',
    remoteAddress: address,
    headers,
    payload: { query, variables: { input: { board, count: 1 } } },
  });
  return body.match(/(?<="code":")\w+/g) ?? [];
}

// Failed on 2026-11-30: a hundred addresses kept everybody else out for hours.
describe('when a hundred addresses have ordered designs', () => {
  beforeEach(async () => {
    expect(await orderFrom('192.0.2.1')).toEqual([]);
    await gateway.db.query(
      `INSERT INTO design_jobs (owner, shopper, line, engine, ordered, encoder_id, toward, away)
       SELECT owner, shopper, sha256(i::text::bytea), engine, ordered, encoder_id, toward, away
       FROM design_jobs, generate_series(2, 100) i`,
    );
  });

  test('another address is refused, and a key is not', async () => {
    expect(await orderFrom('192.0.2.2')).toEqual(['SERVICE_OVERLOADED']);
    await ordered({ count: 1 });
  });

  // Failed on 2026-11-30: 34 addresses with three jobs each kept all others out.
  test('fewer addresses with several jobs leave places to those that have none', async () => {
    const drop = (most: number) =>
      gateway.db.query(
        `DELETE FROM design_jobs WHERE number > (SELECT number FROM design_jobs ORDER BY number OFFSET $1 LIMIT 1)`,
        [most - 1],
      );
    await drop(67);
    // The first of its jobs is among them.
    expect(await orderFrom('192.0.2.1')).toEqual(['SERVICE_OVERLOADED']);
    expect(await orderFrom('192.0.2.2')).toEqual([]);
    await drop(66);
    expect(await orderFrom('192.0.2.1')).toEqual([]);
    expect(await orderFrom('192.0.2.1')).toEqual(['SERVICE_OVERLOADED']);
    await drop(33);
    await gateway.db.query(
      `UPDATE design_jobs SET line = (SELECT line FROM design_jobs ORDER BY number LIMIT 1)
       WHERE number = (SELECT max(number) FROM design_jobs)`,
    );
    expect(await orderFrom('192.0.2.1')).toEqual([]);
    expect(await orderFrom('192.0.2.1')).toEqual(['BAD_USER_INPUT']);
  });

  test('so is a third key, when two others have ordered as many', async () => {
    const ordersOf = (key: number) =>
      gateway.db.query(
        `INSERT INTO design_jobs (owner, shopper, line, engine, ordered, encoder_id, toward, away)
         SELECT $1, shopper, line, engine, ordered, encoder_id, toward, away FROM design_jobs WHERE owner = 0`,
        [key],
      );
    const headers = { authorization: `Bearer ${ours}` };
    await ordersOf(1_001);
    expect(await orderFrom('192.0.2.2', headers)).toEqual([]);
    await ordersOf(1_002);
    expect(await orderFrom('192.0.2.2', headers)).toEqual(['SERVICE_OVERLOADED']);
  });

  test('the job of a key waits for one of them', async () => {
    const { id } = await ordered({ count: 1 });
    startWorker(engineOf(async () => [await drawn([200, 60, 20])]));
    await untilState(id, 'DONE');
    // Others may have been made by the time that it is seen to be.
    const { rows } = await gateway.db.query<{ before: number }>(
      `SELECT count(*)::int AS before FROM design_jobs
       WHERE ended_at < (SELECT ended_at FROM design_jobs WHERE id = $1)`,
      [fromGlobalId(id).id],
    );
    expect(rows[0]?.before).toBeLessThan(3);
  });
});

test('all networks of an IPv6 site are one caller of designs', async () => {
  for (const network of [1, 2, 3]) expect(await orderFrom(`2001:db8:1:${network}::1`)).toEqual([]);
  expect(await orderFrom('2001:db8:1:4::1')).toEqual(['BAD_USER_INPUT']);
  expect(await orderFrom('2001:db8:2:1::1')).toEqual([]);
});

/** Without the lock of designJob.lockLine, both count two jobs, and there are four. One gateway does one after the other. */
test('two gateways cannot both give the last place of a caller', async () => {
  const line = Buffer.alloc(32, 7);
  const order: string[] = [];
  const count = (name: string, meanwhile: () => Promise<void>): Promise<void> =>
    transaction(gateway.db, async (client) => {
      await countWaiting(client, line, 0);
      order.push(name);
      await meanwhile();
    });
  let second = Promise.resolve();
  await count('first', async () => {
    second = count('second', async () => undefined);
    await waiting(gateway.db, 1);
    order.push('first is done');
  });
  await second;
  expect(order).toEqual(['first', 'first is done', 'second']);
});

test('the first job of an address comes before the second of another', async () => {
  for (const address of ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2'])
    expect(await orderFrom(address)).toEqual([]);
  startWorker(reddish);
  const ended = async (): Promise<number[]> => {
    const { rows } = await gateway.db.query<{ number: number }>(
      `SELECT rank() OVER (ORDER BY number)::integer AS number FROM design_jobs WHERE state = 'DONE' ORDER BY ended_at`,
    );
    return rows.map(({ number }) => number);
  };
  await until('all are done', async () => (await ended()).length === 4);
  expect(await ended()).toEqual([1, 4, 2, 3]);
});

const running = async (): Promise<number> => {
  const samples = await designJobsGauge(gateway.db).read();
  return samples.find(({ labels }) => labels['state'] === 'running')?.value ?? 0;
};

test('old jobs of nobody are removed with their designs, and those of a key without designs', async () => {
  startWorker(reddish);
  const board = await makeBoard(gateway, [{ product: red }]);
  const { job } = await order(gateway, { board, count: 1 });
  await until('it is done', async () => (await readJob(gateway, job?.id ?? ''))?.state === 'DONE');
  const kept = await ordered({ count: 1 });
  await untilState(kept.id, 'DONE');
  await gateway.db.query(`UPDATE design_jobs SET ended_at = now() - interval '31 days'`);
  await pruneDesigns(gateway.db, new AbortController().signal);
  expect(await readJob(gateway, job?.id ?? '')).toBeNull();
  expect((await readJob(gateway, kept.id, ours))?.designs).toHaveLength(1);
});
