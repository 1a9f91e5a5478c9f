import { expect, test } from '@jest/globals';
import { forClient } from '../../src/platform/clients.js';
import { SharedWork } from '../../src/platform/shared-work.js';
import { limiter } from '../../src/vision/limiter.js';

const ofAll = new Error('of all');
const own = new Error('of one');

/** A task that lasts until it is told to end. */
function held<T>(): { task: () => Promise<T>; end: (result: T) => void; fail: (error: Error) => void } {
  const settle: { end: (result: T) => void; fail: (error: Error) => void }[] = [];
  const promise = new Promise<T>((end, fail) => settle.push({ end, fail }));
  return {
    task: () => promise,
    end: (result) => settle.forEach(({ end }) => end(result)),
    fail: (error) => settle.forEach(({ fail }) => fail(error)),
  };
}

test('work for several is done once', async () => {
  const shared = new SharedWork<string>(() => false);
  const { task, end } = held<string>();
  let done = 0;
  const ask = (client: string): Promise<string> =>
    forClient(client, () =>
      shared.get('key', () => {
        done += 1;
        return task();
      }),
    );
  const asked = ['a', 'b', 'c'].map(ask);
  end('result');
  expect(await Promise.all(asked)).toEqual(['result', 'result', 'result']);
  expect(done).toBe(1);
});

// Failed on 2026-11-29: all of them got the error of the first.
test('an error of the one who came first does not reach the others; an error of all does', async () => {
  const shared = new SharedWork<string>((error) => error === ofAll);
  for (const error of [own, ofAll]) {
    const { task, fail } = held<string>();
    const first = forClient('a', () => shared.get('key', task));
    const others = ['b', 'c'].map((client) => forClient(client, () => shared.get('key', async () => client)));
    fail(error);
    await expect(first).rejects.toBe(error);
    const results = await Promise.allSettled(others);
    if (error === ofAll) for (const result of results) expect(result).toMatchObject({ reason: ofAll });
    // One of them tries it, and the other waits for it.
    else expect(results).toMatchObject([{ value: 'b' }, { value: 'b' }]);
  }
});

// Failed on 2026-11-29: the shared work waited for all that its first client had asked for before.
test('shared work has its turn when any of its clients does', async () => {
  const inTurn = limiter(1);
  const shared = new SharedWork<string>(() => false);
  const { task, end } = held<string>();
  const done: string[] = [];
  const ask = (client: string, key: string): Promise<string> =>
    forClient(client, () =>
      shared.get(key, () =>
        inTurn(async () => {
          done.push(key);
          return key;
        }),
      ),
    );
  const holding = inTurn(task);
  const asked = [...['1', '2', '3', '4', '5'].map((key) => ask('a', key)), ask('b', '5'), ask('b', '4')];
  end('held');
  await Promise.all([holding, ...asked]);
  expect(done).toEqual(['1', '5', '2', '4', '3']);
});
