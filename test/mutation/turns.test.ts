import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { z } from 'zod';
import { Turns } from '../../src/mutation/turns.js';
import { openWrittenCatalog, type WrittenCatalog } from '../catalog/write/support.js';
import { until } from '../support/waiting.js';

/** The lock that adding products takes: see docs/locks.md. */
const NEW_PRODUCTS_LOCK = 1886547812;
/** Several times as many as there are connections. */
const WRITERS = 30;

let catalog: WrittenCatalog;
beforeAll(async () => {
  catalog = await openWrittenCatalog();
  await catalog.reset();
});
afterAll(() => catalog.gateway.close());

// Failed without turns in mutate (2026-11-28): the reads got DATABASE_UNAVAILABLE.
test('reads go on while writes wait for a slow one, and then all of the writes are done', async () => {
  const { gateway } = catalog;
  const slow = new Client({ connectionString: gateway.db.options.connectionString });
  await slow.connect();
  try {
    await slow.query('SELECT pg_advisory_lock($1)', [NEW_PRODUCTS_LOCK]);
    const writes = Array.from({ length: WRITERS }, (_, i) =>
      catalog.upsert([{ handle: `new-${i}`, title: 'New' }], `key-${i}`),
    );
    await until('a write waits for the lock', async () => {
      const { rowCount } = await slow.query(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = $1`,
        [NEW_PRODUCTS_LOCK],
      );
      return (rowCount ?? 0) > 0;
    });
    for (let read = 0; read < 3; read += 1) {
      const { errors } = await gateway.ask('{ products(first: 1) { nodes { handle } } }');
      expect(errors).toEqual([]);
    }
    const [{ waiting }] = z
      .tuple([z.object({ waiting: z.number() })])
      .parse(
        await catalog.rows(
          `SELECT count(*)::int AS waiting FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`,
        ),
      );
    expect(waiting).toBeLessThanOrEqual(2);
    await slow.query('SELECT pg_advisory_unlock($1)', [NEW_PRODUCTS_LOCK]);
    for (const { userErrors, products } of await Promise.all(writes)) {
      expect({ userErrors, products }).toMatchObject({ userErrors: [], products: [{ title: 'New' }] });
    }
  } finally {
    await slow.end();
  }
});

describe('turns', () => {
  /** Starts writes that end when told; `ran` has the names of those that have started. */
  const start = (turns: Turns) => {
    const ran: string[] = [];
    const ends = new Map<string, () => void>();
    const write = (caller: string, name: string): Promise<void> =>
      turns.take(caller, () => {
        ran.push(name);
        return new Promise((resolve) => ends.set(name, resolve));
      });
    const end = async (name: string): Promise<void> => {
      ends.get(name)?.();
      await new Promise(setImmediate);
    };
    return { ran, write, end };
  };

  test('go around among the callers that wait, each in its order', async () => {
    const { ran, write, end } = start(new Turns({ atOnce: 1, waiting: 10, waitMs: 60_000 }));
    const writes = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'].map((name) => write(name.slice(0, 1), name));
    for (const name of ['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']) {
      expect(ran.at(-1)).toBe(name);
      await end(name);
    }
    await Promise.all(writes);
    const again = write('a', 'a5');
    await end('a5');
    await again;
  });

  test('are refused when too many wait, or one waits too long; a failed write passes its turn on', async () => {
    const turns = new Turns({ atOnce: 1, waiting: 1, waitMs: 20 });
    const { write, end } = start(turns);
    const first = write('a', 'first');
    const second = write('a', 'second');
    await expect(write('b', 'third')).rejects.toMatchObject({ code: 'SERVICE_OVERLOADED' });
    await expect(second).rejects.toMatchObject({ code: 'SERVICE_OVERLOADED' });
    await end('first');
    await first;
    await expect(turns.take('a', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await turns.take('b', () => Promise.resolve('done'))).toBe('done');
  });
});
