import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { feedOf, openShop, type Shop } from './support.js';

let shop: Shop;
const shops: Shop[] = [];
beforeEach(async () => {
  shop = await openShop();
  shops.push(shop);
});
afterAll(() => Promise.all(shops.map((each) => each.close())));

const CHANNELS = {
  locations: [
    { handle: 'berlin', name: 'Berlin', countryCode: 'DE' },
    { handle: 'paris', name: 'Paris', countryCode: 'FR', latitude: 48.9, longitude: 2.4, pickup: true },
  ],
  channels: [
    { handle: 'eu', name: 'Europe', currency: 'EUR', default: true, locations: ['berlin', 'paris'] },
    {
      handle: 'uk',
      name: 'United Kingdom',
      currency: 'GBP',
      locations: ['berlin'],
      checkoutUrlTemplate: 'https://shop.example/{sku}',
      holdUrlTemplate: 'https://shop.example/{lines}?{hold}',
      showsExactStock: false,
      lowStockThreshold: 1,
    },
  ],
};
const OFFERS = `SELECT sku.code, channel.handle AS channel, amount, offer.compare_at, sellable::integer
  FROM sku_offers offer JOIN skus sku ON sku.id = sku_id JOIN channels channel ON channel.id = channel_id
  ORDER BY sku.id, channel.id`;

describe('tables beside a feed', () => {
  test('say where stock stands and what it costs in each channel', async () => {
    await shop.write('channels.json', JSON.stringify(CHANNELS));
    await shop.write(
      'stock.tsv',
      'sku\tlocation\tquantity\tsafety_stock\na\tberlin\t5\t2\na\tparis\t1\t0\nunknown\tparis\t1\t0\n',
    );
    await shop.write(
      'prices.tsv',
      'price_list\tsku\tamount\tcompare_at\tcurrency\neu\ta\t9.00\t\tEUR\nuk\ta\t8.50\t9\tGBP\nuk\tb\t7\t\tGBP\n',
    );
    const feed = ['a', 'b', 'c'].map((id) => ({ id, quantity: '4' }));
    await shop.write('feed.tsv', feedOf(feed));
    expect(await shop.import('feed.tsv')).toMatchObject({ channel: 'eu', rejectedRows: 0 });
    expect(await shop.all(OFFERS)).toEqual([
      { code: 'a', channel: 'eu', amount: 1000, compare_at: null, sellable: 4 },
      { code: 'a', channel: 'uk', amount: 850, compare_at: 900, sellable: 3 },
      { code: 'b', channel: 'uk', amount: 700, compare_at: null, sellable: 4 },
      { code: 'c', channel: 'eu', amount: 1000, compare_at: null, sellable: 4 },
    ]);
    expect(
      await shop.all(
        `SELECT handle, is_default, shows_exact_stock, low_stock_threshold, hold_url_template FROM channels ORDER BY id`,
      ),
    ).toEqual([
      {
        handle: 'eu',
        is_default: true,
        shows_exact_stock: true,
        low_stock_threshold: 3,
        hold_url_template: null,
      },
      {
        handle: 'uk',
        is_default: false,
        shows_exact_stock: false,
        low_stock_threshold: 1,
        hold_url_template: CHANNELS.channels[1]?.holdUrlTemplate,
      },
    ]);
    const before = await shop.versions();
    expect(await shop.import('feed.tsv')).toMatchObject({ productsChanged: 0 });
    expect(await shop.versions()).toEqual(before);

    await shop.write('stock.tsv', 'sku\tlocation\tquantity\na\tparis\t1\n');
    await shop.write('prices.tsv', 'price_list\tsku\tamount\nuk\ta\t8\nuk\tb\t7\n');
    await shop.import('feed.tsv');
    expect(await shop.all(OFFERS)).toMatchObject([
      { code: 'a', channel: 'uk', amount: 800, sellable: 0 },
      { code: 'b', channel: 'uk', amount: 700, sellable: 4 },
      { code: 'c', channel: 'eu' },
    ]);
  });

  test('follow changes of the channels file', async () => {
    await shop.write('channels.json', JSON.stringify(CHANNELS));
    await shop.write('feed.tsv', feedOf([{ id: 'a' }]));
    await shop.import('feed.tsv');
    const [eu, uk] = CHANNELS.channels;
    await shop.write(
      'channels.json',
      JSON.stringify({ ...CHANNELS, channels: [eu, { ...uk, name: 'Britain', locations: ['paris'] }] }),
    );
    await shop.import('feed.tsv');
    expect(
      await shop.all(`SELECT channel.name || ' ' || location.name FROM channels channel
        JOIN channel_locations ON channel_id = channel.id JOIN stock_locations location ON location.id = location_id ORDER BY 1`),
    ).toEqual(['Britain Paris', 'Europe Berlin', 'Europe Paris']);
  });

  test('have their wrong rows reported', async () => {
    await shop.write('channels.json', JSON.stringify(CHANNELS));
    await shop.write('stock.tsv', 'sku\tlocation\tquantity\na\trome\t1\na\tparis\tmany\na\tparis\t2\n');
    await shop.write(
      'prices.tsv',
      'price_list\tsku\tamount\tcompare_at\tcurrency\nrome\ta\t1\t\t\neu\ta\t1\t\tUSD\neu\ta\t2\t1\t\nuk\t\t2\t\t\n',
    );
    await shop.write('feed.tsv', feedOf([{ id: 'a' }]));
    const { rejected } = await shop.import('feed.tsv');
    expect(
      rejected.map(({ line, reason }) => [line, reason.replace(/^In .*\/(\w+\.tsv): /, '$1: ')]),
    ).toEqual([
      [2, 'stock.tsv: location "rome": There is no such location.'],
      [3, expect.stringMatching(/^stock\.tsv: quantity "many": A quantity is/)],
      [2, 'prices.tsv: price_list "rome": There is no such price list.'],
      [3, 'prices.tsv: currency "USD": The price list eu is in EUR.'],
      [4, 'prices.tsv: compare_at "1": It must be above the amount, or empty.'],
      [5, 'prices.tsv: sku is empty.'],
    ]);
    expect(await shop.all(OFFERS)).toMatchObject([{ code: 'a', channel: 'eu', sellable: 2 }]);
  });

  test.each([
    ['not JSON', '{'],
    ['a key too many', { ...CHANNELS, more: 1 }],
    ['a wrong currency', { ...CHANNELS, channels: [{ ...CHANNELS.channels[0], currency: 'ZZZ' }] }],
    ['an unknown location', { ...CHANNELS, channels: [{ ...CHANNELS.channels[0], locations: ['rome'] }] }],
  ])('are refused when the channels file has %s', async (_, content) => {
    await shop.write('channels.json', typeof content === 'string' ? content : JSON.stringify(content));
    await shop.write('feed.tsv', feedOf([{ id: 'a' }]));
    await expect(shop.import('feed.tsv')).rejects.toMatchObject({
      name: 'RequestError',
      code: 'BAD_USER_INPUT',
    });
    expect(await shop.all('SELECT handle FROM channels')).toEqual([]);
  });
});
