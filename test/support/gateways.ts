import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { vitrine, type Running } from './process.js';
import { until } from './waiting.js';

const answer = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string() })).optional(),
});

/** A gateway in a separate process, called over HTTP. */
export interface GatewayProcess {
  readonly url: string;
  readonly output: Running['output'];
  /** Fails on errors, and when the gateway does not respond. */
  ask<T>(
    schema: z.ZodType<T>,
    document: string,
    variables: Record<string, unknown>,
    secret?: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<T>;
  /** Ends it at once, like kill -9. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts `vitrine serve` on this database; its index is embedded unless `env` overrides that. `program` runs a
 * command of another copy of the program.
 */
export async function startGatewayProcess(
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
  program: typeof vitrine = vitrine,
): Promise<GatewayProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-gateway-'));
  const running: Running = program(['serve'], {
    env: {
      DATABASE_URL: databaseUrl,
      VITRINE_DATA: folder,
      VITRINE_DEMO: '0',
      PORT: '0',
      LOG_LEVEL: 'warn',
      VITRINE_ANONYMOUS_BUDGET: '1000000000',
      VITRINE_KEY_BUDGET: '1000000000',
      ...env,
    },
  });
  const agent = new Agent({ connections: 50 });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    running.child.kill(signal);
    await running.ended;
    await agent.destroy();
    await rm(folder, { recursive: true, force: true });
  };
  const [url] = await running.says(/http:\/\/[\d.]+:\d+(?=\/graphql)/).catch(async (error: unknown) => {
    await end('SIGKILL');
    throw error;
  });
  // On a busy machine, the index may be filled later.
  if (env['QDRANT_URL'] === undefined) {
    await until('the gateway can search', async () => {
      const response = await fetch(`${url}/health/ready`);
      return !z
        .object({ checks: z.object({ index: z.string() }) })
        .parse(await response.json())
        .checks.index.startsWith('degraded');
    });
  }
  return {
    url,
    output: running.output,
    async ask(schema, document, variables, secret, more = {}) {
      const { body } = await request(`${url}/graphql`, {
        method: 'POST',
        dispatcher: agent,
        headers: {
          ...more,
          'content-type': 'application/json',
          ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
        },
        body: JSON.stringify({ query: document, variables }),
      });
      const { data, errors = [] } = answer.parse(await body.json());
      if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
      return schema.parse(data);
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}
