import { thumbHashToRGBA } from 'thumbhash';
import { encodePatiently, inspectPatiently } from '../images/encode-image.js';
import type { Encoder } from '../vision/encoder.js';
import { dot } from '../vector-index/vectors.js';
import type { WrittenDesign } from './design-job.store.js';
import type { Drawn } from './engine.js';
import { estimatePrice, excessOf } from './local/search-designs.js';
import { toLab } from '../vision/color-descriptor.js';
import { MAX_LIKENESS, MAX_SAMENESS, type Order } from './order.js';

/** A picture that may be shown, with what was measured. */
export interface Checked extends WrittenDesign {
  readonly picture: Uint8Array;
  readonly vector: Float32Array;
}

/** How far the main color of a picture may be from one that is ordered, in CIELAB: light and shade change it so much. */
const MAX_COLOR_DISTANCE = 25;

/** The brightest color (0 to 255) of a picture that is black: a ThumbHash is not exact. */
const BLACK = 8;

/** Why pictures were left out, to be told to whoever ordered them. */
export type Refusal =
  | 'black, as filters of image generators leave it'
  | 'suspicious'
  | 'a copy of a product'
  | 'of another color'
  | 'like another design or what the board dislikes, or too expensive';

/**
 * Looks at pictures as a search does, before anybody sees them, and keeps the first of each position that is as ordered:
 * nothing suspicious, no copy, and nothing that the order excludes. An engine's own measurements are not trusted.
 *
 * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED; the reason of `signal`
 */
export async function checkPictures(
  encoder: Encoder,
  order: Order,
  drawn: readonly Drawn[],
  signal: AbortSignal,
): Promise<{ readonly kept: readonly Checked[]; readonly refused: readonly Refusal[] }> {
  const kept: Checked[] = [];
  const refused: Refusal[] = [];
  for (const { position, picture, garment, prompt } of drawn) {
    if (kept.some((design) => design.position === position)) continue;
    const image = await inspectPatiently(picture, signal);
    const { vector, trust } = await encodePatiently(encoder, picture, signal);
    const toward = order.toward[position % order.toward.length] ?? vector;
    const nearest = order.known
      .map(({ product, vector: other }) => ({ product, likeness: dot(vector, other) }))
      .reduce<{ product: number; likeness: number } | null>(
        (best, next) => (best !== null && best.likeness >= next.likeness ? best : next),
        null,
      );
    const others = kept.map((design) => design.vector);
    const limits = { likeness: MAX_LIKENESS, sameness: MAX_SAMENESS, price: order.maxPrice };
    if (isBlack(image.thumbhash)) refused.push('black, as filters of image generators leave it');
    else if (trust !== null && trust.reason !== null) refused.push('suspicious');
    else if (nearest !== null && nearest.likeness > MAX_LIKENESS) refused.push('a copy of a product');
    // The local engine's own colors are exact; only pictures without parameters are looked at.
    else if (garment === null && !isInColor(image.dominantColor, order.wanted.colors))
      refused.push('of another color');
    else if (excessOf(vector, { toward, away: order.away }, order.known, others, limits) > 0)
      refused.push('like another design or what the board dislikes, or too expensive');
    else {
      kept.push({
        position,
        image,
        garment,
        prompt,
        picture,
        vector,
        similarity: dot(vector, toward),
        likeness: nearest?.likeness ?? null,
        nearestProduct: nearest?.product ?? null,
        price: estimatePrice(vector, order.known),
        trust,
        finished: true,
      });
    }
  }
  return { kept, refused };
}

const isBlack = (thumbhash: string): boolean =>
  thumbHashToRGBA(Buffer.from(thumbhash, 'base64')).rgba.every((value, i) => i % 4 === 3 || value <= BLACK);

function isInColor(color: string, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true;
  const own = labOf(color);
  return wanted.some(
    (other) => Math.hypot(...labOf(other).map((value, i) => value - (own[i] ?? 0))) <= MAX_COLOR_DISTANCE,
  );
}

const labOf = (hex: string): readonly number[] => {
  const value = Number.parseInt(hex.slice(1), 16);
  return toLab([value >> 16, (value >> 8) & 255, value & 255]);
};
