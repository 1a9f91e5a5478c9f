import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './operator-error.js';
import { asStorageFull } from './storage-full.js';

/**
 * Files named by the SHA-256 of their content, in a folder that several processes may share. A file is either
 * complete or absent: it is written to a temporary file, flushed, and renamed.
 */
export interface BlobStore {
  /**
   * Stores the bytes and returns their SHA-256 as 64 hex digits. Storing the same bytes again resets their age.
   * @throws StorageFull; nothing of the file is left then
   */
  put(bytes: Uint8Array): Promise<string>;
  /** The bytes, or null when nothing is stored under this hash. */
  get(sha256: string): Promise<Buffer | null>;
  has(sha256: string): Promise<boolean>;
  /**
   * Removes files that were last stored more than `ageMs` ago, except those that `wanted` returns. Returns the number
   * of removed files.
   */
  prune(ageMs: number, wanted: (sha256s: readonly string[]) => Promise<ReadonlySet<string>>): Promise<number>;
}

const SHA256_HEX = /^[0-9a-f]{64}$/;

/** The folder of temporary files: its name is not the start of any hash. */
const DRAFTS = 'drafts';

/** Much longer than writing a file takes; the process that wrote an older one was killed. */
const DRAFT_AGE_MS = 60 * 60 * 1_000;

export async function openBlobStore(folder: string): Promise<BlobStore> {
  const drafts = join(folder, DRAFTS);
  await mkdir(drafts, { recursive: true });
  const shard = (sha256: string): string => join(folder, sha256.slice(0, 2));
  const removeOldDrafts = async (): Promise<void> => {
    const oldest = Date.now() - DRAFT_AGE_MS;
    for (const name of await readdir(drafts)) {
      const path = join(drafts, name);
      // Its process may have just completed it.
      const isOld = await stat(path).then(
        ({ mtimeMs }) => mtimeMs < oldest,
        () => false,
      );
      if (isOld) await rm(path, { force: true });
    }
  };
  await removeOldDrafts();

  return {
    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const target = join(shard(sha256), sha256);
      const now = new Date();
      const stored = await utimes(target, now, now).then(
        () => true,
        () => false,
      );
      if (stored) return sha256;
      const draft = join(drafts, randomUUID());
      try {
        await mkdir(shard(sha256), { recursive: true });
        await writeFile(draft, bytes, { flag: 'wx', flush: true });
        await rename(draft, target);
      } catch (error) {
        await rm(draft, { force: true });
        throw asStorageFull(error);
      }
      return sha256;
    },

    async get(sha256) {
      if (!SHA256_HEX.test(sha256)) return null;
      try {
        return await readFile(join(shard(sha256), sha256));
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return null;
        throw error;
      }
    },

    async has(sha256) {
      if (!SHA256_HEX.test(sha256)) return false;
      try {
        await stat(join(shard(sha256), sha256));
        return true;
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return false;
        throw error;
      }
    },

    async prune(ageMs, wanted) {
      const oldest = Date.now() - ageMs;
      const isOld = async (path: string): Promise<boolean> => (await stat(path)).mtimeMs < oldest;
      let removed = 0;
      await removeOldDrafts();
      for (const prefix of await readdir(folder)) {
        if (prefix === DRAFTS) continue;
        const old: string[] = [];
        for (const name of await readdir(join(folder, prefix)))
          if (await isOld(join(folder, prefix, name))) old.push(name);
        const kept =
          old.length === 0 ? new Set<string>() : await wanted(old.filter((name) => SHA256_HEX.test(name)));
        for (const name of old) {
          const path = join(folder, prefix, name);
          // Check again: a process that has needed the file since then has stored it again.
          if (kept.has(name) || !(await isOld(path))) continue;
          await rm(path, { force: true });
          removed += 1;
        }
      }
      return removed;
    },
  };
}
