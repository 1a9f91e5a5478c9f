import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.js';
import { until } from './waiting.js';

const POLL_MS = 50;

/** Why this machine cannot run a server to kill; undefined if it can. */
export const noCrashes =
  process.platform === 'linux' ? undefined : 'needs /proc, to start a killed Postgres as it was started';

/** A separate, durable Postgres that can be killed and restarts at the same address. */
export interface CrashingPostgres {
  readonly url: string;
  /** kill -9, and a restart with what is on its disk. */
  crash(pauseMs: number): Promise<void>;
  close(): Promise<void>;
}

export async function startCrashingPostgres(): Promise<CrashingPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-crash-'));
  // When this is root, Postgres runs as another user and needs to pass through this folder.
  await chmod(folder, 0o711);
  const postgres = await startEmbeddedPostgres({ folder, log: () => undefined });
  const data = join(postgres.folder, 'data');
  const pid = async (): Promise<number> =>
    Number((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  const [program = '', ...args] = (await readFile(`/proc/${await pid()}/cmdline`, 'utf8'))
    .split('\0')
    .slice(0, -1);
  const { uid, gid } = await stat(data);

  const isUp = async (): Promise<boolean> => {
    const client = new Client({ connectionString: postgres.url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  };

  return {
    url: postgres.url,
    async crash(pauseMs) {
      process.kill(await pid(), 'SIGKILL');
      await sleep(pauseMs);
      let server: ChildProcess | null = null;
      await until('Postgres is up again', async () => {
        // A new server does not start until the last process of the old one has noticed its end.
        if (server === null || server.exitCode !== null)
          server = spawn(program, args, { uid, gid, cwd: data, stdio: 'ignore' });
        await sleep(POLL_MS);
        return isUp();
      });
    },
    async close() {
      process.kill(await pid(), 'SIGINT');
      await postgres.stop();
      // Removing this file is the server's last step.
      await until('Postgres has stopped', () =>
        pid().then(
          () => false,
          () => true,
        ),
      );
      await rm(postgres.folder, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
