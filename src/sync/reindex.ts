import sql from 'sql-template-tag';
import { z } from 'zod';
import type { Config } from '../config.js';
import { UserError } from '../errors.js';
import { eachOf } from '../import/ahead.js';
import { addEmbeddings, registerEncoder } from '../import/image.store.js';
import type { BlobStore } from '../platform/blob-store.js';
import { query, transaction, type Database } from '../platform/postgres.js';
import type { Progress } from '../platform/progress.js';
import type { Encoder } from '../vision/encoder.js';
import { keepPosition } from './position.js';
import { refillQdrant } from './refill-qdrant.js';

/** Encoded images are kept every so many: what an interruption may cost. */
const BATCH_SIZE = 64;
/** Keeps the encoder's threads busy. */
const ENCODED_AT_ONCE = 8;

export interface ReindexReport {
  readonly encoded: number;
  /** Images that could not be encoded: their SHA-256 and why. */
  readonly failed: readonly { readonly sha256: string; readonly reason: string }[];
  /** Points in the new Qdrant collection; null where the index is embedded, which every gateway builds at its start. */
  readonly points: number | null;
}

interface ReindexServices {
  readonly db: Database;
  readonly encoder: Encoder;
  readonly images: BlobStore;
  readonly qdrant: Config['qdrant'];
  readonly progress: Progress;
}

/**
 * Encodes every image that this encoder has not encoded yet, then fills a new Qdrant collection and switches to it
 * in one step. May be stopped and run again: what is encoded stays.
 */
export async function reindex(services: ReindexServices, signal: AbortSignal): Promise<ReindexReport> {
  const encoding = await encodeMissing(services, signal);
  signal.throwIfAborted();
  const { db, encoder, qdrant } = services;
  if (qdrant === null) return { ...encoding, points: null };
  const { points, position } = await refillQdrant(services, qdrant, signal);
  await keepPosition(db, qdrant.collection, encoder.id, position);
  return { ...encoding, points };
}

const hashRow = z.object({ sha256: z.string() });

async function encodeMissing(
  { db, encoder, images, progress }: ReindexServices,
  signal: AbortSignal,
): Promise<Pick<ReindexReport, 'encoded' | 'failed'>> {
  const encoderId = await registerEncoder(db, encoder);
  const missing = await query(
    db,
    sql`/* reindex.missing */ SELECT DISTINCT encode(sha256, 'hex') AS sha256 FROM product_images image
      WHERE NOT EXISTS (SELECT FROM embeddings WHERE encoder_id = ${encoderId} AND sha256 = image.sha256) ORDER BY 1`,
    hashRow,
  );
  const failed: { sha256: string; reason: string }[] = [];
  progress.start(`Encoding with ${encoder.id}`, missing.length);
  for (let start = 0; start < missing.length && !signal.aborted; start += BATCH_SIZE) {
    const embeddings: { sha256: string; vector: Float32Array }[] = [];
    await eachOf(missing.slice(start, start + BATCH_SIZE), ENCODED_AT_ONCE, async ({ sha256 }) => {
      try {
        const bytes = await images.get(sha256);
        if (bytes === null) throw new UserError('IMAGE_NOT_FOUND', 'the file is gone; import the feed again');
        embeddings.push({ sha256, vector: await encoder.encode(bytes) });
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        failed.push({ sha256, reason: error.message });
      }
      progress.advance(1);
    });
    await transaction(db, (client) =>
      addEmbeddings(client, { id: encoderId, dimension: encoder.dimension }, embeddings),
    );
  }
  progress.done();
  return { encoded: missing.length - failed.length, failed };
}
