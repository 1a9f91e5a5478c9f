import { once } from 'node:events';
import { Command } from 'commander';
import type { Gateway } from '../app/gateway.js';
import { prepareDataFolder } from '../platform/data-folder.js';
import { EXIT } from './exit-codes.js';
import { assertCanListen, explainListenError, METRICS_VARIABLES } from './listen-errors.js';
import { runCommand } from './session.js';

export function serveCommand(): Command {
  return new Command('serve')
    .description('start the gateway; Ctrl-C stops it')
    .addHelpText(
      'after',
      `
Without any settings, it starts its own Postgres, loads the demo catalog on the first start, and keeps everything in
VITRINE_DATA. Ctrl-C or SIGTERM finishes the current requests, then stops. With VITRINE_DRAIN_SECONDS, it first serves
for that time while /health/ready is 503, so that a load balancer sends its requests elsewhere.

Examples:
  vitrine serve
  PORT=8080 HOST=0.0.0.0 vitrine serve
  DATABASE_URL=postgres://shop:secret@db/shop QDRANT_URL=http://qdrant:6333 vitrine serve`,
    )
    .action(() => runCommand(serve));
}

const serve: Parameters<typeof runCommand>[0] = async ({ config, log, progress, signal }) => {
  await assertCanListen(config.http, { host: 'HOST', port: 'PORT' });
  await assertCanListen(config.metrics, METRICS_VARIABLES);
  await prepareDataFolder(config.dataFolder);
  const { startGateway } = await import('../app/gateway.js');
  const gateway = await startGateway(config, log, progress, signal).catch((error: unknown) => {
    if (signal.aborted) return null;
    throw explainListenError(error, config.http, { host: 'HOST', port: 'PORT' });
  });
  if (gateway === null) return EXIT.done;
  if (!signal.aborted) {
    process.stdout.write(banner(gateway, config.databaseUrl === null ? config.dataFolder : null));
    await once(signal, 'abort');
    await gateway.drain(config.drainSeconds);
  }
  await gateway.close();
  return EXIT.done;
};

function banner({ url, metricsUrl, products }: Gateway, dataFolder: string | null): string {
  const lines = [
    ['Shop', `${url}/`],
    ['GraphQL', `${url}/graphql`],
    ['GraphiQL', `${url}/graphiql`],
    ['Health', `${url}/health/ready`],
    ['Metrics', `${metricsUrl}/metrics`],
    ...(dataFolder === null ? [] : [['Data', dataFolder]]),
  ];
  const list = lines.map(([name = '', value = '']) => `  ${name.padEnd(10)}${value}\n`).join('');
  return `\nVitrine is ready, with ${products} products.\n\n${list}\nPress Ctrl-C to stop.\n`;
}
