import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';

/** What the gateway needs to answer searches, with a description of each part's state. */
export interface Readiness {
  readonly ok: boolean;
  readonly checks: Readonly<Record<string, string>>;
}

/** `GET /health/live` responds while the event loop runs; `GET /health/ready` reports whether to send traffic. */
export function installHealth(app: FastifyInstance, ready: () => Promise<Readiness>, log: Logger): void {
  app.get('/health/live', async () => ({ status: 'ok' }));
  app.get('/health/ready', async (_request, reply) => {
    const { ok, checks } = await ready().catch((error: unknown) => {
      log.error({ err: error }, 'The readiness check failed');
      return { ok: false, checks: {} };
    });
    return reply
      .code(ok ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ok ? 'ok' : 'unavailable', checks });
  });
}
