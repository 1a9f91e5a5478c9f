import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { importFeed } from '../../src/import/import-feed.js';
import { readEncoderCalibration } from '../../src/search/probability/encoder-calibration.js';
import { readTrustedDocuments, withPublicDocuments } from '../../src/server/graphql/trusted-documents.js';
import { PAGE_DOCUMENTS } from '../../src/server/page.js';
import { DEFAULT_ENCODER } from '../../src/vision/encoder.js';
import { openSharedEncoder } from '../support/encoder.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { silentProgress } from '../support/progress.js';

const CATALOG = new URL('../../catalog/', import.meta.url);

export interface Shop {
  readonly gateway: TestGateway;
  readonly url: string;
  /** A file of the demo catalog. */
  image(name: string): string;
  close(): Promise<void>;
}

/** A gateway with the page, and a part of the demo catalog: all dresses, and each tenth of the other products. */
export async function openShop(): Promise<Shop> {
  const encoder = await openSharedEncoder();
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-page-'));
  await copyPart(folder);
  const gateway = await startTestGateway(
    async (db, images) => {
      const log = pino({ level: 'silent' });
      const report = await importFeed(
        { db, encoder, images, log, progress: silentProgress },
        { feed: join(folder, 'feed.tsv'), demo: true },
      );
      if (report.rejected.length > 0) throw new Error(JSON.stringify(report.rejected[0]));
    },
    {
      encoder,
      calibration: await readEncoderCalibration(fileURLToPath(DEFAULT_ENCODER), encoder.id),
      documents: withPublicDocuments(
        await readTrustedDocuments([]),
        await readTrustedDocuments([PAGE_DOCUMENTS]),
      ),
    },
  );
  const sockets = await gateway.listen();
  return {
    gateway,
    url: sockets.replace('ws', 'http').replace('/graphql', '/'),
    image: (name) => fileURLToPath(new URL(`images/${name}`, CATALOG)),
    async close() {
      await gateway.close();
      await encoder.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function copyPart(folder: string): Promise<void> {
  // Not a link: an import reads no files outside the folder of its feed.
  await cp(new URL('images', CATALOG), join(folder, 'images'), { recursive: true });
  await copyFile(new URL('channels.json', CATALOG), join(folder, 'channels.json'));
  const { head, rows } = await readTable('feed.tsv');
  const group = head.indexOf('item_group_id');
  const others = [...new Set(rows.map((row) => row[group] ?? ''))].filter((name) => !name.includes('-dress'));
  const kept = new Set(others.filter((_name, index) => index % 10 === 0));
  const products = rows.filter(
    (row) => row[group]?.includes('-dress') === true || kept.has(row[group] ?? ''),
  );
  await writeTable(join(folder, 'feed.tsv'), [head, ...products]);
  const skus = new Set(products.map(([id = '']) => id));
  for (const name of ['prices.tsv', 'stock.tsv']) {
    const table = await readTable(name);
    const sku = table.head.indexOf('sku');
    await writeTable(join(folder, name), [
      table.head,
      ...table.rows.filter((row) => skus.has(row[sku] ?? '')),
    ]);
  }
}

async function readTable(name: string): Promise<{ head: string[]; rows: string[][] }> {
  const [head = '', ...lines] = (await readFile(new URL(name, CATALOG), 'utf8')).trimEnd().split('\n');
  return { head: head.split('\t'), rows: lines.map((line) => line.split('\t')) };
}

const writeTable = (path: string, rows: readonly (readonly string[])[]): Promise<void> =>
  writeFile(path, rows.map((row) => `${row.join('\t')}\n`).join(''));
