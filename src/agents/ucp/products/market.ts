import { formatAmount } from '../../../graph/money.js';
import { parseLanguage } from '../../../platform/language-tag.js';
import type { UcpCall } from '../operation.js';
import type { UcpMessage } from '../protocol.js';
import { MARKETS } from './documents.js';
import type { Filters } from './requests.js';

interface Hints {
  readonly context?: { readonly language?: unknown; readonly currency?: unknown } | undefined;
  readonly filters?: Filters | undefined;
}

/** Where a request is answered. */
export interface Market {
  /** For `@inContext`; without a value, the caller's own. */
  readonly variables: { readonly channel?: string; readonly language?: string };
  /** What price filters are in; null when nothing depends on it. */
  readonly currency: string | null;
  /** What could not be done as asked. */
  readonly messages: readonly UcpMessage[];
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/**
 * The market for a buyer: that of the caller, unless another one sells in the currency that the buyer prefers. UCP lets a
 * business choose.
 */
export async function marketFor(call: UcpCall, { context, filters }: Hints): Promise<Market> {
  const currency = text(context?.currency)?.toUpperCase() ?? null;
  const tag = parseLanguage(text(context?.language) ?? call.acceptedLanguage ?? '');
  const language = tag === null ? {} : { language: tag };
  const price = filters?.price;
  if (currency === null && price === undefined) return { variables: language, currency: null, messages: [] };
  const { channel: own, channels } = await call.ask(MARKETS.document, MARKETS.data, {});
  const market =
    currency === null ? own : [own, ...channels].find(({ currencyCode }) => currencyCode === currency);
  if (market !== undefined)
    return {
      variables: { channel: market.handle, ...language },
      currency: market.currencyCode,
      messages: [],
    };
  const ignored: UcpMessage = {
    type: 'info',
    code: 'price_filter_ignored',
    content: `Prices here are in ${own.currencyCode}, and are not converted: the price filter in ${currency} was ignored.`,
    path: '$.filters.price',
  };
  return {
    variables: { channel: own.handle, ...language },
    currency: null,
    messages: price === undefined ? [] : [ignored],
  };
}

/** Conditions as GraphQL has them, on a product and on one of its variants. */
export function conditions(
  filters: Filters | undefined,
  { currency }: Market,
): { readonly product: object; readonly variant: object } {
  const price = currency === null ? undefined : filters?.price;
  const bound = (minor: number | undefined): string | undefined =>
    minor === undefined || currency === null ? undefined : formatAmount(minor, currency);
  const variant = {
    ...(price === undefined ? {} : { price: { min: bound(price.min), max: bound(price.max) } }),
    ...(filters?.options === undefined ? {} : { options: filters.options }),
  };
  return {
    variant,
    product: {
      ...variant,
      ...(filters?.categories === undefined ? {} : { categories: filters.categories }),
    },
  };
}
