import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import sharp from 'sharp';
import { importFeed } from '../../src/import/import-feed.js';
import { ENCODER } from './catalog.js';
import type { TestGateway } from './gateway.js';
import { silentProgress } from './progress.js';

/** The feed's data for one SKU. */
export interface FeedLine {
  readonly code: string;
  readonly quantity: number;
  /** For example "9.99 EUR". */
  readonly price: string;
}

/** Imports a feed of one product with these SKUs, in this order, into the database of a gateway. */
export async function importLines({ services }: TestGateway, lines: readonly FeedLine[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-feed-'));
  try {
    const picture = sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } });
    await picture.png().toFile(join(folder, 'red.png'));
    const feed = join(folder, 'feed.tsv');
    const header = 'id\titem_group_id\ttitle\timage_link\tavailability\tprice\tquantity\n';
    const rows = lines.map(
      ({ code, price, quantity }) => `${code}\tshirt\tShirt\tred.png\tin_stock\t${price}\t${quantity}\n`,
    );
    await writeFile(feed, header + rows.join(''));
    const encoder = {
      ...ENCODER,
      encode: () => Promise.resolve(Float32Array.of(1, 0, 0, 0)),
      see: () => Promise.reject(new Error('a feed has no scenes')),
      open: () => Promise.reject(new Error('a feed has no scenes')),
      close: () => Promise.resolve(),
    };
    const { db, catalogImages: images } = services;
    const log = pino({ level: 'silent' });
    await importFeed({ db, encoder, images, log, progress: silentProgress }, { feed });
  } finally {
    await rm(folder, { recursive: true });
  }
}
