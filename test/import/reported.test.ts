import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeExplanation } from '../../src/commands/import-report.js';
import { explainFeed } from '../../src/import/explain-feed.js';

// What others reported of importers of the same files.

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-reported-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function explain(content: string) {
  const path = join(folder, 'feed');
  await writeFile(path, content);
  return explainFeed(path, { currency: 'EUR' });
}

describe('an export of WooCommerce', () => {
  const HEADER =
    'ID,Type,SKU,Name,Description,Published,Regular price,Categories,Images,Parent,Attribute 1 name,Attribute 1 value(s)\n';
  const simple = (cells: {
    description?: string;
    categories?: string;
    images?: string;
    values?: string;
  }): string =>
    `1,simple,a,A,${cells.description ?? ''},1,9,${cells.categories ?? ''},${cells.images ?? ''},,Notes,${cells.values ?? ''}\n`;

  // woocommerce #53617: "Did not power on, not tested further." became two values.
  test.each([
    ['"""Did not power on, not tested further."""', ['Did not power on, not tested further.']],
    ['"Red, ""Blue, navy"", Green"', ['Red', 'Blue, navy', 'Green']],
    ['"""Say """"hi"""", friend"", b"', ['Say "hi", friend', 'b']],
    ['"Open\\, box,New"', ['Open, box', 'New']],
    ['"12"" wide, 5"""', ['12" wide', '5"']],
    ['"""Warm"" coat, hat"', ['"Warm" coat', 'hat']],
    ['"""never closed, b"', ['"never closed', 'b']],
  ])('with the values %s has %j', async (values, expected) => {
    const { products } = await explain(HEADER + simple({ values }));
    expect(products[0]?.attributes).toEqual(expected.map((value) => ({ name: 'notes', value })));
  });

  // woocommerce #16322: a category with commas became two.
  test('may have commas in a category', async () => {
    const { products } = await explain(HEADER + simple({ categories: '"""Schwank, Anekdote und Witz"""' }));
    expect(products[0]?.category).toMatchObject([{ name: 'Schwank, Anekdote und Witz' }]);
  });

  // woocommerce #17306 and #24800: the commas of a product are escaped, those of its variations are not.
  test('has variations with commas in their only value', async () => {
    const variation = (sku: string, value: string): string =>
      `2,variation,${sku},Cup,,1,9,,,cup,Color,"${value}"\n`;
    const { products } = await explain(
      `${HEADER}1,variable,cup,Cup,,1,,,,,Color,"red\\, blue, black\\, white, green"\n` +
        variation('cup-1', 'red, blue') +
        variation('cup-2', 'black\\, white') +
        variation('cup-3', '""blue, red""'),
    );
    expect(products).toMatchObject([
      {
        skus: [
          { code: 'cup-1', options: { color: 'red, blue' } },
          { code: 'cup-2', options: { color: 'black, white' } },
          { code: 'cup-3', options: { color: 'blue, red' } },
        ],
      },
    ]);
  });

  // woocommerce #22280 and #25060: line ends are written as \n.
  test('has line ends in its descriptions', async () => {
    const { products } = await explain(
      HEADER + simple({ description: '"<ul>\\n\t<li>9579 pieces</li>\\n</ul>\\nShips later.\\nC:\\\\new"' }),
    );
    expect(products[0]?.description).toBe('- 9579 pieces\n\nShips later. C:\\new');
  });

  // woocommerce #35880: the column was skipped.
  test('may have a line end in the name of a column', async () => {
    const { report, products } = await explain(
      'ID,Type,SKU,Name,"Regular \nprice"\n1,simple,a,A,168\n2,simple,b,B,169\n',
    );
    expect(report).toMatchObject({ rejectedRows: 0, unreadColumns: [] });
    expect(products).toMatchObject([
      { skus: [{ code: 'a', line: 3, prices: [{ amount: 16_800 }] }] },
      { skus: [{ code: 'b', line: 4, prices: [{ amount: 16_900 }] }] },
    ]);
  });

  test('may have a quote in the name of a column that nothing closes', async () => {
    const rows = Array.from({ length: 40 }, (_, index) => `${index},simple,s${index},A,168,"a, b"\n`);
    const { report, columns } = await explain(`ID,Type,SKU,Name,Regular price,"Size\n${rows.join('')}`);
    expect(columns).toEqual(['id', 'type', 'sku', 'name', 'regular_price', '"size']);
    expect(report).toMatchObject({ skus: 40, rejectedRows: 0 });
  });

  // woocommerce #16299 and Coopstore #66: no picture came from such a list.
  test('may have bars between its images, and one after them', async () => {
    const { products } = await explain(
      HEADER + simple({ images: 'https://a.ex/1.jpg|https://a.ex/2.jpg | https://a.ex/3.jpg|' }),
    );
    expect(products[0]?.images.map(({ link }) => link)).toEqual([
      'https://a.ex/1.jpg',
      'https://a.ex/2.jpg',
      'https://a.ex/3.jpg',
    ]);
  });
});

// solidus_importer #45: the row was imported as a variant without options.
test('an export for Shopify whose first row has no variant loses nothing', async () => {
  const header = 'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src\n';
  const { report, products } = await explain(
    `${header}tee,Tee,Size,,,,https://a.ex/t.jpg\ntee,,,S,t-s,9,\ntee,,,M,t-m,9,\nhat,Hat,,,,,\n`,
  );
  expect(report.rejected).toEqual([{ line: 5, reason: 'price is empty.' }]);
  expect(products).toMatchObject([
    {
      title: 'Tee',
      images: [{ link: 'https://a.ex/t.jpg' }],
      skus: [
        { code: 't-s', options: { size: 'S' } },
        { code: 't-m', options: { size: 'M' } },
      ],
    },
  ]);
});

describe('an export of Magento', () => {
  const HEADER =
    'sku,attribute_set_code,product_type,name,price,qty,additional_attributes,configurable_variations,visibility\n';
  const simple = (sku: string, attributes: string): string =>
    `${sku},Default,simple,Shirt,10,5,"${attributes}",,Not Visible Individually\n`;

  // magento2 #8754 and #5876: with another separator, products lost their variants.
  test.each([',', '|', '##'])('may have %s between its attributes', async (by) => {
    const variations = ['a', 'b'].map((sku, at) =>
      [`sku=${sku}`, `color=c${at}`, 'size=XS'].join(by === '|' ? ',' : by),
    );
    const { report, products } = await explain(
      HEADER +
        simple('a', ['color=c0', 'size=XS'].join(by)) +
        simple('b', ['color=c1', 'size=XS'].join(by)) +
        `shirt,Default,configurable,Shirt,,,"${['material=Cotton', 'fit=slim'].join(by)}","${variations.join('|')}",Catalog\n`,
    );
    expect(report.skipped.size).toBe(0);
    expect(products).toMatchObject([
      {
        handle: 'shirt',
        attributes: expect.arrayContaining([
          { name: 'material', value: 'Cotton' },
          { name: 'fit', value: 'slim' },
        ]),
        skus: [{ options: { color: 'c0', size: 'XS' } }, { options: { color: 'c1', size: 'XS' } }],
      },
    ]);
  });

  // magento2 #25188 and import-export-improvements #65.
  test('may have commas, bars, equal signs, and HTML in a value', async () => {
    const html = '<td style=""color: red;"" width=""5"">Wash &amp; wear</td>';
    const { products } = await explain(
      `${HEADER}a,Default,simple,A,10,5,"color=White, Cream,material=Wool|Silk,note=a=b,care=${html}",,Catalog\n`,
    );
    expect(products).toMatchObject([
      {
        attributes: expect.arrayContaining([
          { name: 'material', value: 'Wool' },
          { name: 'material', value: 'Silk' },
          { name: 'note', value: 'a=b' },
          { name: 'care', value: '<td style="color: red;" width="5">Wash & wear</td>' },
        ]),
        skus: [{ options: { color: 'White, Cream' } }],
      },
    ]);
  });
});

// Facebook-For-OpenCart #618 (spaces in links) and #388 (a sale without dates ended in 1970).
test('links as pages have them work, and a sale of 1970 is over', async () => {
  const { products } = await explain(
    'id,title,availability,price,sale_price,sale_price_effective_date,link,image_link\n' +
      'a,A,in stock,20 EUR,10 EUR,1970-01-29T23:59+00:00/1970-01-30T23:59+00:00,https://a.ex/?x=1&amp;y=2,https://a.ex/My photo.jpg?a=1&amp;b=2\n',
  );
  expect(products).toMatchObject([
    {
      images: [{ link: 'https://a.ex/My photo.jpg?a=1&b=2' }],
      skus: [
        {
          url: 'https://a.ex/?x=1&y=2',
          prices: [{ until: '1970-01-29T23:59:00.000Z' }, {}, { amount: 2000, until: null }],
        },
      ],
    },
  ]);
});

test('what a catalog of Meta does not show is left out', async () => {
  const { report, products } = await explain(
    'id,title,availability,price,inventory,visibility,status\n' +
      'a,A,in stock,9 EUR,1,published,active\nb,B,in stock,9 EUR,1,hidden,active\nc,C,in stock,9 EUR,1,published,archived\nd,D,in stock,9 EUR,1,staging,\n',
  );
  expect(products).toMatchObject([{ title: 'A' }]);
  expect(report.skipped).toMatchObject(new Map([['the product is not visible', { count: 3 }]]));
});

// cubecart/v6 #746 and odoo #213316: feeds have a price of 0 for what is not for sale.
test('SKUs that are sold for nothing are named', async () => {
  const explanation = await explain(
    'id,title,availability,price\na,A,in stock,5 EUR\nb,B,in stock,0.00 EUR\nc,C,in stock,0 EUR\n',
  );
  expect(explanation.report).toMatchObject({ skus: 3, freeSkus: { count: 2, line: 3 } });
  expect(describeExplanation(explanation)).toContain('Sold for nothing: 2 SKUs, the first on line 3.');
});

// ps_googleshopping #3 and GoogleShopping-plugin-for-nopcommerce #4.
test('an Atom feed may have entities of HTML, and a message of the server behind it', async () => {
  const { report, products } = await explain(
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><entry><g:id>13-nl</g:id>' +
      '<title>Cerv&eacute;lo r3</title><g:price>3599</g:price><g:availability>in stock</g:availability>' +
      '<g:image_link>https://a.ex/26.jpg</g:image_link><g:image_link>https://a.ex/25.jpg</g:image_link>' +
      '<g:shipping><g:country></g:country><g:price></g:price></g:shipping></entry></feed>\n<br />\n<b>Warning</b>: late',
  );
  expect(report.rejectedRows).toBe(0);
  expect(products).toMatchObject([
    {
      title: 'Cervélo r3',
      images: [{ link: 'https://a.ex/26.jpg' }, { link: 'https://a.ex/25.jpg' }],
      skus: [{ code: '13-nl', prices: [{ amount: 359_900 }] }],
    },
  ]);
});
