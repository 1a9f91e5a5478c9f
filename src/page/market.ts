import { signal } from '@preact/signals';
import { ask } from './api/ask.js';
import { ArriveDocument } from './generated/graphql.js';
import { readMarket } from './place.js';
import { recall, remember } from './storage.js';

export interface Market {
  readonly handle: string;
  readonly name: string;
  readonly currencyCode: string;
}

const KEY = 'vitrine.market';

/** The handle of the market that the address says or the shopper chose; null until it is known. */
export const market = signal<string | null>(readMarket(location.search) ?? recall(KEY));
export const markets = signal<readonly Market[]>([]);

export interface Kind {
  readonly handle: string;
  readonly name: string;
}

/** The top-level categories. */
export const kinds = signal<readonly Kind[]>([]);

export function chooseMarket(handle: string): void {
  remember(KEY, handle);
  market.value = handle;
}

/** Finds out which markets there are. Keeps the one of the address or of the last visit if it still exists. */
export async function arrive(): Promise<void> {
  const { channel, channels, categories } = await ask(ArriveDocument, {}, (data) => data);
  markets.value = channels ?? [];
  kinds.value = categories ?? [];
  const isKnown = markets.value.some(({ handle }) => handle === market.value);
  if (!isKnown) market.value = channel?.handle ?? markets.value[0]?.handle ?? null;
}

/** The chosen market. @throws Error before it is known */
export function channel(): string {
  if (market.value === null) throw new Error('The market is not known yet.');
  return market.value;
}
