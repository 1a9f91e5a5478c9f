import { LRUCache } from 'lru-cache';
import type { Database } from '../platform/postgres.js';
import { readVectors } from './embedding.store.js';

/** Vectors of about 550 numbers: 44 MB. A page's vectors are compared again by the next page and the next search. */
const CACHED_VECTORS = 20_000;

/** The stored vectors of images, by content. They are cached because a content's vector never changes. */
export class Embeddings {
  readonly #vectors = new LRUCache<string, Float32Array>({ max: CACHED_VECTORS });

  constructor(
    private readonly db: Database,
    /** The id of the encoder. */
    private readonly encoder: string,
  ) {}

  /** By SHA-256 in hex; images that are not encoded are left out. */
  async read(sha256s: readonly string[]): Promise<Map<string, Float32Array>> {
    const found = new Map<string, Float32Array>();
    const missing: string[] = [];
    for (const sha256 of sha256s) {
      const vector = this.#vectors.get(sha256);
      if (vector === undefined) missing.push(sha256);
      else found.set(sha256, vector);
    }
    if (missing.length === 0) return found;
    for (const { sha256, vector } of await readVectors(this.db, this.encoder, missing)) {
      this.#vectors.set(sha256, vector);
      found.set(sha256, vector);
    }
    return found;
  }
}
