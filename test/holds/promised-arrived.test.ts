import { describe, expect, test } from '@jest/globals';
import { fromGlobalId } from 'graphql-relay';
import { expectNoDrift } from '../support/holds.js';
import { sweepHolds } from '../support/sweep-holds.js';
import { create, gateway, idOf, key, line, openPromised, send } from './promised-support.js';

openPromised();

/** The goods have arrived: they are stock at these locations, and nothing is promised. */
const arrive = async (code: string, handle: string, stock: Record<string, number>): Promise<void> => {
  const codes = handle === 'boots' ? [code] : ['BACK', 'PRE', 'NO'];
  const skus = codes.map((one) => (one === code ? { code, whenOut: 'DENY', promised: null } : { code: one }));
  const entries = Object.entries(stock).map(([location, onHand]) => ({ sku: code, location, onHand }));
  const { data } = await gateway.ask(
    `mutation ($skus: [SkuInput!]!, $entries: [StockSetEntryInput!]!, $isStocked: Boolean!) {
      productsUpsert(input: { products: [{ handle: "${handle}", skus: $skus }] }) { userErrors { message } }
      stockSet(input: { entries: $entries }) @include(if: $isStocked) { userErrors { message } }
    }`,
    { skus, entries, isStocked: entries.length > 0 },
    key,
  );
  expect(data).toEqual({
    productsUpsert: { userErrors: [] },
    ...(entries.length > 0 && { stockSet: { userErrors: [] } }),
  });
};

const levels = async (code: string): Promise<unknown> => {
  const { rows } = await gateway.db.query(
    `SELECT handle, on_hand, held FROM stock_levels JOIN skus ON skus.id = sku_id
     JOIN stock_locations ON stock_locations.id = location_id WHERE code = $1 ORDER BY handle`,
    [code],
  );
  return rows;
};

describe('promised units', () => {
  // Failed on 2026-11-29 while confirming checked only what the SKU promises: 14 of 10 units were sold.
  test('that have arrived since are taken from stock, if others have not bought it', async () => {
    const [first, second] = [await idOf(create(line('PRE', 4))), await idOf(create(line('PRE', 3)))];
    await arrive('PRE', 'coat', { berlin: 10 });
    const { hold, userErrors } = await send('holdConfirm', { hold: first });
    expect(userErrors).toEqual([]);
    expect(hold?.lines).toMatchObject([
      { quantity: 4, promised: false, expectedAt: null, location: { handle: 'berlin' } },
    ]);
    expect(await levels('PRE')).toEqual([{ handle: 'berlin', on_hand: 6, held: 0 }]);
    await expectNoDrift(gateway.db);

    await send('holdConfirm', { hold: await idOf(create(line('PRE', 2))) });
    await idOf(create(line('PRE', 2)));
    expect((await send('holdConfirm', { hold: second })).userErrors).toMatchObject([
      { code: 'INSUFFICIENT_STOCK', sellable: 2 },
    ]);
    expect(await levels('PRE')).toEqual([{ handle: 'berlin', on_hand: 4, held: 2 }]);
    await send('holdRelease', { hold: second });
    await expectNoDrift(gateway.db);
  });

  test('that have arrived elsewhere are sent from there, with the stock that was held there', async () => {
    const hold = await idOf(create(line('BACK', 5)));
    await arrive('BACK', 'coat', { berlin: 4, paris: 3 });
    expect((await send('holdConfirm', { hold })).hold?.lines).toMatchObject([
      { quantity: 2, promised: false, location: { handle: 'berlin' } },
      { quantity: 3, promised: false, location: { handle: 'paris' } },
    ]);
    expect(await levels('BACK')).toEqual([
      { handle: 'berlin', on_hand: 2, held: 0 },
      { handle: 'paris', on_hand: 0, held: 0 },
    ]);
    await expectNoDrift(gateway.db);
    await gateway.db.query(`UPDATE skus SET when_out = 'backorder' WHERE code = 'BACK'`);
    const all = await idOf(create(line('BACK', 5)));
    await arrive('BACK', 'coat', { berlin: 5 });
    expect((await send('holdConfirm', { hold: all })).userErrors).toEqual([]);
    expect(await levels('BACK')).toEqual([
      { handle: 'berlin', on_hand: 0, held: 0 },
      { handle: 'paris', on_hand: 0, held: 0 },
    ]);
    await expectNoDrift(gateway.db);
  });

  // Failed on 2026-11-29 while all units of a line had to come from one location.
  test('that have arrived at several locations are sent from these, each a line', async () => {
    const hold = await idOf(create(line('PRE', 5), line('NO')));
    await arrive('PRE', 'coat', { berlin: 3, paris: 3 });
    const { hold: confirmed, userErrors } = await send('holdConfirm', { hold });
    expect(userErrors).toEqual([]);
    const arrived = {
      sku: { code: 'PRE' },
      promised: false,
      expectedAt: null,
      unitPrice: { amount: '10.00' },
    };
    expect(confirmed?.lines).toMatchObject([
      { ...arrived, quantity: 3, location: { handle: 'berlin' } },
      { sku: { code: 'NO' }, quantity: 1 },
      { ...arrived, quantity: 2, location: { handle: 'paris' } },
    ]);
    expect(await levels('PRE')).toEqual([
      { handle: 'berlin', on_hand: 0, held: 0 },
      { handle: 'paris', on_hand: 1, held: 0 },
    ]);
    await expectNoDrift(gateway.db);
  });

  // Failed on 2026-11-29 while an expired hold kept its stock from being taken until it was swept.
  test('that have arrived are taken from what an expired hold had, unless that is being ended', async () => {
    const first = await idOf(create(line('PRE', 4)));
    await arrive('PRE', 'coat', { berlin: 10 });
    const { id } = fromGlobalId(await idOf(create(line('PRE', 10))));
    await gateway.db.query(
      `WITH hold AS (UPDATE holds SET expires_at = now() WHERE id = $1)
       UPDATE hold_lines SET expires_at = now() WHERE hold_id = $1`,
      [id],
    );
    const other = await gateway.db.connect();
    try {
      await other.query('BEGIN');
      await other.query('SELECT FROM holds WHERE id = $1 FOR UPDATE', [id]);
      expect((await send('holdConfirm', { hold: first })).userErrors).toMatchObject([
        { code: 'INSUFFICIENT_STOCK', sellable: 0 },
      ]);
      await other.query('COMMIT');
    } finally {
      other.release(true);
    }
    expect((await send('holdConfirm', { hold: first })).userErrors).toEqual([]);
    expect(await levels('PRE')).toEqual([{ handle: 'berlin', on_hand: 6, held: 10 }]);
    await sweepHolds(gateway);
    expect(await levels('PRE')).toEqual([{ handle: 'berlin', on_hand: 6, held: 0 }]);
    await expectNoDrift(gateway.db);
  });

  test('of an item that was withdrawn are not confirmed', async () => {
    const hold = await idOf(create(line('SOON', 2)));
    await arrive('SOON', 'boots', {});
    expect((await send('holdConfirm', { hold })).userErrors).toMatchObject([
      {
        code: 'INSUFFICIENT_STOCK',
        message:
          'The shop no longer has, or promises, all units of the hold: release it, and hold the units that are left.',
        sellable: 0,
      },
    ]);
    await send('holdRelease', { hold });
  });
});
