import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { GaugeSource, Sample } from '../graph/gauge.js';

/**
 * How long a scrape waits for one metric. Prometheus gives up on a scrape after 10 s by default, and the metrics that
 * need no database matter most when the database does not answer.
 */
const MAX_READ_MS = 2_000;

/** Reads the source at each scrape. If that fails or takes too long, the metric has no value in that scrape. */
export function addGauge(registry: Registry, source: GaugeSource): void {
  const { name, help, type, labels } = source;
  const options = { name, help, labelNames: [...labels], registers: [registry] };
  const read = patientReader(source);
  if (type === 'counter') {
    new Counter({
      ...options,
      async collect() {
        const samples = await read();
        this.reset();
        // After a reset, a metric without labels is 0, not absent.
        if (samples.length === 0 && labels.length === 0) this.remove();
        for (const sample of samples) this.inc({ ...sample.labels }, sample.value);
      },
    });
  } else {
    new Gauge({
      ...options,
      async collect() {
        const samples = await read();
        this.reset();
        if (samples.length === 0 && labels.length === 0) this.remove();
        for (const sample of samples) this.set({ ...sample.labels }, sample.value);
      },
    });
  }
}

/** One read at a time: if the database is silent, each scrape would otherwise occupy another connection. */
function patientReader({ read }: GaugeSource): () => Promise<readonly Sample[]> {
  let reading: Promise<readonly Sample[]> | null = null;
  return () => {
    reading ??= read()
      .catch(() => [])
      .finally(() => (reading = null));
    return Promise.race([reading, sleep(MAX_READ_MS, [], { ref: false })]);
  };
}
