import type { BlobStore } from './blob-store.js';
import { countedBytes } from './prune-blobs.js';

/** A store that tells how fast it fills. */
export interface FillingBlobs extends BlobStore {
  /** Calls `tell` each time when this process has stored what counts as so many more bytes. */
  eachTime(bytes: number, tell: () => void): void;
}

/** Counts what this process stores, also what was there already. */
export function countStored(store: BlobStore): FillingBlobs {
  let stored = 0;
  let limit = Infinity;
  let tell = (): void => undefined;
  return {
    get: (sha256) => store.get(sha256),
    has: (sha256) => store.has(sha256),
    list: () => store.list(),
    remove: (blob) => store.remove(blob),
    eachTime(bytes, told) {
      limit = bytes;
      tell = told;
    },
    async put(bytes) {
      const sha256 = await store.put(bytes);
      stored += countedBytes(bytes.byteLength);
      if (stored >= limit) {
        stored = 0;
        tell();
      }
      return sha256;
    },
  };
}
