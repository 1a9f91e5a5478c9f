import { afterEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { forClient } from '../../src/platform/clients.js';
import { WorkerPool } from '../../src/vision/pool.js';

describe('a pool of worker threads', () => {
  let pool: WorkerPool<string> | undefined;
  const crashes: string[] = [];

  const open = async (threads: number, workerData = '', startsLate = false) => {
    crashes.length = 0;
    pool = await WorkerPool.open({
      script: new URL('./fixtures/fragile.worker.js', import.meta.url),
      workerData,
      threads,
      maxBatch: 3,
      startsLate,
      parseAnswers: (message) => z.array(z.string()).parse(message),
      onCrash: ({ message }) => crashes.push(message),
    });
    const opened = pool;
    return (job: string) => opened.run({ job }, []);
  };
  afterEach(() => pool?.close());

  test('hands a free thread one job, and a busy one what has gathered, in order', async () => {
    const run = await open(1);
    await expect(Promise.all(['a', 'b', 'c', 'd', 'e'].map(run))).resolves.toEqual([
      'a in a batch of 1',
      'b in a batch of 3',
      'c in a batch of 3',
      'd in a batch of 3',
      'e in a batch of 1',
    ]);
  });

  test('that starts late starts a thread for the first job', async () => {
    const run = await open(1, '', true);
    await expect(Promise.all(['a', 'b'].map(run))).resolves.toEqual([
      'a in a batch of 2',
      'b in a batch of 2',
    ]);
  });

  test('that starts late rejects jobs while no thread can be started', async () => {
    const run = await open(1, 'broken', true);
    for (const job of ['a', 'b']) await expect(run(job)).rejects.toMatchObject({ message: 'no model here' });
  });

  // Failed on 2026-11-29: the other client waited for all that came before.
  test('lets clients take turns', async () => {
    const run = await open(1);
    const done: string[] = [];
    const send = (client: string, job: string): Promise<unknown> =>
      forClient(client, () => run(job)).then(() => done.push(job));
    const jobs = ['a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'c1'].map((job) => send(job.slice(0, 1), job));
    await Promise.all(jobs);
    expect(done).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'a4', 'a5']);
  });

  test.each([
    ['throw', 'out of ideas'],
    ['exit', 'A worker thread ended with code 3.'],
  ])('rejects what a thread had when it ends (%s), and does the rest on another', async (how, message) => {
    const run = await open(1);
    const [lost, ...rest] = await Promise.allSettled([how, 'a', 'b'].map(run));
    expect(lost).toMatchObject({ status: 'rejected', reason: { message } });
    expect(rest.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(crashes).toEqual([message]);
    await expect(run('later')).resolves.toBe('later in a batch of 1');
  });

  test('rejects a batch that came back incomplete, and goes on', async () => {
    const run = await open(1);
    await expect(run('lose')).rejects.toThrow('another number of jobs');
    await expect(run('a')).resolves.toBe('a in a batch of 1');
  });

  test('does not open when its threads do not start', async () => {
    await expect(open(2, 'broken')).rejects.toMatchObject({ message: 'no model here' });
  });

  test('does not fill the batch of a waiting client with jobs of another', async () => {
    const run = await open(1);
    const send = (client: string): Promise<string> => forClient(client, () => run(client));
    const [, , , , other] = await Promise.all(['a', 'a', 'a', 'a', 'b'].map(send));
    expect(other).toBe('b in a batch of 2');
  });

  test('rejects on closing what it has not done', async () => {
    const run = await open(1);
    const jobs = Promise.allSettled(['hang', 'b', 'c'].map(run));
    await pool?.close();
    expect((await jobs).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(run('d')).rejects.toMatchObject({ message: 'The encoder is closed.' });
  });
});
