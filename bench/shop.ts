import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startHelper, TYPESCRIPT, type Helper } from './helper.js';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres.js';

/** The feed of the demo catalog. */
export const DEMO_FEED = fileURLToPath(new URL('../catalog/feed.tsv', import.meta.url));

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const POLL_MS = 100;
const PEAK_MEMORY = new URL('peak-memory.js', import.meta.url).href;

/** Settings from the environment would change what is measured. */
const SETTINGS = /^(HOST|PORT|DATABASE_URL|LOG_LEVEL|QDRANT_.*|VITRINE_.*|OTEL_.*|NODE_OPTIONS)$/;

/** A server in a separate process. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

interface GatewayProcess extends ServerProcess {
  /** Where GET /metrics is. */
  readonly metricsUrl: string;
  /** What it has printed so far, its log included. */
  printed(): string;
}

/** What a run of `vitrine import` took. */
export interface ImportRun {
  readonly seconds: number;
  /** The most memory that the process had. */
  readonly peakBytes: number;
}

/**
 * An empty data folder with a separate, migrated Postgres, and the processes that use it. Removed when it is closed.
 */
export interface Shop {
  readonly databaseUrl: string;
  /** VITRINE_DATA of the processes that use it. */
  readonly folder: string;
  /** Runs `vitrine import`. */
  import(feed: string): Promise<ImportRun>;
  /**
   * Starts `vitrine serve` with these settings, and with the demo catalog unless something was imported. Resolves once
   * it can search; with `searches: false`, once it serves.
   */
  serve(
    settings?: Readonly<Record<string, string>>,
    options?: { readonly searches?: boolean },
  ): Promise<GatewayProcess>;
  /** Starts a server from this folder, with these settings, that prints its URL. */
  serveBench(script: string, settings?: Readonly<Record<string, string>>): Promise<ServerProcess>;
  /** Starts a helper that stops when the shop closes. */
  startHelper(script: string, ...args: readonly string[]): Helper;
  close(): Promise<void>;
}

/** `durable`: a commit waits for the disk, as in a shop; benchmarks that only read do not need that. */
export async function openShop({ durable = false } = {}): Promise<Shop> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-bench-'));
  // When this is root, Postgres runs as another user and needs to pass through this folder.
  await chmod(folder, 0o711);
  const postgres = await startEmbeddedPostgres({ folder, log: () => undefined, durable });
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !SETTINGS.test(name))),
    NODE_ENV: 'production',
    LOG_LEVEL: 'warn',
    PORT: '0',
    DATABASE_URL: postgres.url,
    VITRINE_DATA: folder,
    // Benchmarks send more than any caller may.
    VITRINE_ANONYMOUS_BUDGET: '1000000000',
    VITRINE_KEY_BUDGET: '1000000000',
  };
  // A gateway with a configured Postgres does not migrate it.
  await runToEnd([MAIN, 'migrate'], env);
  const processes = new Set<Pick<ServerProcess, 'stop'>>();
  const serve = async (args: readonly string[], says: RegExp, settings = {}): Promise<Started> => {
    const server = await startServer(args, { ...env, ...settings }, says);
    processes.add(server);
    return server;
  };
  return {
    databaseUrl: postgres.url,
    folder,
    async import(feed) {
      const start = performance.now();
      const said = await runToEnd(['--import', PEAK_MEMORY, MAIN, 'import', feed], env);
      const seconds = (performance.now() - start) / 1_000;
      return { seconds, peakBytes: Number(/^peak (\d+)$/m.exec(said)?.[1]) };
    },
    async serve(settings = {}, { searches = true } = {}) {
      const { said, pid, stop, printed } = await serve(
        [MAIN, 'serve'],
        /GraphQL +(\S+)\/graphql\n[^]*Metrics +(\S+)\/metrics\n/,
        settings,
      );
      const [, url = '', metricsUrl = ''] = said;
      while (searches && !(await canSearch(url))) await sleep(POLL_MS);
      return { url, metricsUrl, pid, stop, printed };
    },
    async serveBench(script, settings = {}) {
      const file = fileURLToPath(new URL(script, import.meta.url));
      const { said, pid, stop } = await serve(
        ['--import', TYPESCRIPT, file],
        /http:\/\/[\d.]+:\d+/,
        settings,
      );
      return { url: said[0], pid, stop };
    },
    startHelper(script, ...args) {
      const helper = startHelper(script, args);
      processes.add(helper);
      return helper;
    },
    async close() {
      await Promise.all([...processes].map((running) => running.stop()));
      await postgres.stop();
      await rm(postgres.folder, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Started extends Pick<GatewayProcess, 'pid' | 'stop' | 'printed'> {
  readonly said: RegExpExecArray;
}

/** Resolves once the server has printed what `says` matches. */
async function startServer(args: readonly string[], env: NodeJS.ProcessEnv, says: RegExp): Promise<Started> {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  let output = '';
  // The log.
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    process.stderr.write(text);
  });
  const said = await new Promise<RegExpExecArray>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const found = says.exec(output);
      if (found !== null) resolve(found);
    });
    void ended.then(() => reject(new Error(`${args.join(' ')} ended before it served:\n${output}`)));
  });
  return {
    said,
    pid: child.pid ?? 0,
    printed: () => output,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function canSearch(url: string): Promise<boolean> {
  const response = await fetch(`${url}/health/ready`);
  return z.object({ status: z.string() }).parse(await response.json()).status === 'ok';
}

/** Returns what the program printed. @throws Error when it fails */
async function runToEnd(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${args.join(' ')} ended with code ${code}.`);
  return said;
}
