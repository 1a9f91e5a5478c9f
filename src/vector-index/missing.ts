import { RequestError } from '../errors.js';
import type { VectorIndex } from './port.js';

/** Stands for an index that cannot be used yet: every call fails with INDEX_UNAVAILABLE. */
export function missingIndex(name: string): VectorIndex {
  const fail = (): Promise<never> =>
    Promise.reject(
      new RequestError(
        'INDEX_UNAVAILABLE',
        'The search index is not available yet: try again in a few seconds. Everything except searches already works.',
      ),
    );
  return {
    name,
    search: fail,
    upsert: fail,
    setPayloads: fail,
    deleteImages: fail,
    forgetDeleted: fail,
    scan: fail,
    count: fail,
    close: async () => undefined,
  };
}
