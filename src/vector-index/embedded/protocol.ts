import { z } from 'zod';
import type {
  ImagePayload,
  IndexPoint,
  PointPayload,
  Revision,
  SearchRequest,
  SearchResult,
} from '../port.js';

/** What the embedded index's worker starts with. */
export const workerSetup = z.object({ dimension: z.number() });

/** Points in a message between the threads. */
export interface PackedPoints {
  readonly imageIds: readonly number[];
  readonly productIds: readonly number[];
  /** The images' vectors, concatenated. */
  readonly vectors: Float32Array<ArrayBuffer>;
  /** In the same order. Those that are one object stay one object in the message. */
  readonly payloads: readonly PointPayload[];
}

/** A unit of work for the worker; jobs take effect in the order in which they are sent. */
export type Job =
  | { readonly kind: 'search'; readonly requests: readonly SearchRequest[] }
  | ({ readonly kind: 'upsert'; readonly revision: Revision } & PackedPoints)
  | {
      readonly kind: 'setPayloads';
      readonly payloads: readonly ImagePayload[];
      readonly revision: Revision;
    }
  | { readonly kind: 'deleteImages'; readonly imageIds: readonly number[]; readonly revision: Revision }
  | { readonly kind: 'forgetDeleted'; readonly before: Date }
  | { readonly kind: 'scan'; readonly after: number | null; readonly limit: number }
  | { readonly kind: 'count' };

export type JobMessage = { readonly id: number; readonly job: Job } | 'close';

/** The answer to a job: the results of a search, the points of a scan, or the number of points for any other job. */
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
  return {
    imageIds: points.map((point) => point.imageId),
    productIds: points.map((point) => point.productId),
    vectors,
    payloads: points.map((point) => point.payload),
  };
}

const NO_PAYLOAD: PointPayload = { tags: [], numbers: {} };

export function unpack({ imageIds, productIds, vectors, payloads }: PackedPoints): IndexPoint[] {
  const dimension = vectors.length / imageIds.length;
  return imageIds.map((imageId, row) => {
    const vector = vectors.subarray(row * dimension, (row + 1) * dimension);
    return { imageId, productId: productIds[row] ?? 0, vector, payload: payloads[row] ?? NO_PAYLOAD };
  });
}
