import type { Config } from '../config.js';
import type { Database } from '../platform/postgres.js';
import type { Progress } from '../platform/progress.js';
import { createQdrantReplacement } from '../vector-index/qdrant/qdrant-index.js';
import type { Encoder } from '../vision/encoder.js';
import { followOnce } from './apply-changes.js';
import { fillIndex } from './fill-index.js';

/**
 * Fills a new Qdrant collection, follows what changed meanwhile, and switches to it in one step. Answers how many
 * points it has. `switchOver` runs the last stretch, which answers the position that the new collection has, while
 * nobody follows into the one before: what they wrote there would be missing here.
 * @throws the reason of `signal`; the collection in use then stays
 */
export async function refillQdrant(
  services: { db: Database; encoder: Pick<Encoder, 'id' | 'dimension'>; progress: Progress },
  { url, apiKey, collection }: NonNullable<Config['qdrant']>,
  signal: AbortSignal,
  switchOver: (finish: (lost: AbortSignal) => Promise<string>) => Promise<void>,
): Promise<number> {
  const { db, encoder } = services;
  const replacement = await createQdrantReplacement({
    url,
    ...(apiKey === null ? {} : { apiKey }),
    collection,
    encoder: encoder.id,
    dimension: encoder.dimension,
  });
  const target = { db, index: replacement.index, encoder: encoder.id };
  const fill = async (): Promise<string> => {
    const from = await fillIndex(services, replacement.index, signal);
    return (await followOnce(target, from, signal)).position;
  };
  const position = await fill().catch(async (error: unknown) => {
    await replacement.discard();
    throw error;
  });
  const points = await replacement.index.count();
  // Whatever fails from here on may have switched already: the next filling finds out, and cleans up.
  await switchOver(async (lost) => {
    const { position: to } = await followOnce(target, position, lost);
    await replacement.commit();
    return to;
  });
  return points;
}
