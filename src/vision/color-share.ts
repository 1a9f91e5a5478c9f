import { COLOR_NUMBERS } from './color-descriptor.js';

/**
 * The share of color in the similarity of two images, unless a query sets it. Measured by the bench's part `color`.
 */
export const DEFAULT_COLOR_SHARE = 0.2;

/**
 * The share of color when a query says which colors, unless it sets the share. More finds more of the color, and less of
 * the kind: of 96 results with a color of the demo catalog, 75 are mostly of it instead of 46, and 11 instead of 14 of the
 * picture's category. With 0.4, 70 and 12, and another color of the very garment in the picture still comes third.
 */
export const CHOSEN_COLOR_SHARE = 0.5;

/** Joins an L2-normalized embedding and color descriptor into a vector whose cosine weighs both by the default. */
export function joinColor(embedding: Float32Array, color: Float32Array): Float32Array<ArrayBuffer> {
  const vector = new Float32Array(embedding.length + color.length);
  vector.set(embedding.map((value) => value * Math.sqrt(1 - DEFAULT_COLOR_SHARE)));
  vector.set(
    color.map((value) => value * Math.sqrt(DEFAULT_COLOR_SHARE)),
    embedding.length,
  );
  return vector;
}

/** What the cosine of `withoutColor` to a joined vector is multiplied by, so that it is that of the embeddings. */
export const WORDS_SCALE = 1 / Math.sqrt(1 - DEFAULT_COLOR_SHARE);

/** An L2-normalized embedding that says nothing about colors as a vector of `dimension` numbers. */
export function withoutColor(embedding: Float32Array, dimension: number): Float32Array<ArrayBuffer> {
  const vector = new Float32Array(dimension);
  vector.set(embedding);
  return vector;
}

/**
 * A vector for a query with another share of color: its cosine to joined vectors, times `scale`, is `(1 - share) ·
 * cosine of the embeddings + share · likeness of the colors`. `vector` need not have length 1.
 */
export function weighColor(
  vector: Float32Array,
  share: number,
): { readonly vector: Float32Array; readonly scale: number } {
  const [shape, color] = [(1 - share) / (1 - DEFAULT_COLOR_SHARE), share / DEFAULT_COLOR_SHARE];
  const colorsFrom = vector.length - COLOR_NUMBERS;
  const weighed = vector.map((value, i) => value * (i < colorsFrom ? shape : color));
  const scale = Math.sqrt(weighed.reduce((sum, value) => sum + value * value, 0));
  return { vector: scale > 0 ? weighed.map((value) => value / scale) : weighed, scale };
}

/**
 * A vector for a query with another color: its cosine to joined vectors, times `scale`, is `(1 - share) · cosine of the
 * embeddings + share · likeness of the colors to color`. Null when the query is nothing but color.
 *
 * @param color an L2-normalized color descriptor
 */
export function inColor(
  vector: Float32Array,
  color: Float32Array,
  share: number,
): { readonly vector: Float32Array; readonly scale: number } | null {
  const embedding = vector.subarray(0, vector.length - COLOR_NUMBERS);
  const length = Math.sqrt(embedding.reduce((sum, value) => sum + value * value, 0));
  if (length === 0) return null;
  const shape = (1 - share) / Math.sqrt(1 - DEFAULT_COLOR_SHARE);
  const hue = share / Math.sqrt(DEFAULT_COLOR_SHARE);
  const scale = Math.sqrt(shape * shape + hue * hue);
  const joined = new Float32Array(vector.length);
  joined.set(embedding.map((value) => (value / length) * (shape / scale)));
  joined.set(
    color.map((value) => value * (hue / scale)),
    embedding.length,
  );
  return { vector: joined, scale };
}
