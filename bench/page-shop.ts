import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEMO_FEED, type Shop } from './shop.js';

const IMAGES = new URL('../catalog/images', import.meta.url);
/** Every second product once more is enough for a list of 500 that can be bought. */
const COPIED = 2;
const GROUP = 'item_group_id';

/** Fills a shop with the demo catalog, and copies of some of its products under other names. */
export async function importLongCatalog(shop: Shop): Promise<void> {
  const folder = join(shop.folder, 'long');
  await mkdir(folder);
  await cp(IMAGES, join(folder, 'images'), { recursive: true });
  const [head = '', ...rows] = (await readFile(DEMO_FEED, 'utf8')).trimEnd().split('\n');
  const names = head.split('\t');
  const group = names.indexOf(GROUP);
  const own = new Set(['id', 'mpn', GROUP].map((name) => names.indexOf(name)));
  const gtin = names.indexOf('gtin');
  const cellsOf = (row: string): string[] => row.split('\t');
  const groups = [...new Set(rows.map((row) => cellsOf(row)[group]))];
  const copied = new Set(groups.filter((_name, index) => index % COPIED === 0));
  const copies = rows
    .map(cellsOf)
    .filter((cells) => copied.has(cells[group]))
    .map((cells) =>
      cells
        .map((cell, column) => (own.has(column) ? `${cell}-again` : column === gtin ? '' : cell))
        .join('\t'),
    );
  await writeFile(join(folder, 'feed.tsv'), [head, ...rows, ...copies].map((row) => `${row}\n`).join(''));
  await shop.import(join(folder, 'feed.tsv'));
}
