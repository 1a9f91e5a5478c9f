import sharp from 'sharp';
import type { CutOut } from './cut-out.js';
import { GROUNDS, paintGround } from './grounds.js';
import { generator } from './statistics.js';

/** Fractions of the image, as in BoxInput. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A picture of several garments on one background. */
export interface Composite<T> {
  /** JPEG. */
  readonly image: Buffer<ArrayBuffer>;
  readonly ground: string;
  readonly items: readonly { readonly of: T; readonly box: Box }[];
}

/** Width and height of the pictures: portrait, landscape, and square, as from cameras. */
const SIZES = [
  [720, 960],
  [960, 720],
  [840, 840],
] as const;
/** The longer side of a garment as a share of the picture's shorter side, for two, three, and four garments. */
const SCALES: Readonly<Record<number, readonly [number, number]>> = {
  2: [0.42, 0.6],
  3: [0.36, 0.5],
  4: [0.32, 0.44],
};
/** Gap between garments and around them, as a share of the shorter side. */
const GAP = 0.02;
const TRIES = 400;

/** Places two to four of the garments (or the given number) on a textured background: the same for the same seed. */
export async function compose<T>(
  garments: readonly { readonly of: T; readonly cutOut: CutOut }[],
  seed: number,
  things?: number,
): Promise<Composite<T>> {
  const random = generator(seed);
  const pick = <E>(entries: readonly E[]): E | undefined => entries[Math.floor(random() * entries.length)];
  const [width, height] = pick(SIZES) ?? SIZES[0];
  const shorter = Math.min(width, height);
  const count = things ?? 2 + Math.floor(random() * 3);
  const ground = pick(Object.keys(GROUNDS)) ?? 'plain';
  const placed: { of: T; image: Buffer; left: number; top: number; width: number; height: number }[] = [];
  for (let tries = 0; placed.length < count && tries < TRIES; tries += 1) {
    const garment = pick(garments);
    const [low, high] = SCALES[count] ?? [0.3, 0.4];
    if (garment === undefined || placed.some(({ of }) => of === garment.of)) continue;
    const { cutOut } = garment;
    // Later attempts use smaller garments, so that all of them fit.
    const longer = shorter * (low + (high - low) * random()) * (1 - (0.3 * tries) / TRIES);
    const scale = longer / Math.max(cutOut.width, cutOut.height);
    const [w, h] = [Math.round(cutOut.width * scale), Math.round(cutOut.height * scale)];
    const gap = Math.round(GAP * shorter);
    const left = Math.round(gap + random() * (width - w - 2 * gap));
    const top = Math.round(gap + random() * (height - h - 2 * gap));
    const isFree = placed.every(
      (other) =>
        left > other.left + other.width + gap ||
        left + w + gap < other.left ||
        top > other.top + other.height + gap ||
        top + h + gap < other.top,
    );
    if (!isFree) continue;
    const image = await sharp(cutOut.image).resize(w, h, { fit: 'fill' }).toBuffer();
    placed.push({ of: garment.of, image, left, top, width: w, height: h });
  }
  const image = await sharp(paintGround(ground, width, height, random), {
    raw: { width, height, channels: 3 },
  })
    .composite(placed.map(({ image: input, left, top }) => ({ input, left, top })))
    .jpeg({ quality: 90 })
    .toBuffer();
  const box = ({ left, top, width: w, height: h }: (typeof placed)[number]): Box => ({
    x: left / width,
    y: top / height,
    width: w / width,
    height: h / height,
  });
  return {
    image: Buffer.from(image),
    ground,
    items: placed.map((item) => ({ of: item.of, box: box(item) })),
  };
}

/** Intersection over union. */
export function overlap(a: Box, b: Box): number {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (across <= 0 || down <= 0) return 0;
  const shared = across * down;
  return shared / (a.width * a.height + b.width * b.height - shared);
}
