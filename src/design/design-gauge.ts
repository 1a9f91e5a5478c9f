import { samplesBy, type GaugeSource } from '../graph/gauge.js';
import type { Database } from '../platform/postgres.js';
import { countJobs } from './design-job.store.js';

/** Jobs of all workers, by state: what workers are scaled by. */
export const designJobsGauge = (db: Database): GaugeSource => ({
  name: 'vitrine_design_jobs',
  help: 'Design jobs that wait for a worker (waiting), and those that workers work on (running).',
  type: 'gauge',
  labels: ['state'],
  async read() {
    const { waiting, running } = await countJobs(db);
    return samplesBy('state', { waiting, running });
  },
});
