import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { watch } from '../api/watch.js';
import { type OfferStateFragment, type OpenProductQuery, WatchOffersDocument } from '../generated/graphql.js';

export type Product = NonNullable<OpenProductQuery['product']>;
export type Sku = NonNullable<Product['skus']>[number];

/** The SKUs of a product as they are now, and those that sold out while the shopper looked. */
export interface Live {
  readonly skus: readonly Sku[];
  readonly soldOut: ReadonlySet<string>;
}

/** Follows price and stock of all SKUs of a product. */
export function useOffers(channel: string, product: Product): Live {
  const states = useMemo(() => signal<ReadonlyMap<string, OfferStateFragment>>(new Map()), [product]);
  const soldOut = useMemo(() => signal<ReadonlySet<string>>(new Set()), [product]);
  const skus = product.skus ?? [];
  useEffect(() => {
    if (skus.length === 0) return;
    return watch(
      WatchOffersDocument,
      { channel, skus: skus.slice(0, MAX_WATCHED).map(({ id }) => id) },
      ({ availabilityChanged: state }) => {
        const before = states.value.get(state.id) ?? skus.find(({ id }) => id === state.id);
        if (before?.availability.sellable === true && !state.availability.sellable)
          soldOut.value = new Set([...soldOut.value, state.id]);
        if (state.availability.sellable && soldOut.value.has(state.id))
          soldOut.value = new Set([...soldOut.value].filter((id) => id !== state.id));
        states.value = new Map([...states.value, [state.id, state]]);
      },
    );
  }, [channel, product]);
  return {
    skus: skus.map((sku) => {
      const state = states.value.get(sku.id);
      if (state === undefined) return sku;
      return { ...sku, price: state.price, availability: { ...sku.availability, ...state.availability } };
    }),
    soldOut: soldOut.value,
  };
}

/** What one subscription can watch (docs/subscriptions.md). */
const MAX_WATCHED = 250;

export const valueOf = (sku: Sku, name: string): string | undefined =>
  sku.options.find((option) => option.name === name)?.value;

/** Whether units of it can be held: those in stock, or those promised for when it is back or released. */
export const canBeHeld = ({ availability: { sellable, level } }: Sku): boolean =>
  sellable || level === 'BACKORDER' || level === 'PREORDER';

/** The SKUs that have all of these choices. */
export const matching = (skus: readonly Sku[], choice: Readonly<Record<string, string>>): Sku[] =>
  skus.filter((sku) => Object.entries(choice).every(([name, value]) => valueOf(sku, name) === value));
