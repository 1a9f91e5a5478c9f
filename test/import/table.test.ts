import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_LINE_BYTES } from '../../src/platform/lines.js';
import type { Cells } from '../../src/import/source/cells.js';
import { readTable } from '../../src/import/source/table.js';

const cellsOf = (cells: Cells): Record<string, string> =>
  Object.fromEntries([...cells.columns()].map((column) => [column, cells.get(column) ?? '']));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-reader-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(
  content: string | Buffer,
  required: readonly string[] = [],
): Promise<[number, unknown][]> {
  const path = join(folder, 'table.tsv');
  await writeFile(path, content);
  const rows: [number, unknown][] = [];
  for await (const row of readTable(path, { required, noun: 'product feed' })) {
    rows.push('fault' in row ? [row.line, row.fault] : [row.line, cellsOf(row.cells)]);
  }
  return rows;
}

describe('a table', () => {
  test('names its columns in any case, with spaces, after a byte order mark', async () => {
    expect(await read('\uFEFFID\tItem Group ID\r\n1\tcoat\r\n', ['id', 'item_group_id'])).toEqual([
      [2, { id: '1', item_group_id: 'coat' }],
    ]);
  });

  test('may have commas for tabs', async () => {
    expect(await read('id,title\n1,"Coat, long"\n')).toEqual([[2, { id: '1', title: 'Coat, long' }]]);
  });

  test('keeps line numbers over blank lines, missing cells and a missing last line end', async () => {
    expect(await read('id\ttitle\tcolor\n\n1\tCoat\n   \n2\tHat\tred\t')).toEqual([
      [3, { id: '1', title: 'Coat' }],
      [5, { id: '2', title: 'Hat', color: 'red' }],
    ]);
  });

  test('says when a row has more values than columns', async () => {
    expect(await read('id\ttitle\n1\tCoat\tred\n2\tHat\n')).toEqual([
      [2, 'The row has 3 values, but the header names 2 columns.'],
      [3, { id: '2', title: 'Hat' }],
    ]);
  });

  test('takes quoted values, over lines as well, and quotes that are letters', async () => {
    const lines = [
      '1\t"A ""warm"" coat\n\nwith pockets"\tred',
      '2\t12" pipe\tred',
      '3\t"Warm" coat\tred',
      '4\tx\ty',
    ];
    const rows = lines.map((line) => `${line}\tM\tAcme\n`);
    const rest = { size: 'M', brand: 'Acme' };
    expect(await read(`id\ttitle\tcolor\tsize\tbrand\n${rows.join('')}`)).toEqual([
      [2, { id: '1', title: 'A "warm" coat\n\nwith pockets', color: 'red', ...rest }],
      [5, { id: '2', title: '12" pipe', color: 'red', ...rest }],
      [6, { id: '3', title: '"Warm" coat', color: 'red', ...rest }],
      [7, { id: '4', title: 'x', color: 'y', ...rest }],
    ]);
  });

  test('loses no row to a quote that is never closed', async () => {
    const rows = Array.from(
      { length: 600 },
      (_, index) => `${index}\t${index % 7 === 3 ? '"Warm' : 'Warm'}\tred\n`,
    );
    expect(await read(`id\ttitle\tcolor\n${rows.join('')}`)).toEqual(
      rows.map((_, index) => [
        index + 2,
        { id: String(index), title: index % 7 === 3 ? '"Warm' : 'Warm', color: 'red' },
      ]),
    );
  });

  // Failed on 2026-11-29: these were one row, and with --prune the SKUs of the others would have been removed.
  test('loses no row between two quotes that are characters', async () => {
    const lines = ['1,"Warm coat,10', '2,boots,20', '3,heel 5",30', '4,cap,40'];
    expect(await read(`id,title,price\n${lines.join('\n')}\n`)).toEqual([
      [2, { id: '1', title: '"Warm coat', price: '10' }],
      [3, { id: '2', title: 'boots', price: '20' }],
      [4, { id: '3', title: 'heel 5"', price: '30' }],
      [5, { id: '4', title: 'cap', price: '40' }],
    ]);
    // Two lines are a text.
    expect(await read('id,title,price\n1,"Warm, and\nlong, in wool",10\n')).toEqual([
      [2, { id: '1', title: 'Warm, and\nlong, in wool', price: '10' }],
    ]);
  });

  test('rejects lines that are no text, and goes on', async () => {
    const lines = [
      Buffer.from('id\ttitle\n1\ta\0b\n2\t'),
      Buffer.from([0xc4, 0x0a]),
      Buffer.from(`3\t${'x'.repeat(MAX_LINE_BYTES)}\n4\tfine\n`),
    ];
    const path = join(folder, 'late.tsv');
    // A file that looks binary in its first bytes is different from one with a single bad line.
    const head = Buffer.from(`id\ttitle\n${'0\tfüller\n'.repeat(600)}`);
    await writeFile(
      path,
      Buffer.concat([head, ...lines.map((part, index) => (index === 0 ? part.subarray(9) : part))]),
    );
    const rows: unknown[] = [];
    for await (const row of readTable(path, { required: [], noun: 'product feed' })) {
      if (row.line > 601) rows.push('fault' in row ? [row.line, row.fault] : [row.line, cellsOf(row.cells)]);
    }
    expect(rows).toEqual([
      [602, 'The line contains a NUL character.'],
      [603, 'The line is not valid UTF-8.'],
      [604, `The line is longer than ${MAX_LINE_BYTES} bytes.`],
      [605, { id: '4', title: 'fine' }],
    ]);
  });

  test.each([
    ['', 'is empty'],
    ['\n\n', 'has no line with column names'],
    ['{"id": 1}', 'looks like JSON'],
    ['\uFEFF<rss>', 'looks like XML'],
    [Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0]), 'is not a text'],
    [Buffer.from([0x1f, 0x8b, 8, 0]), 'cannot be unpacked'],
    [Buffer.from('PK\x03\x04'), 'is compressed or a spreadsheet'],
    ['id\tname\n', 'is not a product feed: its first line lacks the columns title, price.'],
  ])('that is none is refused: %j', async (content, message) => {
    await expect(read(content, ['id', 'title', 'price'])).rejects.toThrow(message);
  });

  test('that is not there is refused', async () => {
    const rows = readTable(join(folder, 'absent.tsv'), { required: [], noun: 'product feed' });
    await expect(rows.next()).rejects.toThrow(/product feed .*absent\.tsv cannot be read: ENOENT/);
  });

  test('gives back what was written, whatever the values', async () => {
    // A row with both tabs and line ends: a line within a value may look like a complete row.
    const value = (unit: string) =>
      fc.string({ unit: fc.constantFrom('a', 'ß', ' ', '"', ',', '服', unit) }).map((text) => text.trim());
    const table = (unit: string) =>
      fc.array(fc.record({ title: value(unit), color: value(unit) }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.oneof(table('\t'), table('\n')), async (rows) => {
        const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const lines = rows.map(
          ({ title, color }, index) => `${index}\t${quote(title)}\t${quote(color)}\tlast\n`,
        );
        const found = await read(`id\ttitle\tcolor\tend\n${lines.join('')}`);
        expect(found.map(([, cells]) => cells)).toEqual(
          rows.map(({ title, color }, index) => ({
            id: String(index),
            ...(title === '' ? {} : { title }),
            ...(color === '' ? {} : { color }),
            end: 'last',
          })),
        );
      }),
      { numRuns: 60 },
    );
  });
});
