import type { Database } from '../../platform/postgres.js';
import { samplesBy, type GaugeSource } from '../../graph/gauge.js';
import { countImageJobs } from './image-job.store.js';

/** Jobs of all gateways, by state. */
export const imageJobsGauge = (db: Database): GaugeSource => ({
  name: 'vitrine_image_jobs',
  help: 'Product images that are waiting to be fetched and encoded (waiting), and those that were abandoned (dead).',
  type: 'gauge',
  labels: ['state'],
  async read() {
    const { WAITING, DEAD } = await countImageJobs(db);
    return samplesBy('state', { waiting: WAITING, dead: DEAD });
  },
});
