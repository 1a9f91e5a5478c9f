import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import sharp from 'sharp';
import { cutOut } from '../../bench/cut-out.js';
import { importFeed } from '../../src/import/import-feed.js';
import type { BlobStore } from '../../src/platform/blob-store.js';
import type { Database } from '../../src/platform/postgres.js';
import type { Encoder } from '../../src/vision/encoder.js';
import { silentProgress } from '../support/progress.js';

const IMAGES = new URL('../../catalog/images/', import.meta.url);

/** Pictures of the demo catalog with their categories; several of each kind, so that most neighbors agree. */
const GARMENTS: Readonly<Record<string, RegExp>> = {
  hoodies: /-hoodie-/,
  trousers: /-trousers-/,
  backpacks: /-backpack-/,
  dresses: /-dress-/,
};
const OF_A_KIND = 10;

/** The given number of pictures of each kind, by product id. */
export async function garments(): Promise<{ id: string; kind: string; file: URL }[]> {
  const files = (await readdir(IMAGES)).sort().filter((name) => !name.includes('detail'));
  return Object.entries(GARMENTS).flatMap(([kind, pattern]) =>
    files
      .filter((name) => pattern.test(name))
      .slice(0, OF_A_KIND)
      .map((name) => ({ id: name.replace('.webp', ''), kind, file: new URL(name, IMAGES) })),
  );
}

/** Imports them with one SKU each, and those of `more` too. */
export async function importGarments(
  db: Database,
  images: BlobStore,
  encoder: Encoder,
  more: readonly { readonly id: string; readonly kind: string; readonly picture: Buffer }[] = [],
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-look-'));
  try {
    const header = 'id\ttitle\timage_link\tavailability\tprice\tproduct_type\tquantity\n';
    const all = await garments();
    for (const { id, file } of all) await copyFile(file, join(folder, `${id}.webp`));
    for (const { id, picture } of more) await writeFile(join(folder, `${id}.webp`), picture);
    const rows = [...all, ...more].map(
      ({ id, kind }) => `${id}\t${id}\t${id}.webp\tin_stock\t10.00 EUR\t${kind}\t3\n`,
    );
    const feed = join(folder, 'feed.tsv');
    await writeFile(feed, header + rows.join(''));
    const log = pino({ level: 'silent' });
    const report = await importFeed({ db, encoder, images, log, progress: silentProgress }, { feed });
    if (report.rejected.length > 0) throw new Error(JSON.stringify(report.rejected));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Places cutouts of these products' pictures on a floor, each at a position in 640 × 480 pixels. */
export async function collage(
  places: readonly {
    readonly file: URL;
    readonly left: number;
    readonly top: number;
    readonly height: number;
  }[],
  ground: Buffer = floor(640, 480),
): Promise<Buffer> {
  const pieces = await Promise.all(
    places.map(async ({ file, left, top, height }) => {
      const garment = await cutOut(await readFile(file));
      if (garment === null) throw new Error(`${file.pathname} cannot be cut out`);
      return { input: await sharp(garment.image).resize({ height }).toBuffer(), left, top };
    }),
  );
  return sharp(ground, { raw: { width: 640, height: 480, channels: 3 } })
    .composite(pieces)
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** A floor of boards, as RGB bytes. */
export function floor(width: number, height: number): Buffer {
  return Buffer.from(
    Array.from({ length: width * height }, (_, pixel) => {
      const [x, y] = [pixel % width, Math.floor(pixel / width)];
      const shade = 14 * ((Math.floor(x / 90) * 37) % 3) + 6 * Math.sin(y / 23 + x / 90);
      return [150 + shade, 125 + shade, 95 + shade];
    }).flat(),
  );
}
