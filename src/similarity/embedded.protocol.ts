import { z } from 'zod';
import type { PointPayload, Revision, SearchRequest, SearchResult } from './index.js';

/** What the embedded index's worker is started with. */
export const workerSetup = z.object({ dimension: z.number() });

/** One piece of work for the worker; jobs take effect in the order in which they are sent. */
export type Job =
  | { readonly kind: 'search'; readonly requests: readonly SearchRequest[] }
  | {
      readonly kind: 'upsert';
      readonly imageIds: readonly number[];
      readonly productIds: readonly number[];
      /** The images' vectors one after the other. */
      readonly vectors: Float32Array;
      readonly payloads: ReadonlyMap<number, PointPayload>;
      readonly revision: Revision;
    }
  | {
      readonly kind: 'setPayloads';
      readonly payloads: ReadonlyMap<number, PointPayload>;
      readonly revision: Revision;
    }
  | { readonly kind: 'deleteImages'; readonly imageIds: readonly number[]; readonly revision: Revision }
  | { readonly kind: 'forgetDeleted'; readonly before: Date }
  | { readonly kind: 'count' };

export type JobMessage = { readonly id: number; readonly job: Job } | 'close';

/** The answer to a job: the results of a search, the number of points after everything else. */
export type Answer =
  | { readonly id: number; readonly results: SearchResult[] }
  | { readonly id: number; readonly count: number }
  | { readonly id: number; readonly error: string };

export type WorkerMessage = 'ready' | Answer;
