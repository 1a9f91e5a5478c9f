import type { Database } from '../../platform/postgres.js';
import type { GaugeSource } from '../../graph/gauge.js';
import { countImageJobs } from './image-job.store.js';

/** Jobs of all gateways, by state. */
export const imageJobsGauge = (db: Database): GaugeSource => ({
  name: 'image_jobs',
  help: 'Product images that are waiting to be fetched and encoded (waiting), and those that were abandoned (dead).',
  label: 'state',
  async read() {
    const { WAITING, DEAD } = await countImageJobs(db);
    return { waiting: WAITING, dead: DEAD };
  },
});
