import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { z } from 'zod';
import { openWrittenCatalog, type WrittenCatalog } from '../catalog/write/support.js';
import { until } from '../support/waiting.js';

/** The lock that adding products takes: see docs/locks.md. */
const NEW_PRODUCTS_LOCK = 1886547812;
/** More than there are connections. */
const WRITERS = 12;
/** On a busy machine, some wait for longer than they may; they do what the error says. */
const ATTEMPTS = 5;

let catalog: WrittenCatalog;
beforeAll(async () => {
  catalog = await openWrittenCatalog();
  await catalog.reset();
});
afterAll(() => catalog.gateway.close());

async function add(number: number, attempt = 1): ReturnType<WrittenCatalog['upsert']> {
  try {
    return await catalog.upsert([{ handle: `new-${number}`, title: 'New' }], `key-${number}`);
  } catch (error) {
    if (attempt === ATTEMPTS || !/^Error: SERVICE_OVERLOADED/.test(String(error))) throw error;
    return add(number, attempt + 1);
  }
}

// Failed without turns in mutate (2026-11-28): the reads got DATABASE_UNAVAILABLE.
test('reads go on while writes wait for a slow one, and then all of the writes are done', async () => {
  const { gateway } = catalog;
  const slow = new Client({ connectionString: gateway.db.options.connectionString });
  await slow.connect();
  try {
    await slow.query('SELECT pg_advisory_lock($1)', [NEW_PRODUCTS_LOCK]);
    const writes = Array.from({ length: WRITERS }, (_, i) => add(i));
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
