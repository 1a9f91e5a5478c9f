import { describe, expect, test } from '@jest/globals';
import { fromGlobalId, toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { STOCK_SET, writeStock } from '../inventory/support.js';
import { setStock } from '../support/catalog.js';
import {
  expectNoDrift,
  HOLD_FIELDS,
  holdPayload,
  holdSql,
  passHoldTime,
  type HoldAnswer,
} from '../support/holds.js';
import { sweepHolds } from '../support/sweep-holds.js';
import { until, waiting } from '../support/waiting.js';
import {
  availability,
  create,
  gateway,
  idOf,
  key,
  line,
  openPromised,
  send,
  SPRING,
} from './promised-support.js';

openPromised();

describe('a line', () => {
  test('is of stock first, and the rest is promised with its date', async () => {
    const { hold, userErrors } = await create(line('PRE', 3), line('BACK', 5), line('NO', 1));
    expect(userErrors).toEqual([]);
    expect(hold?.lines).toMatchObject([
      {
        sku: { code: 'PRE' },
        quantity: 3,
        promised: true,
        expectedAt: SPRING,
        location: { handle: 'berlin' },
      },
      { sku: { code: 'BACK' }, quantity: 2, promised: false, expectedAt: null },
      { sku: { code: 'BACK' }, quantity: 3, promised: true, expectedAt: null },
      { sku: { code: 'NO' }, quantity: 1, promised: false, expectedAt: null },
    ]);
    expect(await availability('PRE')).toEqual({
      sellable: false,
      orderable: true,
      level: 'PREORDER',
      quantity: 0,
      promised: 7,
      restockAt: SPRING,
    });
    expect(await availability('BACK')).toMatchObject({
      sellable: false,
      orderable: true,
      level: 'BACKORDER',
      quantity: 0,
      promised: null,
    });
    await expectNoDrift(gateway.db);
  });

  test('is promised only if it asks for that', async () => {
    for (const backorder of [false, null]) {
      const { hold, userErrors } = await create(line('BACK', 3, backorder));
      expect(hold).toBeNull();
      expect(userErrors).toMatchObject([{ code: 'INSUFFICIENT_STOCK', sellable: 2 }]);
    }
  });

  test('is not promised beyond what the SKU promises, nor of an SKU that promises nothing', async () => {
    expect((await create(line('PRE', 11))).userErrors).toMatchObject([
      { code: 'INSUFFICIENT_STOCK', sellable: 10 },
    ]);
    expect((await create(line('NO', 2))).userErrors).toMatchObject([
      { code: 'INSUFFICIENT_STOCK', sellable: 1 },
    ]);
    await idOf(create(line('PRE', 10)));
    expect((await create(line('PRE'))).userErrors).toMatchObject([
      { code: 'INSUFFICIENT_STOCK', sellable: 0 },
    ]);
    expect(await availability('PRE')).toMatchObject({ orderable: false, level: 'OUT_OF_STOCK', promised: 0 });
  });

  test('is promised of an SKU that no location has, and from the location that was asked for', async () => {
    const { rows } = await gateway.db.query<{ id: number }>(
      `SELECT id FROM stock_locations WHERE handle = 'paris'`,
    );
    const location = toGlobalId('StockLocation', rows[0]?.id ?? 0);
    const { hold } = await send('holdCreate', { lines: [line('SOON', 2)], location });
    expect(hold?.lines).toMatchObject([{ quantity: 2, promised: true, location: { handle: 'paris' } }]);
    // Whatever is in stock elsewhere.
    const { hold: there } = await send('holdCreate', { lines: [line('BACK', 2)], location });
    expect(there?.lines).toMatchObject([{ quantity: 2, promised: true, location: { handle: 'paris' } }]);
    const near = { latitude: 48.9, longitude: 2.4 };
    const { hold: nearby } = await send('holdCreate', { lines: [line('SOON', 2)], near });
    expect(nearby?.lines).toMatchObject([{ promised: true, location: { handle: 'paris' } }]);
  });

  // Magento compared with the stock, without what others had ordered: 0, 0, and 10 units (magento/inventory#3181).
  test('is promised for what others hold or have bought, too', async () => {
    await setStock(gateway.db, 'BACK', 10);
    const promised = async (quantity: number): Promise<[string, number]> => {
      const { hold } = await create(line('BACK', quantity));
      const units = hold?.lines.map((one) => (one.promised ? one.quantity : 0)) ?? [];
      return [hold?.id ?? '', units.reduce((sum, one) => sum + one, 0)];
    };
    const [first, none] = await promised(6);
    expect(none).toBe(0);
    await send('holdConfirm', { hold: first });
    expect((await promised(6))[1]).toBe(2);
    expect((await promised(20))[1]).toBe(20);
    await expectNoDrift(gateway.db);
  });

  // In Spree, an earlier order became one of stock when a later one was made smaller (spree/spree#7328).
  test('stays promised when another hold is given back and made again', async () => {
    await setStock(gateway.db, 'BACK', 0);
    const [first, second] = [await idOf(create(line('BACK'))), await idOf(create(line('BACK', 2)))];
    await send('holdRelease', { hold: second });
    await idOf(create(line('BACK', 2)));
    expect((await send('holdConfirm', { hold: first })).hold?.lines).toMatchObject([
      { quantity: 1, promised: true },
    ]);
    await expectNoDrift(gateway.db);
  });

  test('keeps the date of when it was held', async () => {
    const hold = await idOf(create(line('PRE')));
    await gateway.db.query(`UPDATE skus SET restock_at = '2028-01-01' WHERE code = 'PRE'`);
    const { hold: confirmed } = await send('holdConfirm', { hold });
    expect(confirmed?.lines).toMatchObject([{ expectedAt: SPRING }]);
  });
});

describe('promised units', () => {
  test('come back when the hold is released or expires, at once', async () => {
    await send('holdRelease', { hold: await idOf(create(line('PRE', 4), line('BACK', 5))) });
    expect((await availability('PRE')).promised).toBe(10);
    await idOf(create(line('PRE', 10)));
    await passHoldTime(gateway.db);
    expect(await availability('PRE')).toMatchObject({ orderable: true, promised: 10 });
    await idOf(create(line('PRE', 10)));
    await expectNoDrift(gateway.db);
    await passHoldTime(gateway.db);
    await sweepHolds(gateway);
    await expectNoDrift(gateway.db);
  });

  test('are deducted when the hold is confirmed, from what the SKU promises, and the sale is recorded', async () => {
    const hold = await idOf(create(line('PRE', 4), line('BACK', 5)));
    expect((await send('holdConfirm', { hold })).userErrors).toEqual([]);
    expect((await availability('PRE')).promised).toBe(6);
    const { rows } = await gateway.db.query(
      `SELECT code, on_hand, held, promised, promised_held FROM skus JOIN stock_levels ON sku_id = skus.id
       WHERE code IN ('PRE', 'BACK') ORDER BY code`,
    );
    expect(rows).toEqual([
      { code: 'BACK', on_hand: 0, held: 0, promised: null, promised_held: 0 },
      { code: 'PRE', on_hand: 0, held: 0, promised: 6, promised_held: 0 },
    ]);
    const { rows: ledger } = await gateway.db.query(
      `SELECT code, delta, reason FROM stock_ledger JOIN skus ON skus.id = sku_id
       WHERE reference = $1 ORDER BY code, delta`,
      [`hold ${fromGlobalId(hold).id}`],
    );
    expect(ledger).toEqual([
      { code: 'BACK', delta: -2, reason: 'sale' },
      { code: 'BACK', delta: 0, reason: 'promised sale' },
      { code: 'PRE', delta: 0, reason: 'promised sale' },
    ]);
    await expectNoDrift(gateway.db);
  });

  // Failed on 2026-11-29 while all lines of expired holds were subtracted: 5 of 2 held units, which left -3.
  test('of an expired hold are not stock that comes back', async () => {
    await idOf(create(line('BACK', 5)));
    await passHoldTime(gateway.db);
    const entries = [{ sku: 'BACK', location: 'berlin', onHand: 7 }];
    const { levels, userErrors } = await writeStock(gateway, STOCK_SET, { entries }, key);
    expect(userErrors).toEqual([]);
    expect(levels).toMatchObject([{ onHand: 7, held: 0, sellable: 7 }]);
  });

  test('that the shop no longer promises are not confirmed', async () => {
    const hold = await idOf(create(line('PRE', 4)));
    await gateway.db.query(`UPDATE skus SET promised = 3 WHERE code = 'PRE'`);
    const { userErrors } = await send('holdConfirm', { hold });
    expect(userErrors).toMatchObject([{ code: 'INSUFFICIENT_STOCK', sellable: 3 }]);
    expect((await send('holdRelease', { hold })).hold?.status).toBe('RELEASED');
  });
  test('are recorded in the ledger when they are sold, even where no location has the SKU', async () => {
    const hold = await idOf(create(line('SOON', 2)));
    expect((await send('holdConfirm', { hold })).userErrors).toEqual([]);
    const { rows } = await gateway.db.query(
      `SELECT delta, balance, reason FROM stock_ledger WHERE reference = $1`,
      [`hold ${fromGlobalId(hold).id}`],
    );
    expect(rows).toEqual([{ delta: 0, balance: 0, reason: 'promised sale' }]);
    await expectNoDrift(gateway.db);
  });

  // Failed on 2026-11-29 while hold_create locked only SKUs that could be ordered already, and its last UPDATE had no
  // condition: two of one unit were promised.
  test('are promised once, if the SKU can be ordered only since calls wait', async () => {
    await gateway.db.query(`UPDATE skus SET when_out = 'deny', promised = 0 WHERE code = 'SOON'`);
    const till = await gateway.db.connect();
    const other = await gateway.db.connect();
    try {
      await till.query(`BEGIN;
        SELECT FROM stock_levels JOIN skus ON skus.id = sku_id WHERE code IN ('PRE', 'BACK') FOR UPDATE OF stock_levels`);
      await other.query('BEGIN');
      const one = other.query(
        `SELECT ${holdSql({ lines: 2 })}
         FROM skus, channels WHERE code IN ('SOON', 'PRE') AND channels.handle = 'eu' GROUP BY channels.id`,
      );
      await waiting(gateway.db, 1);
      const two = create(line('SOON'), line('BACK'));
      await waiting(gateway.db, 2);
      const opened: true[] = [];
      const opening = gateway.db
        .query(`UPDATE skus SET when_out = 'preorder', promised = 1 WHERE code = 'SOON'`)
        .then(() => opened.push(true));
      await until('the SKU can be ordered, or that waits', async () => {
        if (opened.length > 0) return true;
        const { rowCount } = await gateway.db.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return rowCount === 3;
      });
      await till.query('COMMIT');
      await one;
      if (opened.length > 0) await waiting(gateway.db, 1);
      await other.query('COMMIT');
      await Promise.all([two, opening]);
    } finally {
      till.release();
      other.release();
    }
    const { rows } = await gateway.db.query(
      `SELECT promised, promised_held <= promised AS "isKept" FROM skus WHERE code = 'SOON'`,
    );
    expect(rows).toEqual([{ promised: 1, isKept: true }]);
    await expectNoDrift(gateway.db);
  });

  // Failed on 2026-11-29 without the lock on SKUs in hold_create and the condition of its last UPDATE, either of which is
  // enough: an eleventh unit was promised.
  test('are promised once, whoever asks at the same time', async () => {
    // It has no stock level, whose lock would keep the calls apart.
    await gateway.db.query(`UPDATE skus SET promised = 10 WHERE code = 'SOON'`);
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(line('SOON'))));
    expect(answers.filter(({ hold }) => hold !== null)).toHaveLength(10);
    const [first] = answers.flatMap(({ hold }) => (hold === null ? [] : [hold.id]));
    await send('holdRelease', { hold: first });

    const other = await gateway.db.connect();
    await other.query('BEGIN');
    await other.query(
      `SELECT ${holdSql()} FROM skus, channels WHERE code = 'SOON' AND channels.handle = 'eu'`,
    );
    const last = create(line('SOON'));
    await waiting(gateway.db, 1);
    await other.query('COMMIT');
    other.release();
    expect((await last).userErrors).toMatchObject([{ code: 'INSUFFICIENT_STOCK', sellable: 0 }]);
    await expectNoDrift(gateway.db);
  });

  test('are held by guests up to their share, and one address up to half of that', async () => {
    await gateway.db.query(`UPDATE skus SET promised = 20 WHERE code = 'PRE'`);
    const guest = async (quantity: number): Promise<HoldAnswer> => {
      const document = `mutation ($input: HoldCreateInput!) { payload: holdCreate(input: $input) ${HOLD_FIELDS} }`;
      return (await gateway.read(holdPayload, document, { input: { lines: [line('PRE', quantity)] } }))
        .payload;
    };
    expect((await guest(3)).userErrors).toMatchObject([{ code: 'HOLD_LIMIT' }]);
    expect((await guest(2)).userErrors).toEqual([]);
    expect((await guest(1)).userErrors).toMatchObject([{ code: 'HOLD_LIMIT' }]);
    await expectNoDrift(gateway.db);
  });

  test('keep their SKU from being deleted while a hold needs them', async () => {
    const hold = await idOf(create(line('SOON')));
    const products = `mutation { productsDelete(input: { handles: ["boots"] }) { userErrors { code } } }`;
    const { data } = await gateway.ask(products, {}, key);
    expect(data).toEqual({ productsDelete: { userErrors: [{ code: 'IN_HOLD' }] } });
    await expect(gateway.db.query(`DELETE FROM products WHERE handle = 'boots'`)).rejects.toMatchObject({
      code: 'VT001',
    });
    await send('holdRelease', { hold });
  });
});

// Failed on 2026-11-29 without the trigger on stock_locations, and while hold_json wrote null for no lines.
test('a location from which promised units are to be sent cannot be deleted, and its old holds can be read', async () => {
  const { rows } = await gateway.db.query<{ id: number }>(
    `WITH rome AS (INSERT INTO stock_locations (handle, name, country_code) VALUES ('rome', 'Rome', 'IT') RETURNING id),
       served AS (INSERT INTO channel_locations SELECT channels.id, rome.id FROM channels, rome WHERE channels.handle = 'eu')
     SELECT id FROM rome`,
  );
  const location = toGlobalId('StockLocation', rows[0]?.id ?? 0);
  const hold = await idOf(send('holdCreate', { lines: [line('SOON')], location }));
  const remove = `DELETE FROM stock_locations WHERE handle = 'rome'`;
  await expect(gateway.db.query(remove)).rejects.toMatchObject({ code: '55006' });
  await send('holdRelease', { hold });
  // Failed on 2026-11-29 while hold_create did not lock the location: it was deleted, and the hold had no lines.
  const other = await gateway.db.connect();
  try {
    await other.query('BEGIN');
    const { rows: made } = await other.query<{ id: string }>(
      `SELECT ${holdSql({ location: '$1' })} #>> '{hold,id}' AS id FROM skus, channels WHERE code = 'SOON' AND channels.handle = 'eu'`,
      [rows[0]?.id],
    );
    const removing = gateway.db.query(remove).catch((error: unknown) => error);
    await waiting(gateway.db, 1);
    await other.query('COMMIT');
    expect(await removing).toMatchObject({ code: '55006' });
    await gateway.db.query(`SELECT holds_end(ARRAY[$1::uuid], 'RELEASED')`, [made[0]?.id]);
  } finally {
    other.release(true);
  }
  await gateway.db.query(remove);
  const { data, errors } = await gateway.ask(
    `query ($hold: ID!) { hold(id: $hold) { status lines { quantity } } }`,
    { hold },
    key,
  );
  expect({ data, errors }).toEqual({ data: { hold: { status: 'RELEASED', lines: [] } }, errors: [] });
});

test('a channel without locations promises nothing', async () => {
  const { sku } = await gateway.read(
    z.object({ sku: z.object({ availability: z.object({ orderable: z.boolean(), level: z.string() }) }) }),
    `query @inContext(channel: "nowhere") { sku(code: "SOON") { availability { orderable level } } }`,
  );
  expect(sku.availability).toEqual({ orderable: false, level: 'OUT_OF_STOCK' });
});

test('a gateway of the previous version holds stock, and ends what is promised', async () => {
  const { rows } = await gateway.db.query<{ outcome: unknown }>(
    `SELECT hold_create(channels.id, 0, ''::bytea, array_agg(skus.id), ARRAY[3], NULL::integer, NULL, NULL, 60, NULL::text,
       NULL::bytea, NULL::bytea, NULL::bytea, NULL, NULL, NULL) AS outcome
     FROM skus, channels WHERE code = 'BACK' AND channels.handle = 'eu' GROUP BY channels.id`,
  );
  expect(rows).toEqual([{ outcome: { short: [{ line: 0, sellable: 2 }], limited: [] } }]);
  const id = fromGlobalId(await idOf(create(line('BACK', 3)))).id;
  await gateway.db.query(`SELECT holds_end(ARRAY[$1::uuid], 'RELEASED')`, [id]);
  await expectNoDrift(gateway.db);
});

// Failed on 2026-11-29 while the units that were read before the lock were written back: 10 were promised again.
test('a sale while a partner changes the SKU is not undone', async () => {
  const sale = await gateway.db.connect();
  await sale.query('BEGIN');
  await sale.query(`UPDATE skus SET promised = 6 WHERE code = 'PRE'`);
  const changing = gateway.ask(
    `mutation { productsUpsert(input: { products: [{ handle: "coat", skus: [
      { code: "BACK" }, { code: "PRE", restockAt: "${SPRING}", gtin: "96385074" }, { code: "NO" }] }] }) { userErrors { code } } }`,
    {},
    key,
  );
  await waiting(gateway.db, 1);
  await sale.query('COMMIT');
  sale.release();
  expect((await changing).data).toEqual({ productsUpsert: { userErrors: [] } });
  expect((await availability('PRE')).promised).toBe(6);
});

test('a partner says how many units are promised', async () => {
  const upsert = (promised: number | null) =>
    gateway.ask(
      `mutation ($promised: Int) { productsUpsert(input: { products: [{ handle: "boots", skus: [{ code: "SOON", promised: $promised }] }] })
        { userErrors { code field message } } }`,
      { promised },
      key,
    );
  expect((await upsert(7)).data).toEqual({ productsUpsert: { userErrors: [] } });
  expect((await availability('SOON')).promised).toBe(7);
  expect((await upsert(-1)).data).toEqual({
    productsUpsert: {
      userErrors: [
        {
          code: 'BAD_USER_INPUT',
          field: ['products', '0', 'skus', '0', 'promised'],
          message: 'promised is -1: it must be from 0 to 1000000, or null for no limit.',
        },
      ],
    },
  });
  expect((await upsert(null)).data).toEqual({ productsUpsert: { userErrors: [] } });
  expect(await availability('SOON')).toMatchObject({ orderable: true, promised: null });
});
