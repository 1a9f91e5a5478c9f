import { afterEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { forClient } from '../../src/platform/clients.js';
import {
  chargeDecoding,
  DECODED_AT_ONCE,
  inDecodeQueue,
  MAX_WAITING,
} from '../../src/vision/decode-queue.js';
import { limiter } from '../../src/vision/limiter.js';
import { WorkerPool } from '../../src/vision/pool.js';

const GONE = new Error('the client has gone');

/** Work that lasts until the test ends it. */
function held(): { work: () => Promise<string>; end: () => void } {
  let end = (): void => undefined;
  const ended = new Promise<string>((resolve) => (end = () => resolve('held')));
  return { work: () => ended, end: () => end() };
}

type Run = (job: () => Promise<string>, signal?: AbortSignal) => Promise<string>;

/** Queues in which `hold` keeps others waiting until it is called again. */
const queues: Readonly<Record<string, () => { run: Run; places: number }>> = {
  'tasks in turn': () => ({ run: limiter(1, { maxWaiting: MAX_WAITING }), places: 1 }),
  'images to decode': () => ({
    run: (job, signal) => inDecodeQueue({ fileBytes: 1, workBytes: 1, points: 1 }, job, signal),
    places: DECODED_AT_ONCE,
  }),
};

describe.each(Object.keys(queues))('%s', (name) => {
  const open = (): { run: Run; ends: (() => void)[]; all: Promise<unknown> } => {
    const { run, places } = queues[name]?.() ?? { run: limiter(1), places: 1 };
    const holding = Array.from({ length: places }, held);
    return {
      run,
      ends: holding.map(({ end }) => end),
      all: Promise.all(holding.map(({ work }) => run(work))),
    };
  };

  // Failed on 2026-11-28: it waited until its turn, and was done for nobody.
  test('what nobody waits for any longer leaves the queue, and is not done', async () => {
    const { run, ends, all } = open();
    const done: string[] = [];
    const job = (label: string) => async (): Promise<string> => {
      done.push(label);
      return label;
    };
    const leaving = new AbortController();
    const left = run(job('left'), leaving.signal).catch((error: unknown) => error);
    const stays = run(job('stays'));
    const late = run(job('late'), AbortSignal.abort(GONE)).catch((error: unknown) => error);
    expect(await late).toBe(GONE);
    leaving.abort(GONE);
    expect(await left).toBe(GONE);
    for (const end of ends) end();
    expect(await stays).toBe('stays');
    await all;
    expect(done).toEqual(['stays']);
    expect(await run(job('next'), leaving.signal)).toBe('next');
  });

  // Failed on 2026-11-28: the other client waited for all that came before.
  test('clients take turns', async () => {
    const { run, ends, all } = open();
    const done: string[] = [];
    const send = (client: string, label: string): Promise<string> =>
      forClient(client, () =>
        run(async () => {
          done.push(label);
          return label;
        }),
      );
    const sent = ['a1', 'a2', 'a3', 'a4'].map((label) => send('a', label));
    sent.push(send('b', 'b1'), send('b', 'b2'));
    for (const end of ends) end();
    await Promise.all([...sent, all]);
    expect(done).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'a4']);
  });

  test('a client gets half of the places to wait in, and another one the rest', async () => {
    const { run, ends, all } = open();
    const send = (client: string, count: number) =>
      Array.from({ length: count }, () =>
        forClient(client, () => run(async () => 'done')).catch((error: unknown) => error),
      );
    const sent = [...send('a', MAX_WAITING / 2 + 1), ...send('b', MAX_WAITING / 2)];
    for (const end of ends) end();
    const results = await Promise.all(sent);
    await all;
    expect(results.filter((result) => result === 'done')).toHaveLength(MAX_WAITING);
    expect(results[MAX_WAITING / 2]).toMatchObject({ code: 'SERVICE_OVERLOADED' });
  });

  // Failed on 2026-11-30: while four addresses filled the queue, the pictures of everybody else were refused.
  test('who has most in a full queue loses what came last to a newcomer', async () => {
    const { run, ends, all } = open();
    const send = (client: string, count: number) =>
      Array.from({ length: count }, () =>
        forClient(client, () => run(async () => 'done')).catch((error: unknown) => error),
      );
    const [a, b] = [send('a', MAX_WAITING / 2), send('b', MAX_WAITING / 2)];
    const newcomers = [...send('c', 2), ...send('d', 1)];
    for (const end of ends) end();
    expect(await Promise.all(newcomers)).toEqual(['done', 'done', 'done']);
    await all;
    const refused = (await Promise.all([...a, ...b])).flatMap((result, index) =>
      result === 'done' ? [] : [index],
    );
    expect(refused).toEqual([MAX_WAITING / 2 - 2, MAX_WAITING / 2 - 1, MAX_WAITING - 1]);
  });

  test('what waits too long is refused, and does not hold up what comes later', async () => {
    const { run, ends, all } = open();
    const refused = Array.from({ length: 3 }, () =>
      run(async () => 'never').catch((error: unknown) => error),
    );
    for (const error of await Promise.all(refused))
      expect(error).toMatchObject({ code: 'SERVICE_OVERLOADED', message: expect.stringMatching(/too long/) });
    const next = run(async () => 'next');
    for (const end of ends) end();
    expect(await next).toBe('next');
    await all;
  });
});

test('an image that leaves the queue makes room for a smaller one behind it', async () => {
  const huge = { fileBytes: 1, workBytes: 1024 ** 4, points: 1 };
  const small = { fileBytes: 1, workBytes: 1, points: 1 };
  const { work, end } = held();
  const holding = inDecodeQueue(small, work);
  const leaving = new AbortController();
  const left = inDecodeQueue(huge, async () => 'huge', leaving.signal).catch((error: unknown) => error);
  const behind = inDecodeQueue(small, async () => 'small');
  leaving.abort(GONE);
  expect(await left).toBe(GONE);
  expect(await behind).toBe('small');
  end();
  await holding;
});

// On 2026-11-30, whoever came had to wait for an image of each client.
test('clients whose images take longer wait for those whose images take less', async () => {
  const { work, end } = held();
  const alone = { fileBytes: 1, workBytes: 1024 ** 4, points: 1 };
  const order: string[] = [];
  const decode = (client: string, points: number): Promise<unknown> =>
    forClient(client, () => inDecodeQueue({ ...alone, points }, async () => order.push(client)));
  const holding = inDecodeQueue(alone, work);
  const heavy = ['a', 'b', 'c'].flatMap((client) => [decode(client, 1_000), decode(client, 1_000)]);
  const light = ['x', 'x', 'y'].map((client) => decode(client, 600));
  end();
  await Promise.all([holding, ...heavy, ...light]);
  // After 600, 600, 1,000, 1,000, 1,000, 1,200, and 2,000 points.
  expect(order.join('')).toBe('xyabcxabc');
});

test('tasks that cost less have their turn before those that cost more', async () => {
  const inTurn = limiter(1, { isPriced: true });
  const { work, end } = held();
  const order: string[] = [];
  const run = (client: string, cost: number): Promise<unknown> =>
    forClient(client, () => inTurn(async () => order.push(client), undefined, cost));
  const holding = inTurn(work);
  const all = ['a', 'b', 'c'].map((client) => run(client, 4_000)).concat(run('light', 500));
  end();
  await Promise.all([holding, ...all]);
  expect(order[0]).toBe('light');
});

test('a client that took longer than was said waits for those that did not', async () => {
  const alone = { fileBytes: 1, workBytes: 1024 ** 4, points: 1 };
  const order: string[] = [];
  const { work, end } = held();
  const first = forClient('slow', () =>
    inDecodeQueue(alone, async () => {
      await work();
      chargeDecoding(500);
    }),
  );
  const decode = (client: string): Promise<unknown> =>
    forClient(client, () => inDecodeQueue({ ...alone, points: 100 }, async () => order.push(client)));
  const rest = ['slow', 'other', 'other'].map(decode);
  end();
  await Promise.all([first, ...rest]);
  expect(order).toEqual(['other', 'other', 'slow']);
});

test('an image that fits does not wait for one that does not', async () => {
  const half = 200 * 1024 * 1024;
  const { work, end } = held();
  const decode = (
    client: string,
    workBytes: number,
    points: number,
    job = async () => 'done',
  ): Promise<string> => forClient(client, () => inDecodeQueue({ fileBytes: 1, workBytes, points }, job));
  const holding = decode('heavy', half, 1_000, work);
  const behind = decode('heavy', half, 1_000);
  expect(await decode('light', 1, 1)).toBe('done');
  end();
  await Promise.all([holding, behind]);
});

describe('jobs for worker threads', () => {
  let pool: WorkerPool<string> | undefined;
  afterEach(() => pool?.close());

  test('leave the queue when nobody waits for them, and after too long a wait', async () => {
    const opened = await WorkerPool.open({
      script: new URL('./fixtures/fragile.worker.js', import.meta.url),
      workerData: '',
      threads: 1,
      maxBatch: 1,
      parseAnswers: (message) => z.array(z.string()).parse(message),
    });
    pool = opened;
    const outcome = (job: string, signal?: AbortSignal): Promise<unknown> =>
      opened.run({ job }, [], signal).catch((error: unknown) => error);
    const hanging = outcome('hang');
    const leaving = new AbortController();
    const left = outcome('left', leaving.signal);
    const refused = outcome('refused');
    leaving.abort(GONE);
    expect(await left).toBe(GONE);
    expect(await refused).toMatchObject({ code: 'SERVICE_OVERLOADED' });
    await opened.close();
    expect(await hanging).toMatchObject({ message: 'The encoder is closed.' });
  });
});

// Failed on 2026-11-29: a client whose tasks wait for something held all places until they ended.
test('a client leaves places to others, even alone', async () => {
  const inTurn = limiter(3, { perClient: 2 });
  const greedy = [held(), held(), held()];
  const started: string[] = [];
  const run = (name: string, work: () => Promise<string>) =>
    forClient(name, () =>
      inTurn(() => {
        started.push(name);
        return work();
      }),
    );
  const running = greedy.map(({ work }) => run('greedy', work));
  expect(await run('modest', () => Promise.resolve('done'))).toBe('done');
  expect(started).toEqual(['greedy', 'greedy', 'modest']);
  greedy[0]?.end();
  await running[0];
  await Promise.resolve();
  expect(started).toEqual(['greedy', 'greedy', 'modest', 'greedy']);
  for (const { end } of greedy) end();
  await Promise.all(running);
});
