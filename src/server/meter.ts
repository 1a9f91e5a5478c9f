import { Counter, Histogram, type Registry } from 'prom-client';
import { HOLD_CHANGES, type Meter, WEBHOOK_TRIES } from '../graph/meter.js';

/** Seconds, from an image on an idle encoder to the last of a full queue on one core. */
const ENCODING_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts what features report, in this registry. */
export function createMeter(registry: Registry): Meter {
  const registers = [registry];
  const holds = new Counter({
    name: 'vitrine_hold_changes_total',
    help: 'Holds that were created, confirmed, released, or that expired.',
    labelNames: ['change'],
    registers,
  });
  // A series that starts at its first event hides that event from rate().
  for (const change of HOLD_CHANGES) holds.inc({ change }, 0);
  const refusals = new Counter({
    name: 'graphql_user_errors_total',
    help: 'Mutations that were refused with userErrors, by code.',
    labelNames: ['mutation', 'code'],
    registers,
  });
  const pages = new Counter({
    name: 'vitrine_search_pages_total',
    help: 'Pages of candidates of the index that Postgres proved.',
    registers,
  });
  const candidates = new Counter({
    name: 'vitrine_search_candidates_total',
    help: 'Products that the index proposed.',
    registers,
  });
  const dropped = new Counter({
    name: 'vitrine_search_dropped_total',
    help: 'Products that the index proposed as sellable, but that are sold out.',
    registers,
  });
  const refills = new Counter({
    name: 'vitrine_search_refills_total',
    help: 'Times that the index was asked for more products because too few of a page were left.',
    registers,
  });
  const webhooks = new Counter({
    name: 'vitrine_webhook_tries_total',
    help: 'Tries to send a webhook message, by result.',
    labelNames: ['result'],
    registers,
  });
  for (const result of WEBHOOK_TRIES) webhooks.inc({ result }, 0);
  const encoding = new Histogram({
    name: 'vitrine_encoding_duration_seconds',
    help: 'Time from asking for vectors of an image to having them, including the time in the queue.',
    buckets: ENCODING_BUCKETS,
    registers,
  });
  return {
    holdsChanged: (change, count) => holds.inc({ change }, count),
    callRefused(mutation, codes) {
      for (const code of codes) refusals.inc({ mutation, code });
    },
    pageProven(page) {
      pages.inc();
      candidates.inc(page.candidates);
      dropped.inc(page.dropped);
      refills.inc(page.refills);
    },
    webhookTried: (result) => webhooks.inc({ result }),
    encoded: (seconds) => encoding.observe(seconds),
  };
}
