import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { READINESS_MS } from './limits.js';

/** Whether the gateway can answer, with a description of each part's state. */
export interface Readiness {
  /** Degraded: searches fail, but everything else works, so traffic is welcome. */
  readonly status: 'ok' | 'degraded' | 'unavailable';
  readonly checks: Readonly<Record<string, string>>;
}

/**
 * `GET /health/live` responds while the event loop runs. `GET /health/ready` reports whether to send traffic; once
 * `leaving` aborts, it says no.
 */
export function installHealth(
  app: FastifyInstance,
  ready: () => Promise<Readiness>,
  leaving: AbortSignal,
  log: Logger,
): void {
  let asked: { readonly at: number; readonly readiness: Promise<Readiness> } | null = null;
  /** Anybody may ask, so all who ask at about the same time share an answer of the database. */
  const recent = (): Promise<Readiness> => {
    const now = performance.now();
    if (asked === null || now - asked.at > READINESS_MS) {
      asked = {
        at: now,
        readiness: ready().catch((error: unknown): Readiness => {
          log.error({ err: error }, 'The readiness check failed');
          return { status: 'unavailable', checks: {} };
        }),
      };
    }
    return asked.readiness;
  };
  app.get('/health/live', async () => ({ status: 'ok' }));
  app.get('/health/ready', async (_request, reply) => {
    void reply.header('cache-control', 'no-store');
    if (leaving.aborted) return reply.code(503).send({ status: 'stopping', checks: {} });
    const { status, checks } = await recent();
    return reply.code(status === 'unavailable' ? 503 : 200).send({ status, checks });
  });
}
