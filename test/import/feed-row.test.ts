import { describe, expect, test } from '@jest/globals';
import { parseFeedRow } from '../../src/import/feed-row.js';

const ROW = {
  id: 'coat-m',
  title: 'A coat',
  image_link: 'coat.jpg',
  availability: 'in_stock',
  price: '99.90 EUR',
};
const parse = (cells: Readonly<Record<string, string>>) =>
  parseFeedRow(7, new Map(Object.entries({ ...ROW, ...cells })));

describe('a row', () => {
  test('is an SKU with what it says of its product', () => {
    expect(
      parse({
        item_group_id: 'coat',
        link: 'https://shop.example/coat',
        additional_image_link: 'back.jpg, coat.jpg,https://cdn.example/c.jpg',
        brand: 'Acme',
        gtin: '4006381333931',
        product_type: 'Outerwear > Coats',
        color: 'red/white',
        size: 'M',
        material: 'wool',
        product_detail: 'Fit:Sleeve length:long,Look:style:a\\, b',
      }),
    ).toEqual({
      line: 7,
      code: 'coat-m',
      group: 'coat',
      title: 'A coat',
      description: null,
      url: 'https://shop.example/coat',
      images: ['coat.jpg', 'back.jpg', 'https://cdn.example/c.jpg'],
      brand: 'Acme',
      gtin: '4006381333931',
      category: ['Outerwear', 'Coats'],
      options: { size: 'M', color: 'red/white' },
      attributes: [
        ['color', 'red'],
        ['color', 'white'],
        ['material', 'wool'],
        ['sleeve_length', 'long'],
        ['style', 'a, b'],
      ],
      whenOut: 'deny',
      restockAt: null,
      onHand: null,
      currency: 'EUR',
      prices: [{ amount: 9990, compareAt: null, from: null, until: null }],
    });
  });

  test.each([
    ['in stock', undefined, { onHand: null, whenOut: 'deny' }],
    ['in_stock', '7', { onHand: 7, whenOut: 'deny' }],
    ['out_of_stock', undefined, { onHand: 0, whenOut: 'deny' }],
    ['out of stock', '7', { onHand: 0, whenOut: 'deny' }],
    ['preorder', undefined, { onHand: 0, whenOut: 'preorder' }],
    ['Backorder', '2', { onHand: 2, whenOut: 'backorder' }],
  ])('%s with quantity %s is %j', (availability, quantity, expected) => {
    expect(parse({ availability, ...(quantity === undefined ? {} : { quantity }) })).toMatchObject(expected);
  });

  test('knows when a late article comes', () => {
    const late = parse({ availability: 'preorder', availability_date: '2027-02-24T13:00-0800' });
    expect(late.restockAt).toBe('2027-02-24T21:00:00.000Z');
  });

  test('with a sale has the sale price, and the regular one before and after it', () => {
    expect(parse({ sale_price: '79.90 EUR' }).prices).toEqual([
      { amount: 7990, compareAt: 9990, from: null, until: null },
    ]);
    const interval = '2026-01-01T00:00+0100/2026-02-01';
    expect(parse({ sale_price: '79.90 EUR', sale_price_effective_date: interval }).prices).toEqual([
      { amount: 9990, compareAt: null, from: null, until: '2025-12-31T23:00:00.000Z' },
      { amount: 7990, compareAt: 9990, from: '2025-12-31T23:00:00.000Z', until: '2026-02-01T00:00:00.000Z' },
      { amount: 9990, compareAt: null, from: '2026-02-01T00:00:00.000Z', until: null },
    ]);
    expect(parse({ sale_price: '99.90 EUR' }).prices).toEqual([
      { amount: 9990, compareAt: null, from: null, until: null },
    ]);
  });

  test('falls back to the category that Google names in words', () => {
    expect(parse({ google_product_category: 'Apparel > Coats' }).category).toEqual(['Apparel', 'Coats']);
    expect(parse({ google_product_category: '1604' }).category).toEqual(['uncategorized']);
    expect(parse({ product_type: ' > ' }).category).toEqual(['uncategorized']);
  });

  test.each([
    [{ price: '99.955 EUR' }, 'price "99.955 EUR": EUR has 2 decimals; 99.955 has more.'],
    [{ price: '-1 EUR' }, 'price "-1 EUR": An amount of money cannot be negative.'],
    [{ price: '10' }, 'price "10": A price must be an amount and a currency, for example 24.95 EUR.'],
    [{ price: '10 EURO' }, 'price "10 EURO": A price must be'],
    [{ price: '10 ZZZ' }, 'price "10 ZZZ": "ZZZ" is not a currency'],
    [{ sale_price: '9 USD' }, 'sale_price "9 USD": The price is in EUR'],
    [{ sale_price: '100 EUR' }, 'sale_price "100 EUR": It is above the price.'],
    [{ sale_price: '9 EUR', sale_price_effective_date: '2026-01-01' }, 'An interval must be two times'],
    [{ sale_price: '9 EUR', sale_price_effective_date: '2026-02-30/2026-03-01' }, 'There is no such time.'],
    [{ sale_price: '9 EUR', sale_price_effective_date: '2026-03-02/2026-03-01' }, 'ends before it begins'],
    [{ availability: 'perhaps' }, 'availability "perhaps": It must be in_stock'],
    [{ quantity: '-1' }, 'quantity "-1": A quantity is a whole number'],
    [{ quantity: '2.5' }, 'quantity "2.5": A quantity is a whole number'],
    [{ quantity: '9999999999' }, 'quantity "9999999999": A quantity is a whole number'],
    [{ gtin: '4.00638E+12' }, 'gtin "4.00638E+12": A GTIN has 8, 12, 13, or 14 digits.'],
    [{ link: '/coat' }, 'link "/coat": It must be the full URL'],
    [{ link: 'javascript:alert(1)' }, 'link "javascript:alert(1)": It must be the full URL'],
    [{ product_detail: 'long' }, 'product_detail "long": It must be section:name:value'],
    [{ product_type: Array.from({ length: 8 }, () => 'x'.repeat(50)).join('>') }, 'The path is too long'],
    [{ product_type: Array.from({ length: 9 }, () => 'x').join('>') }, 'The path has 9 levels'],
    [{ title: 'x'.repeat(1_001) }, 'title has 1001 characters; at most 1000 are allowed.'],
    [{ id: 'x'.repeat(201) }, 'id has 201 characters'],
    [
      { additional_image_link: Array.from({ length: 30 }, (_, i) => `${i}.jpg`).join(',') },
      'at most 25 are allowed',
    ],
  ])('is rejected for %j', (cells, message) => {
    expect(() => parse(cells)).toThrow(message);
  });

  test.each(['id', 'title', 'price', 'availability'])('is rejected without %s', (column) => {
    const cells = new Map(Object.entries(ROW).filter(([name]) => name !== column));
    expect(() => parseFeedRow(7, cells)).toThrow(`${column} is empty.`);
  });
});
