import { batch } from '@preact/signals';
import { ask } from './api/ask.js';
import { toFailure } from './api/failure.js';
import { get } from './api/send.js';
import { ArriveDocument } from './generated/graphql.js';
import { bringFirstPage } from './list/sources.js';
import { arrivalFailure, learnMarkets, market } from './market.js';
import { NO_MARKET_FILTERS, readMarket } from './place.js';
import { narrow, rereadPrices } from './route.js';
import { t } from './texts/texts.js';
import { tell } from './ui/said.js';

/** By the same rule as the gateway: server/page.ts. */
const isHome = location.search === '';

/** Finds out which markets there are, and what is new in the first. */
export function beginArrival(): void {
  ask(ArriveDocument, { isHome }, (data) => data, undefined, get).then(
    ({ channel, channels, categories, products }) =>
      batch(() => {
        arrivalFailure.value = null;
        if (channel && products) bringFirstPage(channel.handle, products);
        learnMarkets(channel?.handle ?? null, channels ?? [], categories ?? []);
        rereadPrices();
        // Prices of a market that is no more narrow nothing in another one.
        const meant = readMarket(location.search);
        if (meant === null || meant === market.value) return;
        narrow(NO_MARKET_FILTERS);
        tell(t.value.marketGone);
      }),
    (error: unknown) => {
      const failure = toFailure(error);
      arrivalFailure.value = failure;
      // The market of the last visit is enough to go on with, and nobody is asked to try again for the others.
      if (failure.code === 'OFFLINE' && market.value !== null)
        addEventListener('online', beginArrival, { once: true });
    },
  );
}
