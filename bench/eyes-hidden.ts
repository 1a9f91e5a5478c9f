import { readFile } from 'node:fs/promises';
import { openBodies, type Bodies } from '../src/vision/bodies/bodies.js';
import type { BodyPart } from '../src/vision/bodies/worn.js';
import { decodeRaster } from '../src/vision/decode.js';
import sharp from '../src/vision/sharp.js';
import { noGates, readStreet, type StreetPhoto } from './gates.js';
import { share } from './share.js';
import type { Benchmark, Measurement } from './types.js';

/** The first ones by name: the same as those of `eyes-look`. */
const PHOTOGRAPHS = 200;
/** Longer side of decoded photographs, as an encoder asks for it. */
const SIDE = 960;
const TABLE = '#7a5230';

/** Ways to hide what is below a row. */
const HIDDEN_BY: Readonly<Record<string, (photo: Buffer, row: number, size: Size) => Promise<Buffer>>> = {
  'cut off': (photo, row, { width }) =>
    sharp(photo).extract({ left: 0, top: 0, width, height: row }).png().toBuffer(),
  'behind a table': async (photo, row, { width, height }) => {
    const table = { width, height: height - row, channels: 3, background: TABLE } as const;
    const input = await sharp({ create: table }).png().toBuffer();
    return sharp(photo)
      .composite([{ input, left: 0, top: row }])
      .png()
      .toBuffer();
  },
};
interface Size {
  readonly width: number;
  readonly height: number;
}

/** Rows from which a photograph is hidden, by its items, and what is looked for then. */
const PLACES: readonly {
  readonly name: string;
  readonly from: (photo: StreetPhoto) => number | null;
  readonly part: BodyPart;
}[] = [
  { name: 'at the waist, legs found', from: (photo) => waist(photo, 0), part: 'lower' },
  { name: 'at the waist, shoes found', from: (photo) => waist(photo, 0), part: 'feet' },
  {
    name: 'half way down a skirt or trousers, legs found',
    from: (photo) => waist(photo, 0.5),
    part: 'lower',
  },
  { name: 'above the shoes, shoes found', from: (photo) => topOf(photo, 'shoes', 0), part: 'feet' },
];

/** Half way down a skirt or trousers, for 0.5. */
const waist = (photo: StreetPhoto, share: number): number | null => topOf(photo, 'bottom', share);

function topOf({ items }: StreetPhoto, group: string, share: number): number | null {
  const [box] = items.flatMap((item) => (item.group === group ? [item.box] : []));
  return box === undefined ? null : box[1] + share * box[3];
}

export const hiddenBenchmark: Benchmark = {
  name: 'eyes-hidden',
  description: 'people in the street who are cut off or behind a table: is only what is seen found?',
  skip: noGates,
  async run(report, progress) {
    const bodies = await openBodies({ threads: 1 });
    try {
      await measureHidden(bodies, report, progress);
    } finally {
      await bodies.close();
    }
  },
};

async function measureHidden(
  bodies: Bodies,
  report: (measurement: Measurement) => void,
  progress: (line: string) => void,
): Promise<void> {
  const photos = (await readStreet()).slice(0, PHOTOGRAPHS);
  const found = new Map<string, number[]>();
  const note = (name: string, parts: readonly BodyPart[], part: BodyPart): void => {
    found.set(name, [...(found.get(name) ?? []), Number(parts.includes(part))]);
  };
  for (const [i, photo] of photos.entries()) {
    if (i % 20 === 0) progress(`hiding what people wear: ${i} of ${photos.length}`);
    const bytes = await readFile(photo.file);
    const { width, height } = await sharp(bytes).metadata();
    const size = { width, height };
    const whole = await partsIn(bodies, bytes);
    if (topOf(photo, 'bottom', 0) !== null) note('whole, legs found', whole, 'lower');
    if (topOf(photo, 'shoes', 0) !== null) note('whole, shoes found', whole, 'feet');
    for (const { name, from, part } of PLACES) {
      const top = from(photo);
      if (top === null) continue;
      // An item at an edge of the photograph leaves a row on each side of where it is cut.
      const row = Math.min(height - 1, Math.max(1, Math.round(top * height)));
      for (const [way, hide] of Object.entries(HIDDEN_BY)) {
        const hidden = await hide(bytes, row, size);
        note(`${way} ${name}`, await partsIn(bodies, hidden), part);
      }
    }
  }
  for (const [name, values] of [...found].sort(([a], [b]) => a.localeCompare(b)))
    report(share(`${name} (${values.length})`, values, 'people in the street; 95 % intervals'));
}

async function partsIn(bodies: Bodies, bytes: Uint8Array): Promise<BodyPart[]> {
  const { people } = await bodies.open(await decodeRaster(bytes, SIDE));
  return people.flatMap(({ worn }) => worn.map(({ part }) => part));
}
