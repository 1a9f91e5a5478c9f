import { createHash, randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
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
   * @throws StorageFull; nothing of the file is left then. In a bucket, all calls throw BucketUnavailable
   */
  put(bytes: Uint8Array): Promise<string>;
  /** The bytes, or null when nothing is stored under this hash. */
  get(sha256: string): Promise<Buffer | null>;
  has(sha256: string): Promise<boolean>;
  /** Everything that is stored, in any order. What is stored or removed meanwhile may be missing. */
  list(): AsyncIterable<StoredBlob>;
  /** Removes a file, unless it was stored again after `storedAt`. Returns whether it was removed. */
  remove(blob: Pick<StoredBlob, 'sha256' | 'storedAt'>): Promise<boolean>;
}

export interface StoredBlob {
  /** 64 hex digits. */
  readonly sha256: string;
  readonly bytes: number;
  /** When it was last stored. */
  readonly storedAt: Date;
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
  const statOf = async (sha256: string): Promise<Stats | null> => {
    try {
      return await stat(join(shard(sha256), sha256));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    }
  };
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
      return SHA256_HEX.test(sha256) && (await statOf(sha256)) !== null;
    },

    async *list() {
      await removeOldDrafts();
      for (const prefix of await readdir(folder)) {
        if (prefix === DRAFTS) continue;
        for (const sha256 of await readdir(join(folder, prefix))) {
          const found = SHA256_HEX.test(sha256) ? await statOf(sha256) : null;
          if (found !== null) yield { sha256, bytes: found.size, storedAt: found.mtime };
        }
      }
    },

    async remove({ sha256, storedAt }) {
      const found = await statOf(sha256);
      if (found === null || found.mtime > storedAt) return false;
      await rm(join(shard(sha256), sha256), { force: true });
      return true;
    },
  };
}
