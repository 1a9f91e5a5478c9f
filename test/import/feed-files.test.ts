import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import iconv from 'iconv-lite';
import { describeExplanation } from '../../src/commands/import-report.js';
import { explainFeed } from '../../src/import/explain-feed.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-feeds-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function explain(content: string | Buffer, options: Parameters<typeof explainFeed>[1] = {}) {
  const path = join(folder, 'feed');
  await writeFile(path, content);
  return explainFeed(path, options);
}

/** A row of Merchant Center, with defaults for what is irrelevant to a test. */
const row = (cells: Readonly<Record<string, string>>) => ({
  title: 'A coat',
  image_link: 'red.png',
  availability: 'in_stock',
  price: '10.00 EUR',
  ...cells,
});

describe('a file', () => {
  const cells = row({ id: 'käse', title: 'Mäntel für Größe „L“' });
  const table = (delimiter: string): string =>
    `${Object.keys(cells).join(delimiter)}\r\n${Object.values(cells).join(delimiter)}\r\n`;

  test.each([
    ['Windows-1252', iconv.encode(table('\t'), 'windows-1252'), 'TSV, windows-1252'],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${table('\t')}`), 'TSV, utf-8'],
    ['UTF-16 with a mark', iconv.encode(table('\t'), 'utf-16le', { addBOM: true }), 'TSV, utf-16le'],
    ['UTF-16 without one', iconv.encode(table('\t'), 'utf-16be'), 'TSV, utf-16be'],
    ['gzip', gzipSync(table(',')), 'CSV, utf-8'],
    ['semicolons', Buffer.from(table(';')), 'CSV, utf-8'],
    ['bars', Buffer.from(table('|')), 'CSV, utf-8'],
    ['lines of an old Mac', Buffer.from(table(',').replaceAll('\r\n', '\r')), 'CSV, utf-8'],
    ['a separator line', Buffer.from(`sep=;\r\n${table(';')}`), 'CSV, utf-8'],
    ['an invisible character in front', Buffer.from(`\u200B${table(',')}`), 'CSV, utf-8'],
  ])('with %s goes in', async (_, content, format) => {
    const { report, products } = await explain(content);
    expect(report).toMatchObject({ format: `Google Merchant Center (${format})`, skus: 1, rejectedRows: 0 });
    expect(products).toMatchObject([{ title: 'Mäntel für Größe „L“', skus: [{ code: 'käse' }] }]);
  });

  test('may repeat a column, prefix its columns, and explain them in a comment', async () => {
    const { products } = await explain(
      '# Required | An id,# Required | A name\ng:id,title,g:image_link,additional_image_link,additional_image_link,availability,price\n' +
        'a,Coat,red.png,green.png,blue.png,in stock,9 EUR\n',
    );
    expect(products[0]?.images.map(({ link }) => link)).toEqual(['red.png', 'green.png', 'blue.png']);
  });

  test('names what its columns mean', async () => {
    const feed = 'Artikelnummer;Bezeichnung;Preis;Bestand;Notiz\nA-1;Mantel;99,00;3;geheim\n';
    await expect(explain(feed)).rejects.toThrow(/known format: its columns are artikelnummer, bezeichnung/);
    const columns = new Map([
      ['Artikelnummer', 'id'],
      ['Bezeichnung', 'title'],
      ['Preis', 'price'],
      ['Bestand', 'quantity'],
      ['Notiz', null],
    ]);
    const { report, products } = await explain(feed, { columns, currency: 'EUR' });
    expect(report.unreadColumns).toEqual([]);
    expect(products).toMatchObject([{ title: 'Mantel', skus: [{ code: 'A-1', onHand: 3 }] }]);
  });

  test('that has no column for the stock is refused with a way out, rather than row by row', async () => {
    const feed = 'sku,name,price,lager\na,A,9 EUR,3\n';
    await expect(explain(feed)).rejects.toThrow(
      /at least the columns id, title, price, and availability.*--columns/,
    );
    const { products } = await explain(feed, { columns: new Map([['lager', 'quantity']]) });
    expect(products).toMatchObject([{ skus: [{ code: 'a', onHand: 3 }] }]);
  });

  test('keeps a quoted value whole, whatever its lines look like', async () => {
    const header = 'id,title,description,availability,price,size\n';
    const description = '"Sizes:\nx,Small,too,in stock,9.00 EUR,S\nand ""others"""';
    const rows = `coat,Coat,${description},in stock,99.00 EUR,M\nhat,"Hat",12" wide,in stock,9.00 EUR,\n`;
    const { report, products } = await explain(header + rows);
    expect(report).toMatchObject({ skus: 2, rejectedRows: 0 });
    expect(products.map(({ description }) => description)).toEqual([
      'Sizes:\nx,Small,too,in stock,9.00 EUR,S\nand "others"',
      '12" wide',
    ]);
  });

  test('tells of a quote that is never closed, and reads it as a character', async () => {
    const header = 'id,title,description,availability,price\n';
    const rows = ['a,A,"never closes', 'b,B,"closes"', 'c,C,"and another', 'd,D,12" wide'];
    const explanation = await explain(header + rows.map((row) => `${row},in stock,9.00 EUR\n`).join(''));
    expect(explanation.report).toMatchObject({ rejectedRows: 0, openQuotes: { rows: 2, line: 2 } });
    expect(explanation.products.map(({ description }) => description)).toEqual([
      '"never closes',
      'closes',
      '"and another',
      '12" wide',
    ]);
    expect(describeExplanation(explanation)).toContain(
      'Quotes that are not closed were read as characters, in 2 rows, first on line 2.\n',
    );
    const { report } = await explain(`${header}a,A,"closes",in stock,9.00 EUR\n`);
    expect(report.openQuotes).toBeNull();
  });

  test('keeps a value of thousands of lines whole', async () => {
    const lines = Array.from({ length: 5_000 }, (_, index) => `x${index},Small,,in stock,9.00 EUR\n`);
    const description = `"Sizes:\n${lines.join('')}and ""others"""`;
    const { report, products } = await explain(
      `id,title,description,availability,price\ncoat,Coat,${description},in stock,99.00 EUR\nhat,Hat,,in stock,9.00 EUR\n`,
    );
    expect(report).toMatchObject({ skus: 2, rejectedRows: 0, openQuotes: null });
    expect(products[0]?.description).toMatch(/^Sizes:\nx0,Small,,in stock/);
    expect(products[0]?.skus).toMatchObject([{ code: 'coat', prices: [{ amount: 9900 }] }]);
  });

  test('names the row of a quoted value that is longer than any', async () => {
    const header = 'id,title,description,availability,price\n';
    const text = 'words and words\n'.repeat(20_000);
    const { report, products } = await explain(`${header}coat,Coat,"${text}",in stock,99.00 EUR\n`);
    expect(report.rejected[0]).toEqual({
      line: 2,
      reason: 'A quoted value begins in this row, and is not closed within 262144 characters.',
    });
    expect(products).toEqual([]);
  });

  test('takes a quote for a character if its row is whole without it, however long the feed', async () => {
    const header = 'id,title,description,availability,price\n';
    const hats = Array.from({ length: 10_000 }, (_, index) => `hat-${index},Hat,,in stock,9.00 EUR\n`);
    const { report, products } = await explain(`${header}coat,"Coat,,in stock,99.00 EUR\n${hats.join('')}`);
    expect(report).toMatchObject({ rejectedRows: 0, openQuotes: { rows: 1, line: 2 } });
    expect(products.slice(0, 2)).toMatchObject([{ title: '"Coat' }, { title: 'Hat' }]);
  });

  test('with a bare & in its XML goes in, and each item has its line', async () => {
    const item = (id: string, price: string): string =>
      `<item>\n<g:id>${id}</g:id><title>Black & White &amp; Red&nbsp;</title>\n<g:price>${price}</g:price><g:availability>in_stock</g:availability>` +
      '<g:product_detail><g:section_name>Fit</g:section_name><g:attribute_name>Cut</g:attribute_name><g:attribute_value>wide, long</g:attribute_value></g:product_detail></item>\n';
    const { report, products } = await explain(
      `<?xml version="1.0"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>\n${item('a', '9 EUR')}${item('b', 'nine')}</channel></rss>`,
    );
    expect(report).toMatchObject({
      skus: 1,
      rejected: [{ line: 6, reason: expect.stringContaining('price "nine"') }],
    });
    expect(products).toMatchObject([
      { title: 'Black & White & Red', attributes: [{ name: 'cut', value: 'wide, long' }] },
    ]);
  });

  test('with control characters in its texts goes in without them', async () => {
    const { products } = await explain(
      'id\ttitle\tdescription\tavailability\tprice\na\tCo\u0007at\tA\u0001 warm\u0085 one\tin stock\t9 EUR\n',
    );
    expect(products).toMatchObject([{ title: 'Coat', description: 'A warm one' }]);
  });

  test('with the products and their variants of ACP in its lines goes in', async () => {
    const line = {
      id: 'tee',
      title: 'Tee',
      description: { plain: 'Soft.' },
      url: 'https://shop.example.com/tee',
      media: [{ type: 'image', url: 'https://cdn.example.com/tee.jpg' }],
      variants: ['S', 'M'].map((size, index) => ({
        id: `tee-${size}`,
        title: `Tee - ${size}`,
        price: { amount: 1999, currency: 'USD' },
        availability: { available: index === 0, status: index === 0 ? 'in_stock' : 'out_of_stock' },
        variant_options: [{ name: 'Size', value: size }],
        barcodes: [{ type: 'GTIN', value: '4006381333931' }],
        categories: [{ value: 'Tops > Tees', taxonomy: 'merchant' }],
        condition: ['new'],
      })),
    };
    const { products } = await explain(
      `${JSON.stringify(line)}\nnot json\n{"id": "\\u0000", "title": "x"}\n`,
    );
    expect(products).toMatchObject([
      {
        title: 'Tee',
        description: 'Soft.',
        category: [{ name: 'Tops' }, { name: 'Tees' }],
        attributes: [{ name: 'condition', value: 'new' }],
        url: 'https://shop.example.com/tee',
        images: [{ link: 'https://cdn.example.com/tee.jpg' }],
        skus: [
          {
            code: 'tee-S',
            options: { size: 'S' },
            onHand: null,
            prices: [{ amount: 1999 }],
            gtin: '4006381333931',
          },
          { code: 'tee-M', options: { size: 'M' }, onHand: 0 },
        ],
      },
    ]);
  });

  test('with one SKU for all sizes of a garment has an SKU for each', async () => {
    const header = 'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n';
    const { report, products } = await explain(
      `${header}tee,Tee,Size,S,T,9\ntee,,,M,T,9\nhat,Hat,Title,Default Title,H,9\n`,
      {
        currency: 'EUR',
      },
    );
    expect(report.rejectedRows).toBe(0);
    expect(products.map(({ skus }) => skus.map(({ code }) => code))).toEqual([['T/S', 'T/M'], ['H']]);
  });

  test('counts the inventory of Shopify if something tracks it, or if the file does not say what does', async () => {
    const stock = async (columns: string, ...rows: readonly string[]) => {
      const lines = rows.map((row, index) => `h${index},T,9,${row}\n`);
      const { products } = await explain(`Handle,Title,Variant Price,${columns}\n${lines.join('')}`, {
        currency: 'EUR',
      });
      return products.flatMap(({ skus }) => skus.map(({ onHand }) => onHand));
    };
    expect(await stock('Variant Inventory Tracker,Variant Inventory Qty', 'shopify,3', ',0')).toEqual([
      3,
      null,
    ]);
    expect(await stock('Variant Inventory Qty', '3', '0', '')).toEqual([3, 0, null]);
  });

  test('with the variants of another tool, which repeat what is said of their product, is the same', async () => {
    const header = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price\n';
    const { products } = await explain(
      `${header}tee,Tee,Acme,Größe,S,t-s,9.00\ntee,Tee,Acme,Größe,"M, ""tall""",,9.00\n`,
      { currency: 'EUR' },
    );
    expect(products).toMatchObject([
      { title: 'Tee', skus: [{ code: 't-s', options: { size: 'S' } }, { code: 'tee/M, "tall"' }] },
    ]);
  });
});
