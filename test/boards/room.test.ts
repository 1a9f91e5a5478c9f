import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { fromGlobalId, toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { BOARD_SIZE, MAX_OF_CLIENT, PICTURE_SIZE } from '../../src/boards/limits.js';
import { pruneBoards } from '../../src/boards/prune-boards.js';
import { READER, seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { colorEncoder, picture } from './support.js';

/** What strangers can store. Before there were limits, one address could write four gigabytes of boards a day. */
let gateway: TestGateway;
let shirt: string;
let coat: string;
let key: string;
beforeAll(async () => {
  gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      const skus = [{ code: 'M', prices: { eu: 1_000 } }];
      shirt = toGlobalId(
        'Product',
        await seedProduct(db, { handle: 'shirt', vectors: [[1, 0, 0, 0]], skus }),
      );
      const more = [{ code: 'L', prices: { eu: 1_000 } }];
      coat = toGlobalId(
        'Product',
        await seedProduct(db, { handle: 'coat', vectors: [[1, 0, 0, 0]], skus: more }),
      );
    },
    { encoder: colorEncoder, trustedProxies: ['127.0.0.1'] },
  );
  key = await seedApiKey(gateway.db, { scopes: READER });
});
beforeEach(() => gateway.db.query('DELETE FROM boards'));
afterAll(() => gateway.close());

const written = z.object({
  write: z.object({
    board: z.object({ id: z.string() }).nullable(),
    userErrors: z.array(z.object({ code: z.string(), message: z.string() })),
  }),
});

/** The id of the board; throws user errors. */
async function write(
  mutation: 'boardCreate' | 'boardUpdate' | 'pinAdd',
  input: object,
  { from = '192.0.2.1', secret }: { from?: string; secret?: string } = {},
): Promise<string> {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { write: ${mutation}(input: $input) { board { id } userErrors { code message } } }`;
  const { data } = await gateway.ask(document, { input }, secret, { 'x-forwarded-for': from });
  const { board, userErrors } = written.parse(data).write;
  if (board === null) throw new Error(userErrors.map(({ code, message }) => `${code}: ${message}`).join());
  return board.id;
}

const create = (from: string, secret?: string): Promise<string> =>
  write('boardCreate', { title: 'Autumn' }, { from, ...(secret !== undefined && { secret }) });

const uuidOf = (board: string): string => fromGlobalId(board).id;

/** As if the board had so many pins, which were last changed so long ago. */
const fill = (board: string, size: number, days = 0): Promise<unknown> =>
  gateway.db.query(`UPDATE boards SET size = $2, updated_at = now() - $3 * interval '1 day' WHERE id = $1`, [
    uuidOf(board),
    size,
    days,
  ]);

const sizeOf = async (board: string): Promise<number | undefined> =>
  (await gateway.db.query<{ size: number }>('SELECT size FROM boards WHERE id = $1', [uuidOf(board)])).rows[0]
    ?.size;

const FULL = /^BAD_USER_INPUT: .*it is taken/;

describe('one client', () => {
  test('has room for so many boards and pins, and others have theirs', async () => {
    const board = await create('192.0.2.1');
    await fill(board, MAX_OF_CLIENT - BOARD_SIZE);
    const last = await create('192.0.2.1');
    await expect(create('192.0.2.1')).rejects.toThrow(FULL);
    await expect(write('pinAdd', { board: last, product: shirt })).rejects.toThrow(FULL);
    // Of whoever created the board.
    await expect(write('pinAdd', { board: last, product: shirt }, { from: '192.0.2.2' })).rejects.toThrow(
      FULL,
    );
    await write('boardUpdate', { board: last, title: 'Winter' });
    expect(await sizeOf(last)).toBe(BOARD_SIZE);
    await create('192.0.2.2');
    await create('192.0.2.1', key);
  });

  test('is all networks of one customer of IPv6', async () => {
    await fill(await create('2001:db8:1:1::1'), MAX_OF_CLIENT);
    await expect(create('2001:db8:1:2::1')).rejects.toThrow(FULL);
    await create('2001:db8:2:1::1');
  });

  test('can take back what it pinned, and change its mind about it', async () => {
    const board = await create('192.0.2.1');
    const other = await create('192.0.2.1');
    await fill(other, MAX_OF_CLIENT - BOARD_SIZE - 1);
    await write('pinAdd', { board, product: shirt });
    await write('pinAdd', { board, product: shirt, positive: false });
    await expect(write('pinAdd', { board, product: coat })).rejects.toThrow(FULL);
    const { rows } = await gateway.db.query<{ id: number }>('SELECT id FROM pins');
    const document = `mutation ($input: PinRemoveInput!) { pinRemove(input: $input) { userErrors { code } } }`;
    const input = { board, pin: toGlobalId('Pin', rows[0]?.id ?? 0) };
    expect((await gateway.ask(document, { input })).data).toEqual({ pinRemove: { userErrors: [] } });
    await write('pinAdd', { board, product: coat });
  });

  test('has room for fewer pictures, whose files are kept', async () => {
    const board = await create('192.0.2.1');
    await write('pinAdd', { board, product: shirt });
    const image = { base64: (await picture(200, 30, 30)).toString('base64') };
    await write('pinAdd', { board, image });
    expect(await sizeOf(board)).toBe(BOARD_SIZE + 1 + PICTURE_SIZE);
  });
});

describe('when boards without an owner take more than all may', () => {
  const NOW = new AbortController().signal;
  const isKept = async (board: string): Promise<boolean> => (await sizeOf(board)) !== undefined;

  test('whoever has most gives way, with what was changed longest ago', async () => {
    const modest = await create('192.0.2.1');
    await fill(modest, 10, 80);
    const owned = await create('192.0.2.1', key);
    await fill(owned, 1_000, 80);
    // From before boards had a line.
    const old = await create('192.0.2.7');
    await gateway.db.query('UPDATE boards SET line = NULL WHERE id = $1', [uuidOf(old)]);
    await fill(old, 10, 80);
    const [first, second, third] = [
      await create('192.0.2.2'),
      await create('192.0.2.2'),
      await create('192.0.2.2'),
    ];
    await fill(first, 10, 3);
    await fill(second, 10, 1);
    await fill(third, 10, 2);
    await pruneBoards(gateway.db, NOW, { scoringEncoder: null, most: 50 });
    expect(await Promise.all([modest, old, first, second, third].map(isKept))).toEqual([
      true,
      true,
      true,
      true,
      true,
    ]);
    await pruneBoards(gateway.db, NOW, { scoringEncoder: null, most: 49 });
    expect(await Promise.all([modest, old, first, second, third].map(isKept))).toEqual([
      true,
      true,
      false,
      true,
      true,
    ]);
    await pruneBoards(gateway.db, NOW, { scoringEncoder: null, most: 30 });
    expect(await Promise.all([modest, old, first, second, third].map(isKept))).toEqual([
      true,
      true,
      false,
      true,
      false,
    ]);
    expect(await isKept(owned)).toBe(true);
  });

  test('no number of clients takes the even share of another', async () => {
    const modest = await create('192.0.2.1');
    await fill(modest, 10, 80);
    for (let client = 1; client <= 9; client += 1)
      for (let board = 0; board < 3; board += 1) await fill(await create(`198.51.100.${client}`), 10);
    await pruneBoards(gateway.db, NOW, { scoringEncoder: null, most: 100 });
    expect(await isKept(modest)).toBe(true);
    expect((await gateway.db.query('SELECT FROM boards')).rowCount).toBe(10);
  });
});
