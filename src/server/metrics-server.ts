import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import { installHealth, type Readiness } from './health.js';
import type { Metrics } from './metrics.js';

/**
 * A second HTTP server, not yet listening, for those who operate the gateway: metrics and health. It is separate
 * because anyone can reach the first one.
 */
export async function createMetricsServer({
  metrics: { registry },
  ready,
  leaving,
  log,
}: {
  metrics: Pick<Metrics, 'registry'>;
  ready: () => Promise<Readiness>;
  /** Aborts when the gateway is being stopped. */
  leaving: AbortSignal;
  log: Logger;
}): Promise<FastifyInstance> {
  // The caller logs that it listens, with its own message.
  const logger: FastifyBaseLogger = log.child({}, { level: log.level === 'info' ? 'warn' : log.level });
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    // Prometheus keeps its connection open between scrapes.
    forceCloseConnections: true,
  });
  installHealth(app, ready, leaving, log);
  app.get('/metrics', async (_request, reply) =>
    reply
      .header('cache-control', 'no-store')
      .type(registry.contentType)
      .send(await registry.metrics()),
  );
  await app.ready();
  return app;
}
