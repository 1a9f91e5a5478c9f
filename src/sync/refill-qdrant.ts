import type { Config } from '../config.js';
import type { Database } from '../platform/postgres.js';
import type { Progress } from '../platform/progress.js';
import { createQdrantReplacement } from '../vector-index/qdrant/qdrant-index.js';
import type { Encoder } from '../vision/encoder.js';
import { followOnce } from './apply-changes.js';
import { fillIndex } from './fill-index.js';

/**
 * Fills a new Qdrant collection, follows changes since the start, and switches to it in one step. Returns the number
 * of its points. `switchOver` runs the last part, which returns the position of the new collection, while no gateway
 * follows into the previous one: writes there would be missing in the new one.
 * @throws the reason of `signal`; the collection in use then stays
 */
export async function refillQdrant(
  services: { db: Database; encoder: Pick<Encoder, 'id' | 'dimension'>; progress: Progress },
  { url, apiKey, collection, cluster }: NonNullable<Config['qdrant']>,
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
    ...(cluster && { cluster }),
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
  // If a step after this fails, the switch may already have happened: the next filling detects that and cleans up.
  await switchOver(async (lost) => {
    const { position: to } = await followOnce(target, position, lost);
    await replacement.commit();
    return to;
  });
  return points;
}
