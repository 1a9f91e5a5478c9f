import { oncePerRequest, type Context } from '../graph/request-context.js';
import type { Queryable } from '../platform/postgres.js';
import { FactStore } from './fact.store.js';

/** One set of fact loaders per request. */
export class FactLoaders {
  readonly of: (context: Context) => FactStore;

  constructor(db: Queryable) {
    this.of = oncePerRequest(() => new FactStore(db));
  }
}
