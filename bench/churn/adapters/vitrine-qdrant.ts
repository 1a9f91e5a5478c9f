import type { Adapter } from '../contender.js';
import { benchCollection, noQdrant } from '../../qdrant.js';
import { openVitrine } from '../vitrine-shop.js';

export const adapter: Adapter = {
  title: 'Vitrine on Qdrant',
  about: 'The same gateway with its index in Qdrant.',
  unavailable: async () => noQdrant() ?? null,
  async open(opening) {
    const qdrant = benchCollection();
    const { url, apiKey, collection } = qdrant;
    const contender = await openVitrine(opening, {
      QDRANT_URL: url,
      QDRANT_COLLECTION: collection,
      ...(apiKey !== null && { QDRANT_API_KEY: apiKey }),
    });
    const close = async (): Promise<void> => {
      await contender.close().finally(() => qdrant.drop());
    };
    try {
      opening.progress('waiting until Qdrant has built its graph');
      await qdrant.settle();
    } catch (error) {
      await close();
      throw error;
    }
    return { ...contender, close };
  },
};
