import { describe, expect, test } from '@jest/globals';
import { merchantListing } from '../../src/import/formats/merchant-center.js';
import { parseListing, type ListingSettings } from '../../src/import/parse-listing.js';
import { Cells, ColumnUse } from '../../src/import/source/cells.js';

const ROW = {
  id: 'coat-m',
  title: 'A coat',
  image_link: 'coat.jpg',
  availability: 'in_stock',
  price: '99.90 EUR',
};
type Row = Readonly<Record<string, string>>;
const full = (cells: Row, settings: Partial<ListingSettings> = {}) => {
  const columns = Object.entries({ ...ROW, ...cells }).filter(([, value]) => value !== '');
  const values = new Map(columns.map(([name, value]) => [name, [value]]));
  return parseListing(merchantListing(7, new Cells(values, new ColumnUse())), {
    currency: null,
    zone: () => 'Europe/Berlin',
    defaultQuantity: null,
    ...settings,
  });
};
const parse = (cells: Row, settings?: Partial<ListingSettings>) => full(cells, settings).row;

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
      groupTitle: null,
      description: null,
      promised: null,
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
    [{ availability: 'in stock' }, { onHand: null, whenOut: 'deny' }],
    [
      { availability: 'in_stock', quantity: '7' },
      { onHand: 7, whenOut: 'deny' },
    ],
    [{ availability: 'in stock', inventory: '7' }, { onHand: 7 }],
    [{ availability: 'in stock', quantity_to_sell_on_facebook: '7' }, { onHand: 7 }],
    [{ availability: 'in stock', sell_on_google_quantity: '7' }, { onHand: 7 }],
    [{ availability: 'in stock', quantity: '5.0' }, { onHand: 5 }],
    [{ availability: 'in stock', quantity: '-3' }, { onHand: 0 }],
    [
      { availability: '', quantity: '4' },
      { onHand: 4, whenOut: 'deny' },
    ],
    [{ availability: 'https://schema.org/InStock' }, { onHand: null }],
    [{ availability: 'out_of_stock' }, { onHand: 0, whenOut: 'deny' }],
    [
      { availability: 'out of stock', quantity: '7' },
      { onHand: 0, whenOut: 'deny' },
    ],
    [{ availability: 'discontinued' }, { onHand: 0 }],
    [{ availability: 'preorder' }, { onHand: 0, whenOut: 'preorder', promised: null }],
    [
      { availability: 'preorder', quantity: '5' },
      { onHand: 0, whenOut: 'preorder', promised: 5 },
    ],
    [
      { availability: 'preorder', quantity: '0' },
      { onHand: 0, whenOut: 'preorder', promised: 0 },
    ],
    [
      { availability: 'preorder', quantity: '-3' },
      { onHand: 0, whenOut: 'preorder', promised: 0 },
    ],
    [{ availability: 'available for order' }, { onHand: 0, whenOut: 'backorder', promised: null }],
    [
      { availability: 'Backorder', quantity: '2' },
      { onHand: 2, whenOut: 'backorder', promised: null },
    ],
  ])('with the stock %j is %j', (stock, expected) => {
    expect(parse(stock)).toMatchObject(expected);
  });

  test('in stock without a number has the default quantity, and is counted', () => {
    expect(full({}, { defaultQuantity: 3 })).toMatchObject({ row: { onHand: 3 }, isUncounted: true });
    expect(full({ quantity: '0' }, { defaultQuantity: 3 })).toMatchObject({
      row: { onHand: 0 },
      isUncounted: false,
    });
    expect(full({ availability: 'preorder' }, { defaultQuantity: 3 }).row.onHand).toBe(0);
  });

  test('knows when a late article comes', () => {
    const late = (date: string) => parse({ availability: 'preorder', availability_date: date }).restockAt;
    expect(late('2027-02-24T13:00-0800')).toBe('2027-02-24T21:00:00.000Z');
    expect(late('2027-02-24T9:30')).toBe('2027-02-24T08:30:00.000Z');
    expect(late('2027-07-24')).toBe('2027-07-23T22:00:00.000Z');
  });

  test.each([
    ['USD 12.00', 1200, 'USD'],
    ['12,50 EUR', 1250, 'EUR'],
    ['1,299.00 USD', 129900, 'USD'],
    ['1.299,00 EUR', 129900, 'EUR'],
    ['1 299,00 EUR', 129900, 'EUR'],
    ["CHF 1'299.00", 129900, 'CHF'],
    ['1,299 USD', 129900, 'USD'],
    ['1,234,567 JPY', 1234567, 'JPY'],
    ['1.299.00 EUR', 129900, 'EUR'],
    ['1,299,00 EUR', 129900, 'EUR'],
    ['12.345.67 EUR', 1234567, 'EUR'],
    ['1.234.567 EUR', 123456700, 'EUR'],
    ['$12.50', 1250, 'USD'],
    ['€12.50', 1250, 'EUR'],
    ['12,50 €', 1250, 'EUR'],
    ['12.50USD', 1250, 'USD'],
    ['12.5 eur', 1250, 'EUR'],
    ['49,- EUR', 4900, 'EUR'],
    ['0,995 KWD', 995, 'KWD'],
  ])('may cost %s', (price, amount, currency) => {
    expect(parse({ price })).toMatchObject({ currency, prices: [{ amount }] });
  });

  test('may leave its currency to the feed', () => {
    expect(parse({ price: '250.00' }, { currency: 'GBP' })).toMatchObject({
      currency: 'GBP',
      prices: [{ amount: 25000 }],
    });
    expect(parse({ price: '$250.00' }, { currency: 'CAD' }).currency).toBe('CAD');
    expect(parse({ price: '250.00 USD' }, { currency: 'CAD' }).currency).toBe('USD');
  });

  test('with a sale has the sale price, and the regular one before and after it', () => {
    expect(parse({ sale_price: '79.90 EUR' }).prices).toEqual([
      { amount: 7990, compareAt: 9990, from: null, until: null },
    ]);
    const sale = (interval: string) => {
      const prices = parse({ sale_price: '79.90 EUR', sale_price_effective_date: interval }).prices;
      const { from = null, until = null } = prices.find(({ amount }) => amount === 7990) ?? {};
      return [prices.map(({ amount }) => amount), from, until];
    };
    const around = [9990, 7990, 9990];
    // A day ends with its last second, in the country of the feed.
    expect(sale('2026-01-01T00:00+0100/2026-02-01')).toEqual([
      around,
      '2025-12-31T23:00:00.000Z',
      '2026-02-01T23:00:00.000Z',
    ]);
    expect(sale('2026-07-01/2026-07-01')).toEqual([
      around,
      '2026-06-30T22:00:00.000Z',
      '2026-07-01T22:00:00.000Z',
    ]);
    expect(sale('2026-07-01T8:00/2026-07-01T20:00')).toEqual([
      around,
      '2026-07-01T06:00:00.000Z',
      '2026-07-01T18:00:00.000Z',
    ]);
    expect(sale('2026-03-29T0:00-23:59/2026-03-29T0:00-23:59')).toEqual([
      around,
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ]);
    expect(sale('/2026-03-29')).toEqual([[7990, 9990], null, '2026-03-29T22:00:00.000Z']);
    expect(parse({ sale_price: '99.90 EUR' }).prices).toEqual([
      { amount: 9990, compareAt: null, from: null, until: null },
    ]);
  });

  test.each([
    [{ product_type: 'Coats', google_product_category: 'Apparel > Coats' }, ['Coats']],
    [{ google_product_category: 'Apparel > Coats' }, ['Apparel', 'Coats']],
    [{ google_product_category: '2271' }, ['Apparel & Accessories', 'Clothing', 'Dresses']],
    [{ google_product_category: '2271 - Apparel > Dresses' }, ['Apparel', 'Dresses']],
    [{ google_product_category: '999999' }, null],
    [{ product_type: ' > ' }, null],
    [{ product_type: 'Women / Coats / Wool' }, ['Women', 'Coats', 'Wool']],
    [{ product_type: 'Women &gt; Coats' }, ['Women', 'Coats']],
    [{ product_type: 'Women > Coats, Women > Sale' }, ['Women', 'Coats']],
    [{ product_type: 'Coats, Jackets & Vests > Coats' }, ['Coats, Jackets & Vests', 'Coats']],
  ])('of %j has the category %j', (cells, category) => {
    expect(parse(cells).category).toEqual(category);
  });

  test('has a description without HTML, and names without entities', () => {
    expect(
      parse({
        title: 'Alder &amp; Finch coat',
        description:
          '<style>p{}</style><p>Warm &amp; dry,<br>5 &lt; 6.</p>\n<ul>\n<li>Wool</li><li>Horn&nbsp;buttons</li></ul>',
      }),
    ).toMatchObject({
      title: 'Alder & Finch coat',
      description: 'Warm & dry,\n5 < 6.\n- Wool\n- Horn buttons',
    });
    expect(parse({ description: 'Sizes 3 < 4 & more\nthan two' }).description).toBe(
      'Sizes 3 < 4 & more\nthan two',
    );
    expect(parse({ description: '&lt;p&gt;Warm&lt;/p&gt;' }).description).toBe('Warm');
  });

  test.each([
    [{ gtin: "'4006381333931" }, { gtin: '4006381333931' }],
    [{ gtin: '4006381333931.0' }, { gtin: '4006381333931' }],
    [{ color: 'red', Colour: '' }, { options: { color: 'red' } }],
    [{ image_link: '//cdn.example/a.jpg' }, { images: ['https://cdn.example/a.jpg'] }],
    [
      { additional_image_link: 'https://cdn.example/w_1,h_2/a.jpg,https://cdn.example/b.jpg' },
      { images: ['coat.jpg', 'https://cdn.example/w_1,h_2/a.jpg', 'https://cdn.example/b.jpg'] },
    ],
  ])('says the same with %j as with %j', (cells, expected) => {
    expect(full(cells)).toMatchObject({ row: expected, leftOut: [] });
  });

  test.each([
    [{ gtin: '4.00638E+12' }, { gtin: null }, 'gtin "4.00638E+12": A spreadsheet has rounded it'],
    [{ gtin: 'N/A' }, { gtin: null }, 'gtin "N/A": It is no number.'],
    [{ gtin: '123' }, { gtin: null }, 'gtin "123": A GTIN has 8, 12, 13, or 14 digits.'],
    [{ quantity: '-3' }, { onHand: 0 }, 'quantity "-3": It is below 0'],
    [{ quantity: '2.5' }, { onHand: null }, 'quantity "2.5": A quantity is a whole number'],
    [{ quantity: '9999999999' }, { onHand: null }, 'quantity "9999999999": A quantity is a whole number'],
    [{ link: '/coat' }, { url: null }, 'link "/coat": It must be the full URL'],
    [{ link: 'javascript:alert(1)' }, { url: null }, 'link "javascript:alert(1)": It must be the full URL'],
    [{ product_detail: 'long' }, { attributes: [] }, 'product_detail "long": It must be section:name:value'],
    [{ product_type: 'x>'.repeat(9) }, { category: null }, 'The path has 9 levels'],
    [{ product_type: `${'x'.repeat(50)}>`.repeat(8) }, { category: null }, 'The path is too long'],
    [{ sale_price: '9 USD' }, { prices: [{ amount: 9990 }] }, 'sale_price "9 USD": The price is in EUR'],
    [
      { sale_price: '100 EUR' },
      { prices: [{ amount: 9990 }] },
      'sale_price "100 EUR": It is above the price.',
    ],
    [
      { sale_price: '9 EUR', sale_price_effective_date: '2026-01-01' },
      { prices: [{ amount: 9990 }] },
      'An interval must be two times',
    ],
    [
      { sale_price: '9 EUR', sale_price_effective_date: '2026-02-30/2026-03-01' },
      { prices: [{ amount: 9990 }] },
      'There is no such time.',
    ],
    [
      { sale_price: '9 EUR', sale_price_effective_date: '2026-03-02/2026-03-01' },
      { prices: [{ amount: 9990 }] },
      'ends before it begins',
    ],
    [{ description: 'x'.repeat(20_001) }, { description: 'x'.repeat(20_000) }, 'description "xxx'],
  ])('goes in without what is wrong in %j', (cells, expected, reason) => {
    const { row, leftOut } = full(cells);
    expect(row).toMatchObject(expected);
    expect(leftOut).toEqual([expect.objectContaining({ reason: expect.stringContaining(reason) })]);
  });

  test('goes in with the first of 31 images', () => {
    const links = Array.from({ length: 30 }, (_, index) => `${index}.jpg`);
    const { row, leftOut } = full({ additional_image_link: links.join(',') });
    expect(row.images).toHaveLength(25);
    expect(row.images.slice(0, 2)).toEqual(['coat.jpg', '0.jpg']);
    expect(leftOut).toMatchObject([{ column: 'additional_image_link' }]);
  });

  test.each([
    [{ price: '99.955 EUR' }, 'price "99.955 EUR": EUR has 2 decimals; 99.955 has more.'],
    [{ price: '-1 EUR' }, 'price "-1 EUR": An amount of money cannot be negative.'],
    [
      { price: '10' },
      'price "10": A price must be an amount and a currency, for example 24.95 EUR. If the whole',
    ],
    [{ price: '10 EURO' }, 'price "10 EURO": A price must be'],
    [{ price: 'EUR 10 USD' }, 'price "EUR 10 USD": A price must have one currency'],
    [{ price: '10 ZZZ' }, 'price "10 ZZZ": "ZZZ" is not a currency'],
    [{ price: 'on request' }, 'price "on request": A price must be'],
    [{ availability: 'perhaps' }, 'availability "perhaps": It must be in_stock'],
    [{ title: 'x'.repeat(1_001) }, 'title has 1001 characters; at most 1000 are allowed.'],
    [{ id: 'x'.repeat(201) }, 'id has 201 characters'],
  ])('is rejected for %j', (cells, message) => {
    expect(() => parse(cells)).toThrow(message);
  });

  test.each(['id', 'title', 'price', 'availability'])('is rejected without %s', (column) => {
    expect(() => parse({ [column]: '' })).toThrow(`${column} is empty.`);
  });
});
