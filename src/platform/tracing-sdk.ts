import { setTimeout as sleep } from 'node:timers/promises';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Logger } from './logging.js';
import { setTracer } from './tracing.js';

/** A collector that does not answer must not hold up the end of the process, and there are more spans to come. */
const EXPORT_MS = 2_000;

/**
 * Exports traces to the collector that the standard variables name (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME,
 * OTEL_TRACES_SAMPLER, and so on). Load this file only if traces are exported.
 */
export function startTracing(log: Pick<Logger, 'warn'>): { close(): Promise<void> } {
  diag.setLogger(
    {
      error: (message) => log.warn({ reason: message }, 'Traces could not be exported'),
      warn: () => undefined,
      info: () => undefined,
      debug: () => undefined,
      verbose: () => undefined,
    },
    DiagLogLevel.ERROR,
  );
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'vitrine' }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ timeoutMillis: EXPORT_MS }))],
  });
  // Only the trace: baggage of strangers has no use here.
  provider.register({ propagator: new W3CTraceContextPropagator() });
  setTracer(provider.getTracer('vitrine'));
  return {
    async close() {
      setTracer(null);
      const flushed = provider.shutdown().catch(() => undefined);
      await Promise.race([flushed, sleep(EXPORT_MS, undefined, { ref: false })]);
    },
  };
}
