import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../platform/operator-error.js';
import type { Database } from '../platform/postgres.js';
import { projectionVersion } from '../projection/projection-version.js';
import type { EmbeddedIndex } from '../vector-index/embedded/embedded-index.js';
import { readHeader } from '../vector-index/embedded/snapshot-file.js';
import { newHeader } from '../vector-index/embedded/snapshot-header.js';
import { readSnapshotAge, recordSnapshot, SNAPSHOT_MAX_AGE_MS } from './snapshot.store.js';

/** Much longer than writing one takes; the process that wrote an older one was killed. */
const DRAFT_AGE_MS = 60 * 60 * 1_000;

const DRAFT = '.draft';

/** A snapshot whose points Postgres has, and that can be followed from. */
export interface FoundSnapshot {
  readonly path: string;
  readonly id: string;
  readonly position: string;
  /** Of the position. */
  readonly ageMs: number;
}

/**
 * The snapshots of an encoder's embedded index in a folder, which processes may share: the newest replaces the others.
 * A file is complete or absent.
 */
export class IndexSnapshots {
  private constructor(
    private readonly db: Database,
    private readonly folder: string,
    private readonly name: string,
    private readonly contents: string,
  ) {}

  /** Removes what can no longer be used from the folder. */
  static async open(
    db: Database,
    folder: string,
    encoder: { readonly id: string; readonly dimension: number },
  ): Promise<IndexSnapshots> {
    await mkdir(folder, { recursive: true });
    for (const file of await readdir(folder)) {
      const age = file.endsWith(DRAFT) ? DRAFT_AGE_MS : SNAPSHOT_MAX_AGE_MS;
      // Another process may have just removed it.
      const changedAt = await stat(join(folder, file)).then(({ mtimeMs }) => mtimeMs, ignoreMissing);
      if (changedAt !== null && changedAt < Date.now() - age) await rm(join(folder, file), { force: true });
    }
    const contents = JSON.stringify([encoder.id, encoder.dimension, await projectionVersion()]);
    return new IndexSnapshots(db, folder, encodeURIComponent(encoder.id), contents);
  }

  /** Null when there is none, or none that is right for this database, encoder, and version. @throws Error: damaged */
  async find(): Promise<FoundSnapshot | null> {
    const path = join(this.folder, this.name);
    const header = await readHeader(path).catch(ignoreMissing);
    if (header?.contents !== this.contents) return null;
    const { id, position } = header;
    const ageMs = await readSnapshotAge(this.db, id);
    return ageMs === null ? null : { path, id, position, ageMs };
  }

  /** Replaces the snapshot by one of this index, which covers `position`; that was current at `takenAt` (monotonic). */
  async save(index: EmbeddedIndex, position: string, takenAt: number): Promise<void> {
    const id = randomUUID();
    const draft = join(this.folder, `${this.name}.${id}${DRAFT}`);
    try {
      await index.save(draft, newHeader({ id, contents: this.contents, position }));
      // After all of its points were read from Postgres, so that a database with the row has them.
      await recordSnapshot(this.db, id, performance.now() - takenAt);
      await rename(draft, join(this.folder, this.name));
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }
}

function ignoreMissing(error: unknown): null {
  if (errorCode(error) === 'ENOENT') return null;
  throw error;
}
