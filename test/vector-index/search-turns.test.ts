import { expect, test } from '@jest/globals';
import { forClient } from '../../src/platform/clients.js';
import { SearchTurns, vectorsOf } from '../../src/vector-index/search-turns.js';
import { MATCH_ALL } from '../../src/vector-index/port.js';

/** Searches that end when they are told to; the names of their clients, in the order in which they began. */
function searchesWith(turns: SearchTurns) {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  return {
    begun,
    search: (client: string, vectors = 1) =>
      forClient(client, () =>
        turns.run(vectors, () => {
          begun.push(client);
          return new Promise<void>((end) => ends.push(end));
        }),
      ),
    /** Ends the search that began first, and lets the next ones begin. */
    async endOne(): Promise<void> {
      ends.shift()?.();
      await new Promise(setImmediate);
    },
    async endAll(): Promise<void> {
      await new Promise(setImmediate);
      while (ends.length > 0) await this.endOne();
    },
  };
}

test('the requests count by their vectors', () => {
  const vector = Float32Array.of(1, 0);
  const more = { filter: MATCH_ALL, limit: 1 };
  const examples = { positive: [vector, vector], negative: [vector] };
  expect(
    vectorsOf([
      { vector, ...more },
      { examples, ...more },
    ]),
  ).toBe(4);
});

// Failed on 2026-11-30: a search of a hundred vectors took one turn, as one of a single vector did.
test('a search waits one turn for each of its vectors', async () => {
  const searches = searchesWith(new SearchTurns(1, 100));
  const done = [searches.search('first'), searches.search('many', 4)];
  for (let n = 0; n < 6; n += 1) done.push(searches.search('other'));
  await searches.endAll();
  await Promise.all(done);
  expect(searches.begun).toEqual(['first', 'other', 'other', 'other', 'many', 'other', 'other', 'other']);
});

test('the vectors in work are limited, and a search of more than that starts with one free place', async () => {
  const searches = searchesWith(new SearchTurns(3, 100));
  const done = [searches.search('one', 2), searches.search('two', 5), searches.search('three')];
  await new Promise(setImmediate);
  expect(searches.begun).toEqual(['one', 'two']);
  await searches.endOne();
  expect(searches.begun).toEqual(['one', 'two']);
  await searches.endOne();
  expect(searches.begun).toEqual(['one', 'two', 'three']);
  await searches.endAll();
  await Promise.all(done);
});

test('who fills the queue gives way to a newcomer, and keeps half of it at most', async () => {
  const searches = searchesWith(new SearchTurns(1, 4));
  const done = [searches.search('a'), searches.search('a'), searches.search('a')];
  await expect(searches.search('a')).rejects.toMatchObject({ code: 'SERVICE_OVERLOADED' });
  done.push(searches.search('b'), searches.search('b'));
  const outcomes = Promise.allSettled(done);
  const newcomer = searches.search('c');
  await searches.endAll();
  await newcomer;
  expect((await outcomes).filter(({ status }) => status === 'rejected')).toHaveLength(1);
});

test('the place of a search that fails is free again', async () => {
  const turns = new SearchTurns(1, 4);
  const fails = turns.run(1, () => Promise.reject(new Error('no index')));
  await expect(fails).rejects.toThrow('no index');
  await expect(turns.run(1, async () => 'found')).resolves.toBe('found');
});
