import DataLoader from 'dataloader';
import type { Queryable } from '../platform/postgres.js';
import type { Context } from './request-context.js';

/** Keys per statement. A request can ask for thousands, and one statement for all would keep others waiting. */
const MAX_KEYS = 500;

/**
 * Looks rows up for all fields of a request together, and each row once, however often its key is asked for. `read`
 * gets different keys and returns the rows that the request may see.
 */
export function lookUpPerRequest<K, V>(
  read: (db: Queryable, context: Context, keys: readonly K[]) => Promise<ReadonlyMap<K, V>>,
): (db: Queryable, context: Context, key: K) => Promise<V | null> {
  const loaders = new WeakMap<Context, DataLoader<K, V | null>>();
  return (db, context, key) => {
    let loader = loaders.get(context);
    if (loader === undefined) {
      loader = new DataLoader(
        async (keys) => {
          const rows = await read(db, context, keys);
          return keys.map((each) => rows.get(each) ?? null);
        },
        { maxBatchSize: MAX_KEYS },
      );
      loaders.set(context, loader);
    }
    return loader.load(key);
  };
}
