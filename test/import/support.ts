import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pino } from 'pino';
import sharp from 'sharp';
import type { ImportDeps } from '../../src/import/import-feed.js';
import { importFeed, type ImportOptions, type ImportReport } from '../../src/import/import-feed.js';
import { openBlobStore } from '../../src/platform/blob-store.js';
import type { Database } from '../../src/platform/postgres.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const DIMENSION = 8;

/** A fast and deterministic encoder that counts its calls. */
export function fakeEncoder(id = 'fake@1') {
  let encoded = 0;
  return {
    id,
    dimension: DIMENSION,
    encoded: () => encoded,
    encode(bytes: Uint8Array): Promise<Float32Array> {
      encoded += 1;
      const digest = createHash('sha256').update(bytes).digest();
      const vector = Array.from({ length: DIMENSION }, (_, index) => (digest[index] ?? 0) - 127.5);
      const length = Math.hypot(...vector);
      return Promise.resolve(Float32Array.from(vector, (value) => value / length));
    },
    see: () => Promise.reject(new Error('this encoder opens no scene')),
    open: () => Promise.reject(new Error('this encoder opens no scene')),
    close: () => Promise.resolve(),
  };
}

/** A small image of one color. */
export const swatch = (red: number, green: number, blue: number): Promise<Buffer> =>
  sharp({ create: { width: 12, height: 16, channels: 3, background: { r: red, g: green, b: blue } } })
    .png()
    .toBuffer();

export interface Shop {
  readonly database: TestDatabase;
  readonly db: Database;
  readonly folder: string;
  readonly encoder: ReturnType<typeof fakeEncoder>;
  readonly said: string[];
  /** Writes a file into the feed's folder. */
  write(name: string, content: string | Buffer): Promise<string>;
  /** Imports a feed from the folder. */
  import(
    feed: string,
    options?: Omit<ImportOptions, 'feed'>,
    deps?: Partial<ImportDeps>,
    signal?: AbortSignal,
  ): Promise<ImportReport>;
  /** Rows of a query; just the values when it selects one column. */
  all(sql: string): Promise<unknown[]>;
  /** A fingerprint of every row version in the catalog: any write changes it, even one with the same values. */
  versions(): Promise<unknown>;
  close(): Promise<void>;
}

const TABLES = [
  'brands',
  'categories',
  'channels',
  'channel_locations',
  'embeddings',
  'encoders',
  'import_digests',
  'price_lists',
  'prices',
  'product_attributes',
  'product_changes',
  'product_images',
  'product_texts',
  'products',
  'skus',
  'stock_levels',
  'stock_locations',
];

/** An empty database and a folder with three images: red.png, green.png, blue.png. */
export async function openShop(): Promise<Shop> {
  const database = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-import-'));
  const encoder = fakeEncoder();
  const said: string[] = [];
  const images = await openBlobStore(join(folder, 'store'));
  const write = async (name: string, content: string | Buffer): Promise<string> => {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return path;
  };
  await write('red.png', await swatch(200, 30, 30));
  await write('green.png', await swatch(30, 200, 30));
  await write('blue.png', await swatch(30, 30, 200));
  return {
    database,
    db: database.db,
    folder,
    encoder,
    said,
    write,
    import: (feed, options = {}, deps = {}, signal) =>
      importFeed(
        {
          db: database.db,
          encoder,
          images,
          log: pino({ level: 'silent' }),
          progress: {
            start: () => undefined,
            advance: () => undefined,
            done: () => undefined,
            say: (line) => said.push(line),
          },
          ...deps,
        },
        { feed: resolve(folder, feed), ...options },
        signal,
      ),
    async all(sql) {
      const { rows, fields } = await database.db.query<Record<string, unknown>>(sql);
      const [only] = fields;
      return fields.length === 1 && only ? rows.map((row) => row[only.name]) : rows;
    },
    async versions() {
      const columns = TABLES.map(
        (table) =>
          `(SELECT md5(string_agg(ctid::text || xmin::text, ' ' ORDER BY ctid)) FROM ${table}) AS ${table}`,
      );
      const { rows } = await database.db.query<Record<string, unknown>>(`SELECT ${columns.join(', ')}`);
      return rows[0];
    },
    async close() {
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A feed of rows, with defaults for the columns that are irrelevant to a test. */
export function feedOf(rows: readonly Readonly<Record<string, string>>[]): string {
  const full = rows.map((row) => ({
    title: 'A coat',
    image_link: 'red.png',
    availability: 'in_stock',
    price: '10.00 EUR',
    ...row,
  }));
  const columns = [...new Set(full.flatMap((row) => Object.keys(row)))];
  const line = (cells: readonly string[]): string => `${cells.join('\t')}\n`;
  return [
    line(columns),
    ...full.map((row) => line(columns.map((column) => new Map(Object.entries(row)).get(column) ?? ''))),
  ].join('');
}
