import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { hashSecret, makeSecret } from '../../src/access/api-key.js';
import { ApiKeyStore } from '../../src/access/api-key.store.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

/** A database of the previous version with keys, holds, boards, and answers, which is then migrated. */
const MIGRATIONS = fileURLToPath(new URL('../../migrations/', import.meta.url));
const CALLERS = '0015_callers.sql';

const KEYS = [
  { name: 'reader', scopes: [], channel: null },
  { name: 'warehouse', scopes: ['catalog:write'], channel: null },
  { name: 'checkout', scopes: ['holds:create', 'holds:confirm'], channel: 'us' },
] as const;
const secrets = new Map(KEYS.map(({ name }) => [name, makeSecret()]));

let database: TestDatabase;
const one = async (sql: string): Promise<unknown> => {
  const { rows } = await database.db.query<{ it: unknown }>(`SELECT ${sql} AS it`);
  return rows[0]?.it;
};
/** As the previous version calls it: by the key `warehouse`, or by a guest with the key `reader`. */
const hold = (key: 'reader' | 'warehouse'): Promise<unknown> => {
  const guest = key === 'reader' ? `sha256('address'), 1, 99` : 'NULL, NULL, NULL';
  return one(`hold_create((SELECT id FROM channels WHERE handle = 'eu'), (SELECT id FROM api_keys WHERE name = '${key}'),
    ARRAY[1], ARRAY[1], NULL, NULL, NULL, 600, NULL, NULL, ${guest}) #>> '{hold,id}'`);
};
const REPLAY = `idempotency_replay(2, 'again', 'stockSet', sha256('input'))`;
const owners = (id: unknown): Promise<unknown> =>
  one(
    `(SELECT jsonb_build_object('caller', caller, 'madeBy', made_by, 'shopper', shopper = '') FROM holds WHERE id = '${String(id)}')`,
  );

let holds: { readonly ofKey: unknown; readonly ofGuest: unknown };
beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  await db.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const files = (await readdir(MIGRATIONS)).filter((name) => /^\d{4}_\w+\.sql$/.test(name)).sort();
  const run = async (name: string): Promise<void> => {
    await db.query(await readFile(`${MIGRATIONS}${name}`, 'utf8'));
  };
  for (const name of files.filter((file) => file < CALLERS)) await run(name);
  await seedMarkets(db);
  await seedProduct(db, { handle: 'shirt', skus: [{ code: 'S', stock: { berlin: 100 } }] });
  for (const { name, scopes, channel } of KEYS) {
    await db.query(
      `INSERT INTO api_keys (name, hash, scopes, channel_id) VALUES ($1, $2, $3, (SELECT id FROM channels WHERE handle = $4))`,
      [name, hashSecret(secrets.get(name) ?? ''), scopes, channel],
    );
  }
  holds = { ofKey: await hold('warehouse'), ofGuest: await hold('reader') };
  await db.query(`INSERT INTO boards (owner, title) VALUES (1, 'Theirs'), (0, 'Anyone’s')`);
  await db.query(
    `INSERT INTO idempotency_keys (caller, key, operation, fingerprint, answer) VALUES (2, 'again', 'stockSet', sha256('input'), '"done"')`,
  );
  await run(CALLERS);
});
afterAll(() => database.drop());

test('a key can do what it could', async () => {
  const store = new ApiKeyStore(database.db);
  const may = async (name: (typeof KEYS)[number]['name']): Promise<unknown> => {
    const key = await store.find(hashSecret(secrets.get(name) ?? ''));
    return key && { scopes: [...key.caller.scopes].sort(), channels: key.caller.channels };
  };
  expect(await may('reader')).toEqual({ scopes: ['boards', 'catalog:read'], channels: [] });
  expect(await may('warehouse')).toEqual({
    scopes: ['boards', 'catalog:read', 'catalog:write', 'prices:write', 'stock:write'],
    channels: [],
  });
  expect(await may('checkout')).toEqual({
    scopes: ['boards', 'catalog:read', 'holds:confirm', 'holds:create'],
    channels: ['us'],
  });
});

test('a hold belongs to whom it belonged, and guests’ holds stay open to who knows their ids', async () => {
  expect(await owners(holds.ofKey)).toEqual({ caller: 2, madeBy: 2, shopper: true });
  expect(await owners(holds.ofGuest)).toEqual({ caller: 0, madeBy: 0, shopper: true });
});

test('a gateway of the previous version goes on', async () => {
  expect(await one(REPLAY)).toEqual({ answer: 'done' });
  const [ofKey, ofGuest] = [await hold('warehouse'), await hold('reader')];
  expect(await owners(ofKey)).toEqual({ caller: 2, madeBy: 2, shopper: true });
  expect(await owners(ofGuest)).toEqual({ caller: 0, madeBy: 1, shopper: true });
  const finish = (id: unknown, status: string, caller: number): Promise<unknown> =>
    one(
      `hold_finish('${String(id)}', '${status}', (SELECT id FROM channels WHERE handle = 'eu'), ${caller}, 'x', NULL, NULL)`,
    );
  // Another key, but guests' holds are confirmed by any checkout.
  expect(await finish(ofKey, 'CONFIRMED', 3)).toEqual({ notFound: true });
  expect(await finish(ofGuest, 'CONFIRMED', 3)).toMatchObject({ hold: { status: 'CONFIRMED' } });
  expect(await finish(ofKey, 'RELEASED', 2)).toMatchObject({ hold: { status: 'RELEASED' } });
  expect(await one(`(SELECT count(*)::int FROM boards WHERE shopper = '')`)).toBe(2);
});
