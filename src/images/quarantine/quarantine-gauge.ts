import type { GaugeSource } from '../../graph/gauge.js';
import type { Database } from '../../platform/postgres.js';
import { countQuarantined } from './quarantine.store.js';

/** Of the whole catalog. */
export const quarantineGauge = (db: Database): GaugeSource => ({
  name: 'vitrine_quarantined_images',
  help: 'Product images that look as if they were made to deceive the search, and wait for a merchant to release or replace them.',
  type: 'gauge',
  labels: [],
  read: async () => [{ labels: {}, value: await countQuarantined(db) }],
});
