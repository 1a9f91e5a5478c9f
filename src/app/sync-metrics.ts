import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Address } from '../config.js';
import type { ChangeListener } from '../platform/change-listener.js';
import type { Logger } from '../platform/logging.js';
import type { Database } from '../platform/postgres.js';
import { addGauge } from '../server/gauges.js';
import { createMetricsServer } from '../server/metrics-server.js';
import type { AwaitedIndex } from '../sync/awaited-index.js';
import { readiness } from './readiness.js';
import { workGauges } from './work-gauges.js';

/**
 * Serves the metrics of a process that only keeps the index up to date, and its health: those that a gateway has of the
 * same work. Listens at `address`.
 */
export async function serveSyncMetrics(
  {
    db,
    index,
    changes,
    leaving,
    log,
  }: {
    readonly db: Database;
    readonly index: AwaitedIndex;
    readonly changes: ChangeListener;
    /** Aborts when the process is being stopped. */
    readonly leaving: AbortSignal;
    readonly log: Logger;
  },
  address: Address,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const loops = { index, notifications: changes };
  for (const gauge of workGauges({ pools: { background: db }, background: db, followed: index, loops }))
    addGauge(registry, gauge);
  const ready = () => readiness(db, index);
  const server = await createMetricsServer({ metrics: { registry }, ready, leaving, log });
  return { url: await server.listen(address), close: () => server.close() };
}
