import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { explainFeed } from '../../src/import/explain-feed.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-xml-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function explain(content: string, columns: Readonly<Record<string, string | null>> = {}) {
  const path = join(folder, 'feed.xml');
  await writeFile(path, content);
  return explainFeed(path, { currency: 'EUR', columns: new Map(Object.entries(columns)) });
}

/** The SKUs of the products in a list. */
async function skusOf(products: string, columns: Readonly<Record<string, string | null>> = {}) {
  const { report, products: drafts } = await explain(`<products>${products}</products>`, columns);
  expect(report.rejected).toEqual([]);
  return drafts.map(({ title, handle, skus }) => ({
    product: `${title} (${handle})`,
    skus: skus.map(({ code, options, prices, onHand }) => [code, options, prices[0]?.amount, onHand]),
  }));
}

const TWO_SIZES = [
  {
    product: 'Boot (7)',
    skus: [
      ['7/39', { size: '39' }, 84900, 3],
      ['7/40', { size: '40' }, 84900, 0],
    ],
  },
];

describe('the variants of a product in XML', () => {
  test.each([
    [
      'without ids',
      `<product><ProductId>7</ProductId><Name>Boot</Name><Price>849.00</Price><Variants>
        <Variant><Size>39</Size><Stock>3</Stock></Variant><Variant><Size>40</Size><Stock>0</Stock></Variant></Variants></product>`,
    ],
    [
      'as attributes',
      `<product id="7" name="Boot" price="849.00"><variants>
        <variant sku="7/39" size="39" stock="3"/><variant sku="7/40" size="40" stock="0"/></variants></product>`,
    ],
    [
      'in elements of any name within a list of them',
      `<product><id>7</id><name>Boot</name><price>849.00</price><variations>
        <item><sku>7/39</sku><size>39</size><qty>3</qty></item><item><sku>7/40</sku><size>40</size><qty>0</qty></item></variations></product>`,
    ],
    [
      'beside the values of their product',
      `<product><code>7</code><name>Boot</name><price_vat>849</price_vat>
        <variant><code>7/39</code><params><param name="Velikost">39</param></params><stock><amount>3</amount></stock></variant>
        <variant><code>7/40</code><params><param name="Velikost">40</param></params><stock><amount>0</amount></stock></variant></product>`,
    ],
    [
      'as sizes with prices',
      `<product id="7"><description><name xml:lang="pol">Boot</name><long_desc xml:lang="pol">Warm</long_desc></description><sizes>
        <size id="1" name="39" code="7/39"><price gross="849.00" net="690.24"/><stock id="1" quantity="3"/></size>
        <size id="2" name="40" code="7/40"><price gross="849.00" net="690.24"/><stock id="1" quantity="0"/></size></sizes></product>`,
    ],
    [
      'in the feed of Google',
      `<item><g:id>7</g:id><title>Boot</title><g:price>849.00 EUR</g:price><g:image_link>red.png</g:image_link>
        <variants><variant><g:id>7/39</g:id><g:size>39</g:size><g:quantity>3</g:quantity></variant>
        <variant><g:id>7/40</g:id><g:size>40</g:size><g:quantity>0</g:quantity></variant></variants></item>`,
    ],
  ])('are SKUs of it: %s', async (_, product) => {
    expect(await skusOf(product)).toEqual(TWO_SIZES);
  });

  test('are named with --columns if their elements are called otherwise', async () => {
    const product = `<ware><nr>7</nr><name>Boot</name><price>849.00</price>
      <groesse><nr>7/39</nr><size>39</size><stock>3</stock></groesse><groesse><nr>7/40</nr><size>40</size><stock>0</stock></groesse></ware>`;
    await expect(explain(`<liste>${product}${product}</liste>`)).rejects.toThrow(
      /has no products: .* name them with --columns, for example \{ "ware": "item" \}/,
    );
    expect(await skusOf(product, { ware: 'item', groesse: 'variant', nr: 'id' })).toEqual(TWO_SIZES);
  });

  test('may be within each other', async () => {
    const sizes = (color: string): string =>
      `<variant><color>${color}</color><image>${color}.png</image><sizes><size><sku>${color}-S</sku><name>S</name><size>S</size><stock>1</stock></size></sizes></variant>`;
    expect(
      await skusOf(
        `<product><id>tee</id><name>Tee</name><price>9</price><variants>${sizes('red')}${sizes('blue')}</variants></product>`,
      ),
    ).toMatchObject([
      {
        product: 'Tee (tee)',
        skus: [
          ['red-S', { color: 'red', size: 'S' }, 900, 1],
          ['blue-S', { color: 'blue', size: 'S' }, 900, 1],
        ],
      },
    ]);
  });

  // As doofinder-prestashop #452: a bulk import leaves the product's own stock at 0.
  test('have a stock and a price of their own, whatever those of their product', async () => {
    expect(
      await skusOf(
        `<product><id>tee</id><name>Tee</name><price>20</price><sale_price>15</sale_price><quantity>0</quantity><variants>
          <variant><id>s</id><size>S</size><quantity>4</quantity><price>25</price></variant>
          <variant><id>m</id><size>M</size></variant></variants></product>`,
      ),
    ).toEqual([
      {
        product: 'Tee (tee)',
        skus: [
          ['s', { size: 'S' }, 2500, 4],
          ['m', { size: 'M' }, 1500, 0],
        ],
      },
    ]);
  });

  test('are in the currency of their product, and sold out where words say so', async () => {
    const { report, products } = await explain(
      `<products><product id="tee"><name>Tee</name><currency>CZK</currency><availability>out of stock</availability><variants>
        <variant><id>s</id><size>S</size><price>250</price><quantity>4</quantity><availability>out of stock</availability></variant>
        <variant><id>m</id><size>M</size><price>250</price></variant>
        <variant><id>l</id><size>L</size><price currency="EUR">10</price><quantity>1</quantity></variant></variants></product></products>`,
    );
    expect(report.rejected).toEqual([]);
    expect(products[0]?.skus).toMatchObject([
      { currency: 'CZK', onHand: 0, prices: [{ amount: 25000 }] },
      { currency: 'CZK', onHand: 0 },
      { currency: 'EUR', onHand: 1 },
    ]);
  });

  // As dropshipping-woocommerce #114, where such a product was lost.
  test('may have the id of their product', async () => {
    expect(
      await skusOf(
        `<product><id>tee</id><name>Tee</name><price>20</price><quantity>2</quantity><variants><variant><id>tee</id><size>One</size></variant></variants></product>`,
      ),
    ).toEqual([{ product: 'Tee (tee)', skus: [['tee', { size: 'One' }, 2000, 2]] }]);
  });

  test('are not the names and values of options', async () => {
    const { products } = await explain(
      `<products><product><id>tee</id><name>Tee</name><price>20</price><quantity>2</quantity>
        <variants><variant><name>Color</name><value>Red</value></variant><variant><name>Size</name><value>S</value></variant></variants></product></products>`,
    );
    expect(products).toMatchObject([{ skus: [{ code: 'tee' }] }]);
  });

  test('may have nothing but names', async () => {
    const variants = '<variants><variant id="1" name="S"/><variant id="2" name="M"/></variants>';
    expect(
      await skusOf(
        `<product id="tee"><name>Tee</name><price>20</price><availability>in stock</availability>${variants}</product>`,
      ),
    ).toEqual([
      {
        product: 'Tee (tee)',
        skus: [
          ['1', { variant: 'S' }, 2000, null],
          ['2', { variant: 'M' }, 2000, null],
        ],
      },
    ]);
  });

  test('may have names that begin with that of their product, and no ids', async () => {
    expect(
      await skusOf(
        `<product><id>7</id><name>Boot</name><price>849.00</price><variants>
          <variant><name>Boot 39</name><stock>3</stock></variant><variant><name>Boot – 40</name><stock>0</stock></variant></variants></product>`,
      ),
    ).toEqual([
      {
        product: 'Boot (7)',
        skus: [
          ['7/39', { variant: '39' }, 84900, 3],
          ['7/40', { variant: '40' }, 84900, 0],
        ],
      },
    ]);
  });

  test('have the id of the first as that of a product without one', async () => {
    expect(
      await skusOf(
        '<product><name>Tee</name><price>9</price><variants><variant><sku>s</sku><size>S</size><stock>1</stock></variant><variant><sku>m</sku><size>M</size><stock>2</stock></variant></variants></product>',
      ),
    ).toEqual([
      {
        product: 'Tee (s)',
        skus: [
          ['s', { size: 'S' }, 900, 1],
          ['m', { size: 'M' }, 900, 2],
        ],
      },
    ]);
  });

  test.each([
    [
      '<product id="ID"><name>But</name><price>9</price><sizes><size id="1" name="S"><stock>1</stock></size></sizes></product>',
      ['7/1', '8/1'],
    ],
    [
      '<product id="ID"><name>But</name><price>9</price><stock>1</stock><variations><variation><id>1</id><name>Color</name><value>Red</value></variation></variations></product>',
      ['7', '8'],
    ],
    [
      '<product id="ID"><name>But</name><price>9</price><variants><variant><variant_id>v-ID</variant_id><product_id>ID</product_id><size>S</size><stock>1</stock></variant></variants></product>',
      ['v-7', 'v-8'],
    ],
  ])('have ids of their own in products with the same sizes: %#', async (product, codes) => {
    const products = await skusOf(product.replaceAll('ID', '7') + product.replaceAll('ID', '8'));
    expect(products.flatMap(({ skus }) => skus.map(([code]) => code))).toEqual(codes);
  });

  test('that are meant to be bought with a product are none of it', async () => {
    expect(
      await skusOf(
        '<product><id>a</id><name>A</name><price>9</price><stock>1</stock><related_variants><item><id>b</id><name>x</name></item></related_variants></product>',
      ),
    ).toEqual([{ product: 'A (a)', skus: [['a', {}, 900, 1]] }]);
  });

  const item = (own: string, ...variants: readonly string[]): string =>
    `<product><id>t</id><name>T</name><price>9</price>${own}<variants>${variants.map((variant, index) => `<variant><id>v${index}</id><size>${index}</size>${variant}</variant>`).join('')}</variants></product>`;
  const heureka = (own: string): string =>
    `<SHOPITEM><ITEM_ID>t</ITEM_ID><PRODUCTNAME>T</PRODUCTNAME><PRICE_VAT>9</PRICE_VAT>${own}<VARIANT><ITEM_ID>s</ITEM_ID><PRODUCTNAME>T S</PRODUCTNAME><PRICE_VAT>9</PRICE_VAT></VARIANT></SHOPITEM>`;
  test.each([
    [heureka('<AVAILABILITY>out of stock</AVAILABILITY>'), [0]],
    [heureka('<AMOUNT>0</AMOUNT>'), [0]],
    [heureka(''), [0]],
    [item('<quantity>0</quantity>', '<categoryId>1</categoryId>'), [0]],
    [item('<quantity>5</quantity>', '<available>true</available>'), [5]],
    [item('<quantity>5</quantity>', '<available>true</available>', '<available>false</available>'), [5, 0]],
    [item('<quantity>5</quantity>', '<quantity>2</quantity>', '<quantity>3</quantity>'), [2, 3]],
    [item('<categoryId>1</categoryId>', '', '<quantity>3</quantity>'), [null, 3]],
  ])('have the stock of their product where they say nothing: %#', async (product, expected) => {
    const [drafts] = await skusOf(product);
    expect(drafts?.skus.map((sku) => sku[3])).toEqual(expected);
  });

  test('do not each have all units of their product', async () => {
    const { report, products } = await explain(
      `<products>${item('<quantity>3</quantity>', '', '')}${item('<quantity>3</quantity>', '<quantity>2</quantity>', '<available>true</available>')}</products>`,
    );
    expect(products).toMatchObject([{ skus: [{ code: 'v0', onHand: 2 }] }]);
    expect(report.rejected.map(({ reason }) => reason)).toEqual(
      Array(3).fill(
        'quantity "3": This is the quantity of the product, which has several variants. Give each variant its own.',
      ),
    );
  });

  test.each([
    [
      '<SHOPITEM><ITEM_ID>t</ITEM_ID><PRODUCTNAME>T</PRODUCTNAME><PRICE_VAT>121</PRICE_VAT><STOCK>1</STOCK><VARIANT><ITEM_ID>m</ITEM_ID><PRICE>100</PRICE><VAT>21</VAT></VARIANT></SHOPITEM>',
    ],
    [
      '<SHOPITEM><ITEM_ID>t</ITEM_ID><PRODUCTNAME>T</PRODUCTNAME><PRICE_VAT>121</PRICE_VAT><STOCK>1</STOCK><VARIANT><ITEM_ID>m</ITEM_ID><PRICE>100</PRICE></VARIANT></SHOPITEM>',
    ],
    [
      '<SHOPITEM><CODE>t</CODE><NAME>T</NAME><STOCK>1</STOCK><VARIANT><ITEM_ID>m</ITEM_ID><PRICE>100</PRICE><VAT>21 %</VAT></VARIANT></SHOPITEM>',
    ],
    ['<SHOPITEM><CODE>t</CODE><NAME>T</NAME><PRICE>100</PRICE><VAT>21</VAT><STOCK>1</STOCK></SHOPITEM>'],
  ])('have no price without VAT: %#', async (shopItem) => {
    const { report } = await explain(`<SHOP>${shopItem}</SHOP>`);
    expect(report).toMatchObject({
      skus: 0,
      rejected: [{ reason: expect.stringContaining('It is without VAT') }],
    });
  });

  test('have the price of their product until their own sale begins', async () => {
    const { products } = await explain(
      '<products><product><id>t</id><name>T</name><price>20 EUR</price><stock>1</stock><variant><id>s</id><sale_price>15 EUR</sale_price><sale_price_effective_date>2030-01-01T00:00Z/2030-02-01T00:00Z</sale_price_effective_date></variant></product></products>',
    );
    expect(products[0]?.skus[0]?.prices).toEqual([
      { amount: 2000, compareAt: null, from: null, until: '2030-01-01T00:00:00.000Z' },
      { amount: 1500, compareAt: 2000, from: '2030-01-01T00:00:00.000Z', until: '2030-02-01T00:00:00.000Z' },
      { amount: 2000, compareAt: null, from: '2030-02-01T00:00:00.000Z', until: null },
    ]);
  });

  test('are rejected if neither they nor their product have an id', async () => {
    const variants = ['176', '183'].map(
      (length) => `<VARIANT><PRODUCTNAMEEXT>Délka ${length}</PRODUCTNAMEEXT></VARIANT>`,
    );
    const item = (id: string): string =>
      `<ITEM>${id}<PRODUCTNAME>Ski</PRODUCTNAME><PRICE_VAT>12625</PRICE_VAT><DELIVERY_DATE>3</DELIVERY_DATE><PARAMETERS><PARAMETER><NAME>Délka</NAME><VALUE>176</VALUE><VALUE>183</VALUE></PARAMETER></PARAMETERS>${variants.join('')}</ITEM>`;
    const { report, products } = await explain(`<SHOP>${item('<CODE>ski</CODE>')}${item('')}</SHOP>`);
    expect(products).toMatchObject([
      {
        title: 'Ski',
        attributes: expect.arrayContaining([{ name: 'delka', value: '183' }]),
        skus: [
          { code: 'ski/Délka 176', options: { variant: 'Délka 176' } },
          { code: 'ski/Délka 183', options: { variant: 'Délka 183' } },
        ],
      },
    ]);
    expect(report.rejected.map(({ reason }) => reason)).toEqual([
      'id is empty.',
      'id is empty.',
      'id is empty.',
    ]);
  });

  test('have pictures of their own, after those of their product', async () => {
    const { products } = await explain(
      `<products><product><id>tee</id><name>Tee</name><price>20</price><stock>in stock</stock><images><image>all.png</image></images>
        <variants><variant><id>s</id><size>S</size><image>s.png</image></variant><variant><id>m</id><size>M</size></variant></variants></product></products>`,
    );
    expect(products[0]?.images.map(({ link }) => link)).toEqual(['all.png', 's.png']);
    expect(products[0]?.skus.map(({ images }) => images)).toEqual([['s.png'], []]);
  });
});

describe('XML', () => {
  test('names the categories of numbers, if it lists them first', async () => {
    const offer = (id: string, category: string): string =>
      `<offer id="${id}"><name>${id}</name><price>9</price><currencyId>RUR</currencyId><categoryId>${category}</categoryId></offer>`;
    const { products } = await explain(
      `<yml_catalog><shop><categories><category id="1">Обувь</category><category id="2" parentId="1">Сапоги</category>
        <category id="3" parentId="4">A</category><category id="4" parentId="3">B</category></categories>
        <offers>${offer('a', '2')}${offer('b', '9')}${offer('c', '3')}</offers></shop></yml_catalog>`,
    );
    expect(products.map(({ category }) => category.map(({ name }) => name).slice(0, 2))).toEqual([
      ['Обувь', 'Сапоги'],
      ['uncategorized'],
      ['B', 'A'],
    ]);
    expect(products[0]?.skus).toMatchObject([{ currency: 'RUB', onHand: null }]);
  });

  // As in Yandex's own documentation of promotions.
  test('may have promotions after its offers', async () => {
    const { report } = await explain(
      `<yml_catalog><shop><offers><offer id="a"><name>A</name><price>9</price><categoryId>1</categoryId></offer></offers>
        <promos><promo><purchase><product offer-id="a"/><product category-id="3"/></purchase></promo>
        <promo><purchase><product offer-id="a"><discount-price currency="RUR">5</discount-price></product></purchase></promo></promos></shop></yml_catalog>`,
    );
    expect(report).toMatchObject({ skus: 1, rejectedRows: 0, skipped: new Map() });
  });

  test.each([
    ['<description>Warm <i>soft</i> coat</description>', 'Warm soft coat'],
    ['<description>Warm <i>soft</i> coat <a href="x">y</a></description>', 'Warm soft coat y'],
  ])('may have a text with any element: %s', async (description, text) => {
    const { products } = await explain(
      `<products><product><id>a</id><name>A</name><price>9</price><stock>1</stock>${description}</product></products>`,
    );
    expect(products).toMatchObject([{ description: text }]);
  });

  test.each([
    '<description><name xml:lang="pol">But</name></description>',
    '<description><name xml:lang="pol">But</name><name xml:lang="eng">Boot</name></description>',
  ])('may have a title in one language or several, without a text: %s', async (description) => {
    const { products } = await explain(
      `<offer><products><product id="a"><price gross="9" net="7"/>${description}<stock id="1" quantity="3"/></product></products></offer>`,
    );
    expect(products).toMatchObject([{ title: 'But', skus: [{ onHand: 3, prices: [{ amount: 900 }] }] }]);
  });

  test('has names in values of parameters only, and colons in none', async () => {
    const { products } = await explain(
      `<products><product><id>a</id><name>A</name><price name="retail">9</price><stock>1</stock><image name="front">https://x.example/1.png</image>
        <param><param_name>Size:</param_name><val>S</val></param><param><name>Ratio 1:2</name><value>x</value></param>
        <PARAM NAME="Colour">Red</PARAM><param><section>Fit</section><name>Sleeve</name><value>long</value></param></product></products>`,
    );
    expect(products).toMatchObject([
      {
        images: [{ link: 'https://x.example/1.png' }],
        attributes: expect.arrayContaining([
          { name: 'ratio_1_2', value: 'x' },
          { name: 'sleeve', value: 'long' },
        ]),
        skus: [{ options: { size: 'S', color: 'Red' } }],
      },
    ]);
  });

  test.each(['Μέγεθος', 'ΜΕΓΕΘΟΣ', 'Größe', 'Mărime', 'Veľkosť', 'РАЗМЕР'])(
    'has sizes called %s',
    async (name) => {
      const { products } = await explain(
        `<products><product><id>a</id><name>A</name><price>9</price><stock>1</stock><param name="${name}">S</param></product></products>`,
      );
      expect(products[0]?.skus).toMatchObject([{ options: { size: 'S' } }]);
    },
  );

  test.each(['Kč', 'eur'])('leaves its currency to the command if it is no code: %s', async (currency) => {
    const { products } = await explain(
      `<products><product><id>a</id><name>A</name><price>9</price><stock>1</stock><currency>${currency}</currency></product></products>`,
    );
    expect(products[0]?.skus).toMatchObject([{ currency: 'EUR' }]);
  });

  test('may have markup in its texts', async () => {
    const { products } = await explain(
      `<products><product><id>a</id><name>A</name><price currency="SEK">9</price><stock>1</stock><description><p>Warm &amp; soft.</p><p>In <b>red</b>.</p></description></product></products>`,
    );
    expect(products).toMatchObject([
      { description: 'Warm & soft.\n\nIn red.', skus: [{ currency: 'SEK', onHand: 1 }] },
    ]);
  });

  test.each([
    ['0', null, 'deny', null],
    ['1', null, 'deny', null],
    ['3', 0, 'backorder', null],
    ['2027-03-01', 0, 'preorder', '2027-02-28T23:00:00.000Z'],
  ])('says in how many days a product is sent: %s', async (days, onHand, whenOut, restockAt) => {
    const { products } = await explain(
      `<SHOP><SHOPITEM><ITEM_ID>a</ITEM_ID><PRODUCTNAME>A</PRODUCTNAME><PRODUCT>A</PRODUCT><PRICE_VAT>9</PRICE_VAT><DELIVERY_DATE>${days}</DELIVERY_DATE></SHOPITEM></SHOP>`,
    );
    expect(products[0]?.skus).toMatchObject([{ onHand, whenOut, restockAt }]);
  });

  const OUT = [0, 'deny'];
  test.each([
    ['<availability>0</availability>', OUT],
    ['<availability>0 ks</availability>', OUT],
    ['<availability>5 ks</availability>', [5, 'deny']],
    ['<available>0</available><quantity>5</quantity>', OUT],
    ['<available>0</available><delivery_days>1</delivery_days>', OUT],
    ['<available>true</available><availability>out of stock</availability>', OUT],
    ['<in_stock>0</in_stock><quantity>5</quantity>', OUT],
    ['<in_stock>1</in_stock><quantity>5</quantity>', [5, 'deny']],
    ['<stock>0</stock><availability>backorder</availability>', [0, 'backorder']],
    ['<stock>true</stock><qty>0</qty>', OUT],
    ['<stock>in stock</stock><qty>3</qty>', [3, 'deny']],
    ['<stock quantity="0">in stock</stock>', OUT],
    ['<stock>5 ks</stock>', [5, 'deny']],
    ['<quantity>10+</quantity>', [10, 'deny']],
    ['<stock><warehouse quantity="0"/><warehouse quantity="5"/></stock>', [5, 'deny']],
    ['<availability>in stock</availability><inventory_quantity>3</inventory_quantity>', [3, 'deny']],
    ['<stock_level>3</stock_level>', [3, 'deny']],
    ['<availability>Delivery 1 to 3 days</availability>', [null, 'deny']],
    ['<availability>Available from 4 to 10 days</availability>', [0, 'backorder']],
  ])('says in many ways what there is: %s', async (stock, [onHand, whenOut]) => {
    const { products } = await explain(
      `<products><product><id>a</id><title>A</title><price>9</price>${stock}</product></products>`,
    );
    expect(products).toMatchObject([{ skus: [{ onHand, whenOut }] }]);
  });

  test('whose words nobody knows is rejected, whatever numbers are in them', async () => {
    const { report } = await explain(
      '<products><product><id>a</id><name>A</name><price>9</price><availability>Sold out until 3.5.</availability></product></products>',
    );
    expect(report).toMatchObject({ skus: 0, rejectedRows: 1 });
  });

  test('has values with names, in any script', async () => {
    const { products } = await explain(
      `<offers><o id="a" url="https://shop.example/a" price="9.50" avail="1" stock="2"><name>A</name><cat>Odzież/Płaszcze</cat>
        <imgs><main url="https://cdn.example/1.jpg"/><i url="https://cdn.example/2.jpg"/></imgs>
        <attrs><a name="Producent">Acme</a><a name="EAN">4006381333931</a><a name="Колір:">Синій|Білий</a><a name="Матеріал:">Вовна; &lt;b>Шовк&lt;/b></a></attrs></o></offers>`,
    );
    expect(products).toMatchObject([
      {
        brand: { name: 'Acme' },
        url: 'https://shop.example/a',
        category: [{ name: 'Odzież' }, { name: 'Płaszcze' }],
        images: [{ link: 'https://cdn.example/1.jpg' }, { link: 'https://cdn.example/2.jpg' }],
        attributes: expect.arrayContaining([
          { name: 'material', value: 'Вовна' },
          { name: 'material', value: 'Шовк' },
        ]),
        skus: [
          { options: { color: 'Синій/Білий' }, gtin: '4006381333931', onHand: 2, prices: [{ amount: 950 }] },
        ],
      },
    ]);
  });

  test('with prices that lack VAT is rejected', async () => {
    const item = `<SHOPITEM><ITEM_ID>a</ITEM_ID><PRODUCT>A</PRODUCT><PRICE>100</PRICE><VAT>21</VAT><DELIVERY_DATE>0</DELIVERY_DATE></SHOPITEM>`;
    const { report } = await explain(`<SHOP>${item}</SHOP>`);
    expect(report.rejected).toMatchObject([{ reason: expect.stringContaining('It is without VAT') }]);
    const { products } = await explain(`<SHOP>${item}</SHOP>`, { PRICE: 'price_vat' });
    expect(products[0]?.skus).toMatchObject([{ prices: [{ amount: 10000 }] }]);
  });

  test('may have names of Merchant Center among its own', async () => {
    const { report, products } = await explain(
      '<shop><offer><id>a</id><name>A</name><price>9</price><stock>1</stock><vendor>Acme</vendor><summary>Warm.</summary>' +
        '<picture>a.jpg</picture><additional_image_link>b.jpg,c.jpg</additional_image_link>' +
        '<product_category>Coats</product_category></offer></shop>',
    );
    expect(report.unreadColumns).toEqual([]);
    expect(products).toMatchObject([
      {
        description: 'Warm.',
        images: [{ link: 'a.jpg' }, { link: 'b.jpg' }, { link: 'c.jpg' }],
        category: [{ name: 'Coats' }],
      },
    ]);
  });

  test('leaves out what the shop does not show', async () => {
    const { report } = await explain(
      `<SHOP><SHOPITEM><CODE>a</CODE><NAME>A</NAME><PRICE_VAT>9</PRICE_VAT><VISIBILITY>hidden</VISIBILITY><VARIANTS><VARIANT><CODE>b</CODE><PRICE_VAT>9</PRICE_VAT></VARIANT></VARIANTS></SHOPITEM></SHOP>`,
    );
    expect(report).toMatchObject({ skus: 0, rejectedRows: 0 });
    expect([...report.skipped.keys()]).toEqual(['the product is not visible']);
  });

  test('that is too deep says nothing further down, and what is too long costs a row', async () => {
    const product = (id: string, inner: string): string =>
      `<product><id>${id}</id><name>${id}</name><price>9</price><stock>1</stock>${inner}</product>`;
    const { report, products } = await explain(
      `<products>${product('deep', '<a>'.repeat(1_000) + '</a>'.repeat(1_000))}${product('long', '<a/>'.repeat(100_000))}${product('good', '')}</products>`,
    );
    expect(report).toMatchObject({ skus: 2, rejectedRows: 1 });
    expect(report.rejected[0]?.reason).toContain('The item is longer than');
    expect(products).toMatchObject([{ title: 'deep' }, { title: 'good' }]);
  });

  // Each took from 18 seconds to minutes when its time was not linear in its length.
  describe('that is hostile takes a few seconds', () => {
    const categories = Array.from(
      { length: 10_000 },
      (_, index) =>
        `<category id="${index}" parentId="${index - 1}">${String(index).padStart(200, 'c')}</category>`,
    ).join('');
    const offer = (inner: string): string =>
      `<offer><id>a</id><name>A</name><price>9</price><stock>1</stock>${inner}</offer>`;
    const spaces = ' '.repeat(1_000_000);
    const values = '<name>x</name><value>y</value>';
    test.each([
      [
        'options and variants',
        offer('<param name="color">x</param>'.repeat(4_000) + '<variant a="1" b="2"/>'.repeat(4_000)),
        0,
        1,
      ],
      [
        'options',
        offer('<param name="color">x</param>'.repeat(20_000) + '<variant sku="b" size="2"/>'),
        1,
        0,
      ],
      [
        'categories',
        `<categories>${categories}</categories>${offer('<categoryId>9999</categoryId>'.repeat(20_000))}`,
        1,
        0,
      ],
      ['spaces in a category', offer(`<category>a${spaces}b</category>`), 1, 0],
      ['spaces in a path', offer(`<category>a${spaces}| b</category>`), 1, 0],
      ['spaces in a price', offer(`<oldprice>1${spaces}x1</oldprice>`), 1, 0],
      ['spaces in a description', offer(`<description>a &amp;amp; b${spaces}c</description>`), 1, 0],
      ['spaces in a link', offer(`<image>http://a${spaces}b</image>`), 1, 0],
      ['parts of a value', offer(`<param>${values.repeat(20_000)}</param>`), 1, 0],
    ])(
      '%s',
      async (_, offers, skus, rejectedRows) => {
        const { report } = await explain(`<yml_catalog><shop>${offers}</shop></yml_catalog>`);
        expect(report).toMatchObject({ skus, rejectedRows });
      },
      5_000,
    );

    // Failed on 2026-11-30: half a megabyte took 8 s, and twice as much four times as long.
    test('ends that match nothing', async () => {
      await expect(explain(`<products>${'<a>'.repeat(80_000)}${'</b>'.repeat(80_000)}`)).rejects.toThrow(
        'On line 1, more than 2000 elements are open',
      );
    }, 60_000);

    // Failed on 2026-11-30: 4,000,000 attributes took more than a gigabyte of memory.
    test.each([
      ['an element', (attributes: string) => offer(`<size${attributes}/>`)],
      ['an element around the products', (attributes: string) => `<a${attributes}>${offer('')}</a>`],
    ])(
      'attributes of %s',
      async (_, feed) => {
        const named = (count: number): string =>
          Array.from({ length: count }, (_each, index) => ` a${index}="1"`).join('');
        const list = (attributes: string): string => `<products>\n${feed(attributes)}</products>`;
        await expect(explain(list(named(10_000)))).resolves.toMatchObject({ report: { skus: 1 } });
        await expect(explain(list(named(10_001)))).rejects.toThrow(
          'On line 2, an element has more than 10000 attributes: get the file again, or use elements instead.',
        );
        // The second has no end.
        for (const end of ['"', ''])
          await expect(explain(list(` a="${'x\n'.repeat(600_000)}${end}`))).rejects.toThrow(
            'On line 2, a tag is longer than 1048576 characters: get the file again, or close its quotes.',
          );
      },
      60_000,
    );
  });
});
