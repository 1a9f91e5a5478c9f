import { randomUUID } from 'node:crypto';
import { chown, mkdtemp, readFile, realpath, rename, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  canUseFolder,
  findAccount,
  isRoot,
  makePrivateFolder,
  sharedFolders,
  type Account,
} from './embedded-postgres.account.js';
import { errorCode, OperatorError } from './operator-error.js';

/** Where the embedded Postgres of a data folder keeps its files, and the user that it runs as. */
export interface Home {
  /** Absolute; holds `data` (the cluster) and `postgres.log`. */
  readonly folder: string;
  /** Null: as the user of this process. */
  readonly account: Account | null;
}

/** Tells this and other processes where a data folder's Postgres is and listens. */
const POINTER = 'postgres.json';

const pointerShape = z.object({
  /** The data folder that this file was written for: a copied clone must not share the original's server. */
  dataFolder: z.string(),
  /** Null: `postgres` inside the data folder. */
  home: z.string().nullable(),
  /** Null while nothing listens. Stale after a crash, so connect before relying on it. */
  url: z.string().nullable(),
});

type Pointer = z.infer<typeof pointerShape>;

/**
 * Finds the home of this data folder's Postgres, or creates one. It is inside the data folder, unless this is root
 * and the user that Postgres runs as cannot access that folder. Then it is in a shared folder that the data folder
 * points to.
 */
export async function findHome(dataFolder: string): Promise<Home> {
  const inside = join(dataFolder, 'postgres');
  const pointed = await pointedHome(dataFolder);
  const known = pointed ?? inside;
  if (!isRoot()) {
    await makePrivateFolder(null, known);
    return { folder: known, account: null };
  }
  // A cluster runs only as its owner.
  const owner = await stat(pointed ?? join(inside, 'data')).catch(() => null);
  if (owner !== null && owner.uid !== 0) {
    const account = { uid: owner.uid, gid: owner.gid };
    if (await canUseFolder(account, known)) return { folder: known, account };
    throw new OperatorError(
      `Postgres runs as the user with id ${account.uid}, who owns ${known} but cannot access it: ` +
        'give that user access to the parent folders, or move the data folder back to where it was.',
    );
  }
  const account = await findAccount();
  await makePrivateFolder(account, inside);
  if (await canUseFolder(account, inside)) return { folder: inside, account };
  await rmdir(inside);
  for await (const shelter of sharedFolders()) {
    const folder = await mkdtemp(join(shelter, 'data-'));
    await makePrivateFolder(account, folder);
    if (!(await canUseFolder(account, folder))) continue;
    await writePointer(dataFolder, { folder, account }, null);
    return { folder, account };
  }
  throw new OperatorError(
    `The user that Postgres runs as can access neither ${dataFolder} nor /var/lib/vitrine: ` +
      'set VITRINE_DATA to a folder that all users can access, or DATABASE_URL to your own Postgres.',
  );
}

/** Records where the server listens (null: it was stopped). */
export async function writePointer(dataFolder: string, home: Home, url: string | null): Promise<void> {
  const pointer: Pointer = {
    dataFolder: await realpath(dataFolder),
    home: home.folder === join(dataFolder, 'postgres') ? null : home.folder,
    url,
  };
  const draft = join(dataFolder, `${POINTER}.${randomUUID()}`);
  await writeFile(draft, `${JSON.stringify(pointer, null, 2)}\n`, { mode: 0o600 });
  if (isRoot()) {
    // The data folder may belong to an ordinary user, who will use it again.
    const { uid, gid } = await stat(dataFolder);
    await chown(draft, uid, gid);
  }
  await rename(draft, join(dataFolder, POINTER));
}

async function pointedHome(dataFolder: string): Promise<string | null> {
  const pointer = await readPointer(dataFolder);
  if (pointer === null || pointer.home === null) return null;
  const exists = await stat(pointer.home).catch(() => null);
  if (exists === null) return null;
  if (pointer.dataFolder === (await realpath(dataFolder))) return pointer.home;
  const original = await readPointer(pointer.dataFolder).catch(() => null);
  return original?.home === pointer.home ? null : pointer.home;
}

async function readPointer(dataFolder: string): Promise<Pointer | null> {
  const path = join(dataFolder, POINTER);
  try {
    return pointerShape.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    if (errorCode(error) === 'EACCES') {
      throw new OperatorError(
        `${path} belongs to another user, who started Vitrine here earlier: run it as that user, or set VITRINE_DATA ` +
          'to another folder.',
        { cause: error },
      );
    }
    throw new OperatorError(`${path} was not written by Vitrine or is damaged: remove it.`, {
      cause: error,
    });
  }
}
