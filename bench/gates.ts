import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/**
 * Photographs of people in clothes, for measuring only and not included in the repository: `street/images/ID.jpg` with
 * `street/items.json` and each item cut out (`street/crops/ID-N.jpg`), and `model/images/NAME.jpg` with
 * `model/images.json`.
 */
const FOLDER = resolve(
  process.env['VITRINE_GATES'] ?? fileURLToPath(new URL('../../shared/gates/', import.meta.url)),
);

/** Why benchmarks that need the photographs of people cannot run. */
export const noGates = (): string | undefined =>
  existsSync(join(FOLDER, 'street/items.json'))
    ? undefined
    : 'there are no photographs of people: VITRINE_GATES names their folder (../shared/gates)';

const fraction = z.number();
const items = z.record(
  z.string(),
  z.array(
    z.object({
      type: z.string(),
      group: z.string(),
      box: z.tuple([fraction, fraction, fraction, fraction]),
    }),
  ),
);

/** A photograph from the street with its items; boxes are [x, y, width, height] in fractions. */
export interface StreetPhoto {
  readonly id: string;
  readonly file: string;
  readonly items: readonly {
    readonly type: string;
    readonly group: string;
    readonly box: readonly [number, number, number, number];
    /** The item, cut out. */
    readonly crop: string;
  }[];
}

/** By id, as sorted strings. */
export async function readStreet(): Promise<StreetPhoto[]> {
  const found = items.parse(JSON.parse(await readFile(join(FOLDER, 'street/items.json'), 'utf8')));
  return sortedEntries(found).map(([id, list]) => ({
    id,
    file: join(FOLDER, 'street/images', `${id}.jpg`),
    items: list.map((item, n) => ({ ...item, crop: join(FOLDER, 'street/crops', `${id}-${n}.jpg`) })),
  }));
}

const models = z.record(
  z.string(),
  z.object({
    product: z.string(),
    color: z.string(),
    view: z.enum(['main', 'back', 'alt']),
    category: z.string(),
  }),
);

/** A photograph of a shop's catalog, with a person who wears the product. */
export type ModelPhoto = z.infer<typeof models>[string] & { readonly file: string };

export async function readModels(): Promise<ModelPhoto[]> {
  const found = models.parse(JSON.parse(await readFile(join(FOLDER, 'model/images.json'), 'utf8')));
  return sortedEntries(found).map(([name, facts]) => ({
    ...facts,
    file: join(FOLDER, 'model/images', `${name}.jpg`),
  }));
}

const sortedEntries = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
