import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { expectNoDrift } from '../support/holds.js';
import { waiting } from '../support/waiting.js';

/** Databases of the versions before promised units, which are then migrated. */
const MIGRATIONS = fileURLToPath(new URL('../../migrations/', import.meta.url));
const PROMISED = '0035_promised_units.sql';

/** As the import of the previous version writes what can be ordered: as uncounted stock. */
const IMPORT = `SELECT set_config('vitrine.actor', 'import', true);
  UPDATE stock_levels SET on_hand = NULL FROM skus, stock_locations location
  WHERE skus.id = sku_id AND location.id = location_id`;

const QUANTITIES = `UPDATE stock_levels SET on_hand = quantity
  FROM skus JOIN (VALUES ('few', 10), ('none-left', 3), ('no-number', 0), ('safe', 10)) AS feed (code, quantity) USING (code)
  WHERE skus.id = sku_id`;

/** The migrations from one on. */
async function migrations(from: string): Promise<string[]> {
  const files = (await readdir(MIGRATIONS)).filter((name) => /^\d{4}_\w+\.sql$/.test(name)).sort();
  const wanted = files.filter((file) => file >= from);
  return Promise.all(wanted.map((name) => readFile(`${MIGRATIONS}${name}`, 'utf8')));
}

/** A database of the version before a migration. */
async function openBefore(migration: string): Promise<TestDatabase> {
  const opened = await createTestDatabase();
  await opened.db.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const [all, rest] = [await migrations(''), await migrations(migration)];
  for (const text of all.slice(0, -rest.length)) await opened.db.query(text);
  return opened;
}

let database: TestDatabase;
let holds: Record<string, unknown>;
beforeAll(async () => {
  database = await openBefore(PROMISED);
  const { db } = database;
  await seedMarkets(db);
  const whenOut = 'backorder' as const;
  await seedProduct(db, {
    handle: 'coat',
    skus: [
      { code: 'feed', stock: { berlin: 1 }, whenOut },
      { code: 'held', stock: { berlin: 1 }, whenOut },
      { code: 'sold', stock: { berlin: 1 }, whenOut },
      { code: 'in-store', stock: { berlin: 0, paris: 1 }, whenOut },
      { code: 'by-hand', stock: { berlin: 1 }, whenOut },
      { code: 'in-stock', stock: { berlin: 1 } },
      { code: 'few', stock: { berlin: 1 }, whenOut: 'preorder' },
      { code: 'none-left', stock: { berlin: 1 }, whenOut: 'preorder' },
      { code: 'no-number', stock: { berlin: 1 }, whenOut: 'preorder' },
      { code: 'safe', stock: { berlin: 1 }, whenOut: 'preorder' },
      { code: 'counted', stock: { berlin: 1 }, whenOut: 'preorder' },
    ],
  });
  await db.query(
    `BEGIN; ${IMPORT} AND code NOT IN ('by-hand', 'counted') AND (code <> 'in-store' OR handle = 'paris'); ${QUANTITIES}; COMMIT;
     UPDATE stock_levels SET on_hand = NULL FROM skus WHERE skus.id = sku_id AND code = 'by-hand';
     UPDATE stock_levels SET safety_stock = 3 FROM skus WHERE skus.id = sku_id AND code = 'safe'`,
  );
  const hold = async (code: string): Promise<unknown> => {
    const { rows } = await db.query<{ id: unknown }>(
      `SELECT hold_create(channels.id, 0, '', ARRAY[skus.id], ARRAY[3], NULL, NULL, NULL, 3600, NULL, NULL, NULL, NULL, NULL,
         NULL, NULL) #>> '{hold,id}' AS id FROM skus, channels WHERE code = $1 AND channels.handle = 'eu'`,
      [code],
    );
    return rows[0]?.id;
  };
  holds = {
    held: await hold('held'),
    sold: await hold('sold'),
    few: await hold('few'),
    'none-left': await hold('none-left'),
  };
  await confirm(holds['sold']);
  await confirm(holds['none-left']);
  for (const text of await migrations(PROMISED)) await db.query(text);
});
afterAll(() => database.drop());

async function confirm(hold: unknown): Promise<unknown> {
  const { rows } = await database.db.query<{ status: unknown }>(
    `SELECT hold_finish($1, 'CONFIRMED', (SELECT id FROM channels WHERE handle = 'eu'), 0, '', true, 'shop', NULL, NULL, NULL)
       #>> '{hold,status}' AS status`,
    [hold],
  );
  return rows[0]?.status;
}

const levels = async (): Promise<unknown> => {
  const { rows } = await database.db.query(
    `SELECT code, handle AS at, on_hand AS "onHand", held FROM stock_levels JOIN skus ON skus.id = sku_id
     JOIN stock_locations location ON location.id = location_id ORDER BY skus.id, location.id`,
  );
  return rows;
};
const shown = async (code: string): Promise<unknown> => {
  const { rows } = await database.db.query<{ level: unknown }>(
    `SELECT level FROM sku_offers JOIN channels ON channels.id = channel_id WHERE code = $1 AND handle = 'eu'`,
    [code],
  );
  return rows[0]?.level;
};

test('what a feed lists as backorder is promised, and other uncounted stock stays', async () => {
  expect(await levels()).toEqual([
    { code: 'feed', at: 'berlin', onHand: 0, held: 0 },
    { code: 'held', at: 'berlin', onHand: 3, held: 3 },
    { code: 'sold', at: 'berlin', onHand: 0, held: 0 },
    { code: 'in-store', at: 'berlin', onHand: 0, held: 0 },
    { code: 'in-store', at: 'paris', onHand: null, held: 0 },
    { code: 'by-hand', at: 'berlin', onHand: null, held: 0 },
    { code: 'in-stock', at: 'berlin', onHand: null, held: 0 },
    { code: 'few', at: 'berlin', onHand: 3, held: 3 },
    { code: 'none-left', at: 'berlin', onHand: 0, held: 0 },
    { code: 'no-number', at: 'berlin', onHand: 0, held: 0 },
    { code: 'safe', at: 'berlin', onHand: 0, held: 0 },
    { code: 'counted', at: 'berlin', onHand: 1, held: 0 },
  ]);
  const { rows } = await database.db.query(
    `SELECT code, promised FROM skus WHERE promised IS NOT NULL ORDER BY id`,
  );
  expect(rows).toEqual([
    { code: 'few', promised: 7 },
    { code: 'none-left', promised: 0 },
    { code: 'no-number', promised: 0 },
    { code: 'safe', promised: 7 },
  ]);
  expect(await Promise.all(['feed', 'held', 'in-stock'].map(shown))).toEqual([
    'BACKORDER',
    'BACKORDER',
    'IN_STOCK',
  ]);
});

test('a hold of such units is confirmed', async () => {
  expect(await confirm(holds['held'])).toBe('CONFIRMED');
  expect(await confirm(holds['few'])).toBe('CONFIRMED');
  await expectNoDrift(database.db);
});

test('what an import of the previous version writes is not shown as in stock', async () => {
  await database.db.query(`BEGIN; ${IMPORT} AND code = 'feed'; COMMIT`);
  expect(await shown('feed')).toBe('BACKORDER');
});

// Failed on 2026-11-29 while each migration waited for its locks: Postgres ended the statement of the gateway, or the upgrade.
test.each(['0030_facets.sql', PROMISED])(
  'an upgrade from before %s deadlocks with nobody who reads lines of holds, and then SKUs',
  async (from) => {
    const opened = await openBefore(from);
    const { db } = opened;
    const gateway = await db.connect();
    try {
      await gateway.query(`BEGIN; SET LOCAL deadlock_timeout = '10s'; SELECT FROM hold_lines`);
      const upgrade = db.query((await migrations(from)).join(';\n'));
      await waiting(db, 1);
      await gateway.query('SELECT FROM skus; COMMIT');
      await upgrade;
      const { rowCount } = await db.query(
        `SELECT FROM compatible_migrations WHERE name = '0037_bounded_work'`,
      );
      expect(rowCount).toBe(1);
    } finally {
      gateway.release();
      await opened.drop();
    }
  },
);

// Failed on 2026-11-29 while the migrations locked tables, but not the views that they replace: Postgres ended readers, or
// the upgrade.
test.each(['0030_facets.sql', PROMISED])(
  'an upgrade from before %s deadlocks with nobody who reads offers, however long it takes',
  async (from) => {
    const opened = await openBefore(from);
    const { db } = opened;
    try {
      const slow = (await migrations(from))
        .join(';\n')
        .replace('CREATE OR REPLACE VIEW', 'SELECT pg_sleep(1.5); CREATE OR REPLACE VIEW');
      let isOver = false;
      const read = async (): Promise<void> => {
        while (!isOver) await db.query('SELECT FROM products JOIN sku_offers ON product_id = products.id');
      };
      const upgrade = db.query(slow).finally(() => (isOver = true));
      const outcomes = await Promise.allSettled([upgrade, read(), read()]);
      expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
    } finally {
      await opened.drop();
    }
  },
);
