import type { Catalog } from './catalog.js';
import type { Change, Search } from './runbook.js';

/** Results on a page. An answer has no more. */
export const PAGE = 24;

/** What an adapter gets to open its contender. */
export interface Opening {
  /** The data to load: everything but `offers` stays as it is during a run. */
  readonly catalog: Catalog;
  /** Says what takes long, in a few words. */
  readonly progress: (line: string) => void;
}

/**
 * A kind of contender: `adapters/NAME.ts` exports one as `adapter`, and `NAME` is what `--adapters` calls it. Nothing
 * else has to be changed to add one.
 */
export interface Adapter {
  /** As it stands in the report. */
  readonly title: string;
  /** One sentence about how it searches, and how changes reach what it searches. */
  readonly about: string;
  /** Why it cannot run here; null when it can. */
  readonly unavailable: () => Promise<string | null>;
  /** Loads the catalog and resolves once all of it can be found. */
  readonly open: (opening: Opening) => Promise<Contender>;
}

/** A shop with a search, loaded with the catalog. */
export interface Contender {
  /** What answers, with its version, for the report. */
  readonly version: string;
  /**
   * The Postgres database that is the truth of this shop: its relation `churn_offers (sku, market, price, stock)` has a
   * row for each SKU and market of the catalog, as committed. `stock` is what can be sold; `price` is in minor units.
   */
  readonly truthUrl: string;
  /**
   * Resolves once the change is committed in SQL, not before, and does not wait until searches show it. Changes of one
   * product are never committed at the same time.
   */
  commit(change: Change): Promise<void>;
  /**
   * The ids of products, most similar first, at most `PAGE`: those with an SKU that meets all conditions of `search` at
   * once and can be sold in its market. Similarity is the cosine to `catalog.queries[search.query]`.
   */
  search(search: Search): Promise<readonly number[]>;
  /** Stops everything that `open` started, and deletes what it created. */
  close(): Promise<void>;
}
