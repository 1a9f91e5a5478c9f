import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../platform/logging.js';
import { errorCode } from '../platform/operator-error.js';
import type { Database } from '../platform/postgres.js';
import { appliedMigrations } from '../platform/schema-version.store.js';
import { projectionVersion } from '../projection/projection-version.js';
import type { EmbeddedIndex } from '../vector-index/embedded/embedded-index.js';
import { readHeader } from '../vector-index/embedded/snapshot-file.js';
import { newHeader } from '../vector-index/embedded/snapshot-header.js';
import { readSnapshotAge, recordSnapshot, SNAPSHOT_MAX_AGE_MS } from './snapshot.store.js';

/** A draft grows all the time: whoever wrote one that no longer does was killed. */
const DRAFT_AGE_MS = 2 * 60 * 1_000;
/** Several times what the embedded index is designed for. */
const MAX_SNAPSHOT_BYTES = 4 * 1024 ** 3;
/** The rest of the disk is for the images, and often for Postgres. */
const MAX_SHARE_OF_FREE = 0.5;

const DRAFT = '.draft';

/** A snapshot whose points Postgres has, and that can be followed from. */
export interface FoundSnapshot {
  readonly path: string;
  readonly id: string;
  readonly position: string;
  /** Of the position. */
  readonly ageMs: number;
}

interface SnapshotsOptions {
  readonly db: Database;
  /** Absolute path. */
  readonly folder: string;
  readonly encoder: { readonly id: string; readonly dimension: number };
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/**
 * The snapshots of an encoder's embedded index in a folder, which processes may share: the newest replaces the others
 * with the same contents. A file is complete or absent.
 */
export class IndexSnapshots {
  readonly #path: string;

  private constructor(
    private readonly options: SnapshotsOptions,
    private readonly contents: string,
  ) {
    // During an upgrade, gateways of two versions may share the folder.
    const hash = createHash('sha256').update(contents).digest('hex').slice(0, 16);
    this.#path = join(options.folder, `${encodeURIComponent(options.encoder.id)}.${hash}`);
  }

  /** Null when the folder cannot be used, which is logged. */
  static async open(options: SnapshotsOptions): Promise<IndexSnapshots | null> {
    const { db, folder, encoder, log } = options;
    // A migration may change what is projected, and not write that to the change log.
    const migration = (await appliedMigrations(db)).at(-1)?.name ?? null;
    const contents = [encoder.id, encoder.dimension, await projectionVersion(), migration];
    try {
      await mkdir(folder, { recursive: true });
      await removeOld(folder);
    } catch (err) {
      log.warn({ err, folder }, 'No snapshot of the index can be kept; each start fills it from Postgres');
      return null;
    }
    return new IndexSnapshots(options, JSON.stringify(contents));
  }

  /** Null when there is none, or none that is right for this database, encoder, and version. @throws Error: damaged */
  async find(): Promise<FoundSnapshot | null> {
    const { db, folder, log } = this.options;
    const header = await readHeader(this.#path).catch(ignoreMissing);
    if (header === null) {
      const others = (await readdir(folder)).filter((name) => !name.endsWith(DRAFT));
      if (others.length > 0)
        log.info(
          'The snapshots of the index are those of another version or encoder; it is filled from Postgres',
        );
      return null;
    }
    const { id, position, contents } = header;
    if (contents !== this.contents) throw new Error('It is not a snapshot of what its name says.');
    const ageMs = await readSnapshotAge(db, id);
    if (ageMs === null) {
      log.info('The snapshot of the index is too old, or of another database; it is filled from Postgres');
      return null;
    }
    return { path: this.#path, id, position, ageMs };
  }

  /**
   * Replaces the snapshot by one of this index, which covers `position`; that was current at `takenAt`, by the
   * clock of Postgres.
   * @throws Error when there is no space for it, or it cannot be written
   */
  async save(index: EmbeddedIndex, position: string, takenAt: string): Promise<void> {
    const { db, folder } = this.options;
    await removeOld(folder);
    const mostBytes = await this.#spaceFor(index);
    const id = randomUUID();
    const draft = `${this.#path}.${id}${DRAFT}`;
    try {
      await index.save(draft, newHeader({ id, contents: this.contents, position }), mostBytes);
      // After all of its points were read from Postgres, so that a database with the row has them.
      await recordSnapshot(db, id, takenAt);
      await rename(draft, this.#path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  /** How many bytes a snapshot may have. @throws Error when the vectors alone have more */
  async #spaceFor(index: EmbeddedIndex): Promise<number> {
    const { folder, encoder } = this.options;
    const { bavail, bsize } = await statfs(folder);
    const mostBytes = Math.min(MAX_SNAPSHOT_BYTES, Math.floor(bavail * bsize * MAX_SHARE_OF_FREE));
    const bytes = (await index.count()) * encoder.dimension * Float32Array.BYTES_PER_ELEMENT;
    if (bytes > mostBytes)
      throw new Error(`The snapshot has more than ${bytes} bytes, and there is space for ${mostBytes}.`);
    return mostBytes;
  }
}

/** Removes what can no longer be used. */
async function removeOld(folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    const age = file.endsWith(DRAFT) ? DRAFT_AGE_MS : SNAPSHOT_MAX_AGE_MS;
    // Another process may have just removed it.
    const changedAt = await stat(join(folder, file)).then(({ mtimeMs }) => mtimeMs, ignoreMissing);
    if (changedAt !== null && changedAt < Date.now() - age) await rm(join(folder, file), { force: true });
  }
}

function ignoreMissing(error: unknown): null {
  if (errorCode(error) === 'ENOENT') return null;
  throw error;
}
