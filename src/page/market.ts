import { signal } from '@preact/signals';
import type { Failure } from './api/failure.js';
import type { MarketFragment } from './generated/graphql.js';
import { readMarket } from './place.js';
import { recall, remember } from './storage.js';

export type Market = MarketFragment;

const KEY = 'vitrine.market';

/** The handle of the market that the address says or the shopper chose; null until it is known. */
export const market = signal<string | null>(readMarket(location.search) ?? recall(KEY));
export const markets = signal<readonly Market[]>([]);
/** Why the markets could not be found out, without which nothing has a price; null while nothing has failed. */
export const arrivalFailure = signal<Failure | null>(null);

/** The market with this handle; undefined before it is known. */
export const marketOf = (handle: string | null): Market | undefined =>
  markets.value.find((one) => one.handle === handle);

/** The code of the currency of the market that is shown; null before it is known. */
export const currency = (): string | null => marketOf(market.value)?.currencyCode ?? null;

export interface Kind {
  readonly handle: string;
  readonly name: string;
}

/** The top-level categories. */
export const kinds = signal<readonly Kind[]>([]);

/** The handle of the market that the shopper chose, on this visit or an earlier one; null when they chose none. */
export const chosenMarket = (): string | null => recall(KEY);

export function chooseMarket(handle: string): void {
  remember(KEY, handle);
  market.value = handle;
}

/** Notes which markets there are. Keeps the one of the address or of the last visit if it still exists; else takes the first. */
export function learnMarkets(
  first: string | null,
  known: readonly Market[],
  categories: readonly Kind[],
): void {
  markets.value = known;
  kinds.value = categories;
  if (!known.some(({ handle }) => handle === market.value)) market.value = first ?? known[0]?.handle ?? null;
}

/** The chosen market. @throws Error before it is known */
export function channel(): string {
  if (market.value === null) throw new Error('The market is not known yet.');
  return market.value;
}
