import { LRUCache } from 'lru-cache';
import { RequestError } from '../errors.js';
import { currentClients } from '../platform/clients.js';
import type { Queryable } from '../platform/postgres.js';
import { SharedWork } from '../platform/shared-work.js';
import { sharesOf } from '../platform/shares.js';
import { WorkerPool } from '../vision/pool.js';
import { readGarment } from './design.store.js';
import { readUuid } from '../graph/node.js';
import { type TechPackJob, type WrittenTechPack, writtenTechPacks } from './tech-pack.protocol.js';

/** Files that one client waits for at once: more than a page of designs. They take turns with those of others. */
const MAX_OF_CLIENT = 100;

/** A DXF has up to a megabyte, a PDF 0.15: who looks at a design downloads some of them, and does so again. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024;

/** Writes tech packs, and keeps the newest. */
export interface TechPacks {
  /**
   * Drafts a garment and writes the file, which takes up to 0.2 s of a thread's time, once for all who want it at the time.
   * @throws RequestError SERVICE_OVERLOADED
   */
  write(job: TechPackJob): Promise<WrittenTechPack>;
  /** Ends the thread. */
  close(): Promise<void>;
}

/** Writes tech packs in a thread of its own, which starts with the first: the event loop has no time for them. */
export function openTechPacks(onCrash: (error: Error) => void): TechPacks {
  let pool: Promise<WorkerPool<WrittenTechPack>> | null = null;
  const open = async (): Promise<WorkerPool<WrittenTechPack>> => {
    try {
      return await WorkerPool.open({
        script: new URL('../../dist/design/tech-pack.worker.js', import.meta.url),
        workerData: null,
        threads: 1,
        maxBatch: 1,
        parseAnswers: (message) => writtenTechPacks.parse(message),
        onCrash,
      });
    } catch (error) {
      pool = null;
      throw error;
    }
  };
  const shares = sharesOf(MAX_OF_CLIENT);
  const kept = new LRUCache<string, WrittenTechPack>({
    maxSize: MAX_KEPT_BYTES,
    sizeCalculation: ({ bytes }, key) => (bytes?.byteLength ?? 0) + key.length,
  });
  const writing = new SharedWork<WrittenTechPack>((error) => !(error instanceof RequestError));
  const write = async (key: string, job: TechPackJob): Promise<WrittenTechPack> => {
    const { owner } = currentClients();
    if (!shares.take(owner, 1))
      throw new RequestError(
        'SERVICE_OVERLOADED',
        `You are waiting for ${MAX_OF_CLIENT} tech packs: ask for fewer at once.`,
      );
    try {
      const written = await (await (pool ??= open())).run(job, []);
      kept.set(key, written);
      return written;
    } finally {
      shares.giveBack(owner, 1);
    }
  };
  return {
    async write(job) {
      const key = JSON.stringify(job);
      return kept.get(key) ?? writing.get(key, () => write(key, job));
    },
    async close() {
      await (await pool?.catch(() => null))?.close();
    },
  };
}

/** The file of a finished design with this global id; null when there is none, or no such size. */
export async function techPackFile(
  { db, techPacks }: { readonly db: Queryable; readonly techPacks: TechPacks },
  id: string,
  wish: Omit<TechPackJob, 'garment'>,
): Promise<Uint8Array | null> {
  const uuid = readUuid('Design', id);
  const garment = uuid === null ? null : await readGarment(db, uuid);
  return garment === null ? null : (await techPacks.write({ garment, ...wish })).bytes;
}
