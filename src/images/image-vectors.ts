import { LRUCache } from 'lru-cache';
import type { BlobStore } from '../platform/blob-store.js';
import { transaction, type Database } from '../platform/postgres.js';
import type { Encoder } from '../vision/encoder.js';
import type { Box } from '../vision/regions.js';
import { keepVector } from './embedding.store.js';
import { Embeddings } from './embeddings.js';

/** The pages of one search, and the searches of one upload, encode once. A vector is some kilobytes. */
const CACHED_IMAGES = 2_000;

/** The vectors of images: those that Postgres keeps, those just encoded, and those that have yet to be. */
export class ImageVectors {
  readonly #encoded = new LRUCache<string, Float32Array>({ max: CACHED_IMAGES });

  /** What Postgres keeps. */
  readonly embeddings: Embeddings;

  constructor(
    private readonly db: Database,
    private readonly encoder: Encoder,
    private readonly uploads: BlobStore,
  ) {
    this.embeddings = new Embeddings(db, encoder.id);
  }

  get encoderId(): string {
    return this.encoder.id;
  }

  /** The vector of an image, by the SHA-256 of its bytes in hex. @throws what `read` and the encoder throw */
  async ofImage(sha256: string, read: () => Promise<Uint8Array>, box?: Box): Promise<Float32Array> {
    const key = imageKey(sha256, box ?? null);
    const vector = this.#encoded.get(key) ?? (await this.encoder.encode(await read(), box));
    this.#encoded.set(key, vector);
    return vector;
  }

  /** Spares the next query of this part of the image its encoding. */
  remember(sha256: string, box: Box, vector: Float32Array): void {
    this.#encoded.set(imageKey(sha256, box), vector);
  }

  /** The vector of an upload that Postgres has none of, as after a change of encoders; null when its bytes are gone. */
  async ofUpload(sha256: string): Promise<Float32Array | null> {
    const bytes = await this.uploads.get(sha256);
    if (bytes === null) return null;
    const vector = await this.ofImage(sha256, () => Promise.resolve(bytes));
    await transaction(this.db, (client) => keepVector(client, this.encoder.id, { sha256, vector }));
    return vector;
  }
}

/** Names an image, or a part of it. */
export const imageKey = (sha256: string, box: Box | null): string =>
  JSON.stringify([sha256, box === null ? null : [box.x, box.y, box.width, box.height]]);
