import { execFile } from 'node:child_process';
import { chmod, chown, lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { OperatorError } from './operator-error.js';

const run = promisify(execFile);

/** The system user that Postgres runs as, when it is not the user of this process. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Long enough for a busy machine to start a program, and short enough to notice one that hangs. */
const PROBE_TIMEOUT_MS = 20_000;

/** Where root's Postgres keeps its files when its user cannot access the data folder, best first. */
const SHARED_FOLDERS = [
  '/var/lib/vitrine',
  // Last, because some systems clear it when the machine restarts.
  join(tmpdir(), 'vitrine'),
];

export const isRoot = (): boolean => process.getuid?.() === 0;

/** Postgres refuses to run as root, so root runs it as a user that every system has. */
export async function findAccount(): Promise<Account> {
  for (const name of ['postgres', 'nobody']) {
    const ids = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]).catch(() => null);
    if (ids !== null) return { uid: Number(ids[0].stdout), gid: Number(ids[1].stdout) };
  }
  throw new OperatorError(
    'Postgres refuses to run as root and this system has no user "postgres" or "nobody": ' +
      'start Vitrine as an ordinary user, or set DATABASE_URL to your own Postgres.',
  );
}

/** Runs a program as the account (null: as this user), outside of folders that the account may not enter. */
export async function runAs(
  account: Account | null,
  file: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<string> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name)),
  );
  const { stdout } = await run(file, args, {
    ...account,
    cwd: '/',
    env: { ...env, LC_ALL: 'C' },
    timeout: timeoutMs,
    windowsHide: true,
  });
  return stdout;
}

/** Whether the account can actually use this folder. Modes alone do not show that (parents, ACLs, mounts). */
export async function canUseFolder(account: Account | null, folder: string): Promise<boolean> {
  if (account === null) return true;
  return runAs(
    account,
    '/bin/sh',
    ['-c', 'cd "$1" && test -r . && test -w .', 'sh', folder],
    PROBE_TIMEOUT_MS,
  ).then(
    () => true,
    () => false,
  );
}

/** Whether the program starts as this account and, if not, why. */
export async function probeProgram(
  account: Account | null,
  file: string,
): Promise<{ error: unknown } | null> {
  return runAs(account, file, ['--version'], PROBE_TIMEOUT_MS).then(
    () => null,
    (error: unknown) => ({ error }),
  );
}

/** Creates a folder that only the account can access. */
export async function makePrivateFolder(account: Account | null, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (account !== null) await chown(folder, account.uid, account.gid);
}

/**
 * Folders outside the data folder that root may share with its Postgres user; only those that root alone controls.
 */
export async function* sharedFolders(): AsyncGenerator<string> {
  for (const folder of SHARED_FOLDERS) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o755 });
      const found = await lstat(folder);
      // In a temp folder, any user may have created something under this name before us.
      if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) continue;
      await chmod(folder, 0o755);
    } catch {
      continue;
    }
    yield folder;
  }
}
