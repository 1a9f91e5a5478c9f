import type { Database } from '../../src/platform/postgres.js';
import type { SameProductModel } from '../../src/search/probability/same-product.js';
import type { Encoder } from '../../src/vision/encoder.js';
import { ENCODER, seedMarkets, seedProduct } from './catalog.js';

/** Its images are vectors in JSON, so that a test defines what an image looks like. */
export const spellingEncoder: Encoder = {
  ...ENCODER,
  encode(bytes) {
    const numbers = JSON.parse(Buffer.from(bytes).toString()) as number[];
    const norm = Math.hypot(...numbers);
    return Promise.resolve(Float32Array.from(numbers, (value) => value / norm));
  },
  see: () => Promise.reject(new Error('this encoder shows nothing')),
  open: () => Promise.reject(new Error('this encoder opens no scene')),
  close: () => Promise.resolve(),
};

export const imageOf = (vector: readonly number[]): { base64: string } => ({
  base64: Buffer.from(JSON.stringify(vector)).toString('base64'),
});

/** Above one half from a cosine of about 0.994 on. */
export const NEARLY_EQUAL: SameProductModel = {
  weights: [-41.4, 10, 0],
  calibrationError: 0,
  products: 100,
};

const SIDE = [-3, -2, -1, 0, 1, 2];
/** Neighbors on the grid have cosines of about 0.97. */
const STEP = 0.22;

type Kind = 'shirt' | 'shoe';

/** The position of a garment: x from -3 (all red) to 2 (all blue), y from -3 to 2, in whole numbers. */
export const looks = (kind: Kind, x: number, y: number): number[] => [
  ...(kind === 'shirt' ? [1, 0] : [0, 1]),
  x * STEP,
  y * STEP,
];

export const handleOf = (kind: Kind, x: number, y: number): string => `${kind}-${x + 3}-${y + 3}`;

/**
 * 36 shirts in S and M, and 36 shoes in 42; left of the middle they are red, right of it blue. Brands mean nothing.
 */
export async function seedGarments(db: Database): Promise<void> {
  await seedMarkets(db);
  let count = 0;
  for (const kind of ['shirt', 'shoe'] as const) {
    for (const x of SIDE) {
      for (const y of SIDE) {
        const handle = handleOf(kind, x, y);
        const sizes = kind === 'shirt' ? ['S', 'M'] : ['42'];
        await seedProduct(db, {
          handle,
          category: kind === 'shirt' ? 'tops/shirts' : 'shoes',
          brand: ['alder', 'ilex', 'oda', 'kestrel', 'nordlys'][(count * 7 + (count >> 2)) % 5] ?? 'alder',
          attributes: [['color', x < 0 ? 'Red' : 'Blue']],
          vectors: [looks(kind, x, y)],
          skus: sizes.map((size) => ({
            code: `${handle}-${size}`,
            options: { size },
            stock: { berlin: 5 },
          })),
        });
        count += 1;
      }
    }
  }
}
