import { batch, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { chooseMarket, chosenMarket, market, marketOf } from '../market.js';
import { type Filters, NO_MARKET_FILTERS } from '../place.js';
import { hrefOf, narrow, place } from '../route.js';
import { t } from '../texts/texts.js';
import { say } from '../ui/said.js';
import { priceLabel } from './price-label.js';
import { storeName, stores } from './stores.js';

/** Choices that were given up with the market that they are of. */
interface GivenUp extends Pick<Filters, 'min' | 'max'> {
  /** Where that was: it concerns no other list. */
  readonly list: string;
  readonly said: string;
}

const givenUp = signal<GivenUp | null>(null);

/** Shows another market. Prices of another currency and stores of another market narrow nothing there, which is said. */
export function changeMarket(handle: string): void {
  const { view, filters } = place.value;
  const { min, max, store } = filters;
  const names = [priceLabel(filters), store === null ? '' : (storeName(store) ?? t.value.store)].filter(
    (name) => name !== '',
  );
  const from = marketOf(market.value)?.name ?? '';
  const said = names.map((name) => t.value.ofMarket(name, from)).join(' ');
  batch(() => {
    chooseMarket(handle);
    stores.value = [];
    narrow(NO_MARKET_FILTERS);
    givenUp.value = said === '' ? null : { list: hrefOf(view), min, max, said };
  });
  if (said !== '') say(said);
}

/** Says that prices are not those of the market that the shopper chose, and of which they are; or what was given up with another market. */
export function OtherMarket() {
  const { view, filters } = place.value;
  const chosen = marketOf(chosenMarket());
  const shown = marketOf(market.value);
  const { min, max, store } = filters;
  const isAnswered = min !== null || max !== null || store !== null;
  useEffect(() => {
    // For good: a choice that is cleared later brings nothing back.
    if (isAnswered) givenUp.value = null;
  }, [isAnswered]);
  if (chosen !== undefined && shown !== undefined && chosen !== shown) {
    // Markets may share a currency.
    const hasOwn = chosen.currencyCode !== shown.currencyCode;
    return (
      <p class="bar-market">
        {hasOwn ? t.value.pricesIn(shown.currencyCode) : t.value.pricesFor(shown.name)}
        <button class="chip" type="button" onClick={() => changeMarket(chosen.handle)}>
          {t.value.showIn(hasOwn ? chosen.currencyCode : chosen.name)}
        </button>
      </p>
    );
  }
  const old = givenUp.value;
  if (old === null || old.list !== hrefOf(view) || isAnswered) return null;
  const again = priceLabel(old);
  return (
    <p class="bar-market">
      {old.said}
      {again === '' ? null : (
        <button class="chip" type="button" onClick={() => narrow({ min: old.min, max: old.max })}>
          {again}
        </button>
      )}
    </p>
  );
}
