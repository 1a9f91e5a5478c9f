import { samplesBy, type GaugeSource } from '../graph/gauge.js';
import type { Database } from '../platform/postgres.js';
import { countActiveHolds } from './hold.store.js';

/** Holds that keep stock, in all gateways' database. */
export const holdsGauge = (db: Database): GaugeSource => ({
  name: 'vitrine_holds',
  help: 'Holds that keep stock (active), and those that have expired but whose stock is not free yet (expired).',
  type: 'gauge',
  labels: ['state'],
  read: async () => samplesBy('state', await countActiveHolds(db)),
});
