import { market, markets } from '../market.js';
import { money, number, t } from '../texts/texts.js';

/** Amounts in major units; null: no end. */
interface Range {
  readonly min: string | null;
  readonly max: string | null;
}

/** A price range in the currency of the market; empty when it has no ends. */
export function priceLabel({ min, max }: Range): string {
  const currency = markets.value.find(({ handle }) => handle === market.value)?.currencyCode;
  const shown = (amount: string): string =>
    currency === undefined ? number(Number(amount), 2) : money(amount, currency);
  if (max === null) return min === null ? '' : t.value.from(shown(min));
  // No price is below zero.
  return min === null || Number(min) === 0 ? t.value.upTo(shown(max)) : `${shown(min)} – ${shown(max)}`;
}
