import type { Config } from '../config.js';
import type { Database } from '../platform/postgres.js';
import type { Progress } from '../platform/progress.js';
import { createQdrantReplacement } from '../similarity/qdrant.js';
import type { Encoder } from '../vision/encoder.js';
import { fillIndex } from './fill-index.js';

/**
 * Fills a new Qdrant collection and switches to it in one step. Answers how many points it has, and the position from
 * before the filling: gateways follow from there, so that what changed meanwhile comes too.
 * @throws the reason of `signal`; the collection in use then stays
 */
export async function refillQdrant(
  services: { db: Database; encoder: Pick<Encoder, 'id' | 'dimension'>; progress: Progress },
  { url, apiKey, collection }: NonNullable<Config['qdrant']>,
  signal: AbortSignal,
): Promise<{ points: number; position: string }> {
  const replacement = await createQdrantReplacement({
    url,
    ...(apiKey === null ? {} : { apiKey }),
    collection,
    encoder: services.encoder.id,
    dimension: services.encoder.dimension,
  });
  const fill = async (): Promise<{ points: number; position: string }> => {
    const position = await fillIndex(services, replacement.index, signal);
    return { points: await replacement.index.count(), position };
  };
  const filled = await fill().catch(async (error: unknown) => {
    await replacement.discard();
    throw error;
  });
  // One that fails may have switched already: nothing is discarded then.
  await replacement.commit();
  return filled;
}
