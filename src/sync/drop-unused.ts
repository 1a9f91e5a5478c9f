import type { Config } from '../config.js';
import type { Database } from '../platform/postgres.js';
import { openQdrantEncoders } from '../vector-index/qdrant/qdrant-index.js';
import { whileUnused } from './position.js';

/**
 * Deletes from Qdrant the indexes of other encoders that were neither followed within a day nor are being filled: no
 * gateway runs with those encoders anymore. Returns the encoders.
 */
export async function dropUnusedIndexes(
  db: Database,
  { url, apiKey, collection }: NonNullable<Config['qdrant']>,
  inUse: string,
): Promise<string[]> {
  const indexes = await openQdrantEncoders({ url, ...(apiKey === null ? {} : { apiKey }), collection });
  const dropped: string[] = [];
  for (const encoder of indexes.encoders) {
    if (encoder === inUse) continue;
    await whileUnused(db, collection, encoder, async () => {
      await indexes.drop(encoder);
      dropped.push(encoder);
    });
  }
  return dropped;
}
