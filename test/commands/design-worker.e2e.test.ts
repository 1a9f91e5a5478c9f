import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { insertJob } from '../../src/design/design-job.store.js';
import { DesignEngineName } from '../../src/design/order.js';
import { registerEncoder } from '../../src/images/stored-image.store.js';
import { transaction } from '../../src/platform/postgres.js';
import { openEncoder } from '../../src/vision/encoder.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type Running, vitrine } from '../support/process.js';
import { smallEncoderFolder } from '../support/small-encoder.js';
import { until } from '../support/waiting.js';

let database: TestDatabase;
let folder: string;
const workers: Running[] = [];
beforeEach(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'vitrine-design-worker-'));
});
afterEach(async () => {
  for (const { child, ended } of workers.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  await database.drop();
  await rm(folder, { recursive: true });
});

/** Two programs, each with the process of an engine, and a lease, on a machine that is busy with other work. */
const TIMEOUT_MS = 400_000;

async function startWorker(): Promise<Running> {
  const worker = vitrine(['design-worker'], { env: { DATABASE_URL: database.url, VITRINE_DATA: folder } });
  workers.push(worker);
  await worker.says(/Working on designs/);
  return worker;
}

/** Orders a gray cap for nobody in particular, of which there are few to draw; returns the id of the job. */
async function order(): Promise<string> {
  const encoder = await openEncoder({ directory: smallEncoderFolder() });
  const { id, dimension } = encoder;
  await encoder.close();
  const encoderId = await registerEncoder(database.db, { id, dimension });
  return transaction(database.db, (client) =>
    insertJob(client, {
      owner: { key: 0, shopper: Buffer.alloc(0) },
      line: Buffer.alloc(32),
      engine: DesignEngineName.LOCAL,
      ordered: {
        wanted: {
          ...{ types: ['cap'], colors: ['#808080'], materials: [], patterns: [], silhouettes: [] },
          ...{ sleeves: [], necklines: [], lengths: [] },
        },
        ...{ maxPrice: null, currency: 'EUR', seed: 'cap', count: 1, known: [] },
        ...{ prompt: '', negativePrompt: '', palette: [], exemplars: [] },
      },
      encoderId,
      toward: [new Float32Array(dimension).fill(1 / Math.sqrt(dimension))],
      away: [],
    }),
  );
}

interface JobState {
  readonly state: string;
  readonly attempts: number;
  readonly isLeased: boolean;
  readonly designs: number;
}

async function read(job: string): Promise<JobState | undefined> {
  const { rows } = await database.db.query<JobState>(
    `SELECT state, attempts, lease IS NOT NULL AS "isLeased",
       (SELECT count(*)::int FROM designs WHERE job_id = design_jobs.id AND finished) AS designs
     FROM design_jobs WHERE id = $1`,
    [job],
  );
  return rows[0];
}

/** The processes that this one has started. */
const childrenOf = async (pid = 0): Promise<string[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter((child) => child !== '');

const isRunning = (pid: string): Promise<boolean> =>
  readFile(`/proc/${pid}/stat`, 'utf8').then(
    (text) => !/\) Z /.test(text),
    () => false,
  );

test(
  'a worker that is killed ends with the process of its engine, and another does its job',
  async () => {
    const first = await startWorker();
    const job = await order();
    let engine: string[] = [];
    await until('the engine works', async () => {
      engine = await childrenOf(first.child.pid);
      return engine.length > 0;
    });
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await read(job)).toEqual({ state: 'WAITING', attempts: 1, isLeased: true, designs: 0 });
    await until('the engine has ended', async () =>
      (await Promise.all(engine.map(isRunning))).every((runs) => !runs),
    );
    await startWorker();
    await until('another has taken it over', async () => (await read(job))?.attempts === 2);
    await until('another has done it', async () => (await read(job))?.state === 'DONE');
    expect(await read(job)).toEqual({ state: 'DONE', attempts: 2, isLeased: false, designs: 1 });
  },
  TIMEOUT_MS,
);

test(
  'a worker that is stopped gives its job back',
  async () => {
    const worker = await startWorker();
    const job = await order();
    await until('it has the job', async () => (await read(job))?.isLeased === true);
    worker.child.kill('SIGTERM');
    expect(await worker.ended).toMatchObject({ code: 0, signal: null });
    expect(await read(job)).toEqual({ state: 'WAITING', attempts: 0, isLeased: false, designs: 0 });
  },
  TIMEOUT_MS,
);
