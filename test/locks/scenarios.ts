import { toGlobalId } from 'graphql-relay';
import type { Database } from '../../src/platform/postgres.js';
import { seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import type { TestGateway } from '../support/gateway.js';
import { makeBoard } from '../boards/support.js';

/** A call of a mutation that takes as many different locks as possible. */
export interface Scenario {
  readonly mutation: string;
  /** How this call differs from others of the mutation. */
  readonly when: string;
  /** Without the API key. */
  readonly byGuest?: true;
  /** With the API key and the token of a shopper. */
  readonly byShopper?: true;
  readonly input: object;
  /**
   * Statements that insert rows with the same unique keys as the call, in the order of docs/locks.md; `table` is that
   * of its "new" lock.
   */
  readonly inserts: readonly { readonly table: string; readonly sql: string }[];
}

/** Ids decrease as codes and handles increase, so that no order is correct by accident. */
export async function seedScenarios(db: Database): Promise<void> {
  await seedMarkets(db);
  for (const handle of ['dress', 'coat', 'belt']) {
    await seedProduct(db, {
      handle,
      brand: `${handle}-maker`,
      attributes: [
        ['style', 'plain'],
        ['material', 'wool'],
      ],
      vectors: [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
      ],
      skus: [3, 2, 1].map((n) => ({ code: `${handle}-${n}`, stock: { paris: 9, berlin: 9 } })),
    });
  }
  // Ids increase as codes decrease here, too.
  await seedProduct(db, {
    handle: 'cap',
    skus: [3, 2, 1].map((n) => ({ code: `cap-${n}`, stock: { berlin: 1 }, whenOut: 'backorder' as const })),
  });
  await db.query(`
    UPDATE product_images SET source = 'https://images.example/' || product_id || '/' || position;
    UPDATE skus SET image_id = image.id FROM product_images image
      WHERE image.product_id = skus.product_id AND image.position = 1;
    INSERT INTO quarantined_images (sha256, encoder_id, reason, score)
      SELECT DISTINCT sha256, encoder.id, 'patch', 0.001 FROM product_images, encoders encoder WHERE position = 0;
    INSERT INTO image_jobs (product_id, position, link) SELECT id, 5, 'https://images.example/job' FROM products;
    INSERT INTO webhooks (name, url, events, secret)
      VALUES ('orders', 'https://orders.example/', '{hold.confirmed,hold.released,hold.expired}', sha256('secret'))`);
}

/** Holds so many units of each SKU; what is not in stock is promised. */
const hold = (db: Database, codes: readonly string[], quantity = 1): Promise<string> =>
  db
    .query<{ id: string }>(
      `SELECT hold_create(channels.id, 0, '', array_agg(skus.id), array_agg($2::integer), array_agg(true), NULL, NULL, NULL, 3600,
         NULL, NULL, NULL, NULL, NULL, NULL, NULL)
         #>> '{hold,id}' AS id
       FROM skus, channels WHERE code = ANY($1) AND channels.handle = 'eu' GROUP BY channels.id`,
      [codes, quantity],
    )
    .then(({ rows }) => rows[0]?.id ?? '');

const expire = (db: Database, holds: readonly string[]): Promise<unknown> =>
  Promise.all([
    db.query(`UPDATE holds SET expires_at = now() WHERE id = ANY($1)`, [holds]),
    db.query(`UPDATE hold_lines SET expires_at = now() WHERE hold_id = ANY($1)`, [holds]),
  ]);

/** The API key of all calls except guests', and at least one call of every mutation. */
export async function makeScenarios(
  gateway: TestGateway,
  upload: string,
): Promise<{ secret: string; scenarios: readonly Scenario[] }> {
  const { db } = gateway;
  const secret = await seedApiKey(db);
  const ids = async (sql: string, type: string): Promise<Record<string, string>> => {
    const { rows } = await db.query<{ id: string; name: string }>(sql);
    return Object.fromEntries(rows.map(({ id, name }) => [name, toGlobalId(type, id)]));
  };
  const products = await ids('SELECT id, handle AS name FROM products', 'Product');
  const skus = await ids('SELECT id, code AS name FROM skus', 'Sku');
  const lines = (...codes: string[]) => codes.map((code) => ({ sku: skus[code], quantity: 1 }));

  // Several boards and pins; the later ones belong to the products that are deleted first.
  const pins = [
    { product: products['dress'] ?? '' },
    { product: products['belt'] ?? '' },
    { image: { id: upload } },
  ];
  const boards = [
    await makeBoard(gateway, pins, secret),
    await makeBoard(gateway, [...pins].reverse(), secret),
  ];
  const board = boards[0] ?? '';
  const { pin } = await ids(`SELECT min(id) AS id, 'pin' AS name FROM pins`, 'Pin');

  await db.query(`
    WITH job AS (
      INSERT INTO design_jobs (owner, shopper, line, engine, ordered, encoder_id, toward, away, state, ended_at)
      SELECT owner, shopper, sha256('line'), 'LOCAL', '{"currency": "EUR"}', encoders.id, '\\x00', '', state,
        CASE state WHEN 'DONE' THEN now() END
      FROM boards, encoders, unnest('{WAITING,DONE}'::text[]) AS state WHERE boards.number = (SELECT min(number) FROM boards)
      RETURNING id, owner, shopper, state
    )
    INSERT INTO designs (job_id, owner, shopper, position, sha256, width, height, thumbhash, dominant_color, similarity, finished)
    SELECT job.id, owner, shopper, position, sha256('design'), 4, 5, '', '#808080', 0.5, state = 'DONE'
    FROM job, generate_series(0, 1) AS position`);
  const jobs = await ids('SELECT id, lower(state) AS name FROM design_jobs', 'DesignJob');
  const designs = await ids(
    'SELECT designs.id, lower(state) AS name FROM designs JOIN design_jobs ON job_id = design_jobs.id',
    'Design',
  );

  await db.query(`
    WITH watch AS (
      INSERT INTO watches (owner, shopper, line, title, channel_id, currency, condition, product_id, since, expires_at)
      SELECT owner, shopper, sha256('line'), 'belt', channels.id, 'EUR', '{}', 1, pg_current_snapshot(), now() + interval '1 day'
      FROM boards, channels WHERE boards.number = (SELECT min(number) FROM boards) AND channels.handle = 'eu' RETURNING number
    ), matched AS (
      INSERT INTO watch_matches SELECT number, product_id, true, 1 FROM watch, generate_series(1, 2) AS product_id
    ), event AS (
      INSERT INTO watch_events (watch, product_id, crossing, amount)
      SELECT number, product_id, 1, 100 FROM watch, generate_series(1, 2) AS product_id RETURNING id
    )
    INSERT INTO watch_deliveries (message, event, webhook_id) SELECT gen_random_uuid(), id, 1 FROM event`);
  const watches = await ids(`SELECT id, 'belt' AS name FROM watches`, 'Watch');

  const active = toGlobalId('Hold', await hold(db, ['coat-3', 'coat-1']));
  // Two of these three units of each SKU are not in stock.
  const promised = toGlobalId('Hold', await hold(db, ['cap-2', 'cap-1'], 3));
  // With stock of products that are deleted, whose SKUs come after it.
  const promisedBefore = await hold(db, ['dress-3', 'cap-3'], 3);
  const past = [await hold(db, ['belt-3', 'belt-2']), await hold(db, ['belt-1', 'dress-3'])];
  await expire(db, [...past, promisedBefore]);

  const levelAt = (code: string, location: string): string =>
    `INSERT INTO stock_levels (sku_id, location_id) SELECT skus.id, stock_locations.id FROM skus, stock_locations
     WHERE code = '${code}' AND stock_locations.handle = '${location}'`;
  const entries = (quantity: object) => [
    { sku: 'coat-3', location: 'newyork', ...quantity },
    { sku: 'dress-2', location: 'paris', ...quantity },
    { sku: 'coat-1', location: 'newyork', ...quantity },
    { sku: 'coat-2', location: 'berlin', ...quantity },
    { sku: 'belt-1', location: 'berlin', ...quantity },
  ];
  const newLevels = ['coat-3', 'coat-1'].map((code) => ({
    table: 'stock_levels',
    sql: levelAt(code, 'newyork'),
  }));

  const scenarios: Scenario[] = [
    {
      mutation: 'imagesRelease',
      when: 'one is of several products',
      input: {
        imageIds: Object.values(
          await ids('SELECT id, id::text AS name FROM product_images WHERE position = 0', 'Image'),
        ),
      },
      inserts: [],
    },
    { mutation: 'boardCreate', when: '', input: { title: 'Winter' }, inserts: [] },
    {
      mutation: 'boardCreate',
      when: 'a shopper calls',
      byShopper: true,
      input: { title: 'Winter' },
      inserts: [],
    },
    { mutation: 'boardUpdate', when: '', input: { board, title: 'Winter' }, inserts: [] },
    { mutation: 'boardDelete', when: 'it has pins', input: { board: boards[1] }, inserts: [] },
    {
      mutation: 'pinAdd',
      when: 'a product is new to the board',
      input: { board, product: products['coat'] },
      inserts: [],
    },
    {
      mutation: 'pinAdd',
      when: 'a product is there',
      input: { board, product: products['belt'] },
      inserts: [],
    },
    {
      mutation: 'pinAdd',
      when: 'an image is there',
      input: { board, image: { id: upload } },
      inserts: [],
    },
    { mutation: 'pinRemove', when: '', input: { board, pin }, inserts: [] },
    { mutation: 'designCreate', when: '', input: { board, count: 1 }, inserts: [] },
    { mutation: 'designCancel', when: 'it has drafts', input: { job: jobs['waiting'] }, inserts: [] },
    { mutation: 'watchCreate', when: '', input: { product: products['belt'] }, inserts: [] },
    { mutation: 'watchDelete', when: 'it has events', input: { watch: watches['belt'] }, inserts: [] },
    { mutation: 'designDelete', when: '', input: { design: designs['done'] }, inserts: [] },
    {
      mutation: 'holdCreate',
      when: 'nothing has expired',
      input: { lines: lines('coat-2', 'dress-2', 'dress-1', 'coat-1') },
      inserts: [],
    },
    {
      mutation: 'holdCreate',
      when: 'holds of its SKUs have expired',
      input: { lines: lines('dress-3', 'coat-2', 'belt-1', 'belt-2') },
      inserts: [],
    },
    {
      mutation: 'holdCreate',
      when: 'a guest calls, and holds of its SKUs have expired',
      byGuest: true,
      input: { lines: lines('dress-3', 'coat-2', 'belt-1', 'belt-2') },
      inserts: [],
    },
    {
      mutation: 'holdCreate',
      when: 'units are promised, and holds of such units have expired',
      input: {
        lines: lines('cap-2', 'dress-3', 'cap-3', 'cap-1').map((line) => ({
          ...line,
          quantity: 3,
          backorder: true,
        })),
      },
      inserts: [],
    },
    { mutation: 'holdConfirm', when: 'units are promised', input: { hold: promised }, inserts: [] },
    { mutation: 'holdRelease', when: 'units are promised', input: { hold: promised }, inserts: [] },
    { mutation: 'holdExtend', when: 'it is active', input: { hold: active }, inserts: [] },
    {
      mutation: 'holdReplace',
      when: 'it is active, and other holds have expired',
      // The stock of dress-3 comes first, and only an expired hold has it.
      input: { hold: active, lines: lines('coat-2', 'belt-1', 'coat-1') },
      inserts: [],
    },
    {
      mutation: 'holdReplace',
      when: 'units are promised',
      input: {
        hold: promised,
        lines: lines('cap-2', 'dress-3', 'cap-1').map((line) => ({ ...line, quantity: 3, backorder: true })),
      },
      inserts: [],
    },
    {
      mutation: 'holdReplace',
      when: 'a guest calls',
      byGuest: true,
      input: { hold: active, lines: lines('dress-3', 'coat-2', 'belt-1', 'coat-1') },
      inserts: [],
    },
    { mutation: 'holdConfirm', when: 'it is active', input: { hold: active }, inserts: [] },
    { mutation: 'holdRelease', when: 'it is active', input: { hold: active }, inserts: [] },
    {
      mutation: 'holdRelease',
      when: 'a guest calls',
      byGuest: true,
      input: { hold: active },
      inserts: [],
    },
    {
      mutation: 'stockSet',
      when: 'some levels are new',
      input: { entries: entries({ onHand: 4 }) },
      inserts: newLevels,
    },
    {
      mutation: 'stockAdjust',
      when: 'some levels are new',
      input: { entries: entries({ delta: 2 }) },
      inserts: newLevels,
    },
    {
      mutation: 'pricesSet',
      when: 'there are other prices',
      input: {
        entries: ['coat-1', 'dress-3', 'belt-2', 'belt-1'].map((code) => ({
          sku: code,
          amount: '7.77',
          currencyCode: 'EUR',
          validFrom: '2030-01-01T00:00:00Z',
        })),
      },
      inserts: [],
    },
    {
      mutation: 'productsDelete',
      when: 'their SKUs were in holds that have expired, one with promised units of another product',
      input: { handles: ['dress', 'belt'] },
      inserts: [],
    },
    {
      mutation: 'productsUpsert',
      when: 'everything of the products changes',
      input: {
        products: [
          {
            handle: 'hat',
            title: 'A hat',
            brand: 'zz new',
            category: 'New > Hats',
            skus: [{ code: 'hat-2' }, { code: 'hat-1' }],
          },
          {
            handle: 'dress',
            title: 'Another dress',
            brand: 'aa new',
            category: 'Late > Dresses',
            attributes: [{ name: 'style', value: 'festive' }],
            translations: [{ language: 'it', title: 'Un abito' }],
            images: [{ url: 'https://images.example/new' }],
            skus: [
              { code: 'dress-2', gtin: '96385074' },
              { code: 'dress-1', whenOut: 'BACKORDER' },
            ],
          },
          { handle: 'belt', skus: [{ code: 'belt-3', whenOut: 'PREORDER' }] },
        ],
      },
      inserts: [
        { table: 'brands', sql: `INSERT INTO brands (handle, name) VALUES ('aa-new', 'aa new')` },
        { table: 'brands', sql: `INSERT INTO brands (handle, name) VALUES ('zz-new', 'zz new')` },
        { table: 'categories', sql: `INSERT INTO categories (handle, name) VALUES ('late', 'Late')` },
        { table: 'categories', sql: `INSERT INTO categories (handle, name) VALUES ('new', 'New')` },
        {
          table: 'categories',
          sql: `INSERT INTO categories (handle, name) VALUES ('late/dresses', 'Dresses')`,
        },
        { table: 'categories', sql: `INSERT INTO categories (handle, name) VALUES ('new/hats', 'Hats')` },
      ],
    },
  ];
  return { secret, scenarios };
}
