import { z } from 'zod';
import type { SnapshotHeader } from './snapshot-header.js';
import type {
  ImagePayload,
  IndexPoint,
  PointPayload,
  Revision,
  SearchRequest,
  SearchResult,
} from '../port.js';

/** Queries compared in one pass over the vectors; more gain little, and their scores no longer fit in the cache. */
export const MAX_BATCH = 16;

/** What the embedded index's worker starts with. */
export const workerSetup = z.object({ dimension: z.number() });

/**
 * Payloads in a message between the threads, or in a file. A message repeats a string as often as it occurs: here, that
 * is once.
 */
const packedPayloads = z.object({
  /** Every tag of the payloads, once. */
  tags: z.array(z.string()).readonly(),
  /** The different payloads, with the places of their tags in `tags`. */
  different: z
    .array(z.object({ tags: z.instanceof(Uint32Array), numbers: z.record(z.string(), z.number()) }))
    .readonly(),
  /** For each image, the place of its payload in `different`. */
  ofImage: z.instanceof(Uint32Array),
});
type PackedPayloads = z.infer<typeof packedPayloads>;

/** Images in a message between the threads, or in a file. */
export const packedImages = z.object({
  imageIds: z.array(z.number()).readonly(),
  productIds: z.array(z.number()).readonly(),
  packed: packedPayloads,
});
type PackedImages = z.infer<typeof packedImages>;

/** Points in a message between the threads. */
export interface PackedPoints extends PackedImages {
  /** The images' vectors, concatenated. */
  readonly vectors: Float32Array<ArrayBuffer>;
}

/** A unit of work for the worker; jobs take effect in the order in which they are sent. */
export type Job =
  | { readonly kind: 'search'; readonly requests: readonly SearchRequest[] }
  | ({ readonly kind: 'upsert'; readonly revision: Revision } & PackedPoints)
  | ({ readonly kind: 'setPayloads'; readonly revision: Revision } & PackedImages)
  | { readonly kind: 'deleteImages'; readonly imageIds: readonly number[]; readonly revision: Revision }
  | { readonly kind: 'forgetDeleted'; readonly before: Date }
  | { readonly kind: 'scan'; readonly after: number | null; readonly limit: number }
  | { readonly kind: 'count' }
  /** Writes the points to a new file, while later jobs run. */
  | {
      readonly kind: 'save';
      readonly path: string;
      readonly header: SnapshotHeader;
      readonly mostBytes: number;
    }
  /** Adds the points of the snapshot with this id. */
  | { readonly kind: 'load'; readonly path: string; readonly id: string; readonly revision: Revision };

export type JobMessage = { readonly id: number; readonly job: Job } | 'close';

/** The answer to a job: the results of a search, the points of a scan, or a number of points for any other job. */
export type Answer =
  | { readonly id: number; readonly results: SearchResult[] }
  | { readonly id: number; readonly points: PackedPoints }
  | { readonly id: number; readonly count: number }
  | { readonly id: number; readonly error: string };

export type WorkerMessage = 'ready' | Answer;

/** Concatenates the vectors, so that they can be transferred. */
export function pack(points: readonly IndexPoint[], dimension: number): PackedPoints {
  const vectors = new Float32Array(points.length * dimension);
  for (const [row, point] of points.entries()) vectors.set(point.vector, row * dimension);
  return { ...packImages(points), vectors };
}

export function packImages(images: readonly ImagePayload[]): PackedImages {
  return {
    imageIds: images.map(({ imageId }) => imageId),
    productIds: images.map(({ productId }) => productId),
    packed: packPayloads(images.map(({ payload }) => payload)),
  };
}

export function unpack({ imageIds, productIds, vectors, packed }: PackedPoints): IndexPoint[] {
  const dimension = vectors.length / imageIds.length;
  const payloads = unpackPayloads(packed);
  return imageIds.map((imageId, row) => {
    const vector = vectors.subarray(row * dimension, (row + 1) * dimension);
    return { imageId, productId: productIds[row] ?? 0, vector, payload: payloads[row] ?? NO_PAYLOAD };
  });
}

const NO_PAYLOAD: PointPayload = { tags: [], numbers: {} };

function packPayloads(payloads: readonly PointPayload[]): PackedPayloads {
  const tags = new Places<string>();
  const different = new Places<PointPayload>();
  const ofImage = Uint32Array.from(payloads, (payload) => different.of(payload));
  return {
    different: different.all.map((payload) => ({
      tags: Uint32Array.from(payload.tags, (tag) => tags.of(tag)),
      numbers: payload.numbers,
    })),
    tags: tags.all,
    ofImage,
  };
}

/** The payloads in order. Images that had one object have one object again. */
export function unpackPayloads({ tags, different, ofImage }: PackedPayloads): PointPayload[] {
  const payloads = different.map(({ tags: places, numbers }): PointPayload => ({
    tags: Array.from(places, (place) => tags[place] ?? ''),
    numbers,
  }));
  return Array.from(ofImage, (place) => payloads[place] ?? NO_PAYLOAD);
}

/** Different values, each with its place in the list of all. */
class Places<T> {
  readonly all: T[] = [];
  readonly #places = new Map<T, number>();

  of(value: T): number {
    const known = this.#places.get(value);
    if (known !== undefined) return known;
    this.#places.set(value, this.all.length);
    return this.all.push(value) - 1;
  }
}
