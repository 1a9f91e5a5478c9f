import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { RequestError } from '../../errors.js';
import { chunks } from '../cut.js';
import {
  MAX_BATCH,
  pack,
  packImages,
  unpack,
  type Answer,
  type Job,
  type JobMessage,
  type workerSetup,
} from './protocol.js';
import { messages } from './messages.js';
import type { SnapshotHeader } from './snapshot-header.js';
import { checkDimension, checkRequest } from '../page.js';
import { SearchTurns, vectorsOf } from '../search-turns.js';
import type {
  ImagePayload,
  IndexPoint,
  Revision,
  SearchRequest,
  SearchResult,
  VectorIndex,
} from '../port.js';

/**
 * The number of points that the embedded index is designed for: an exact search of this many takes about 50 ms on one
 * core, and with 512 numbers each, they take 0.5 GB. Beyond that, searches stay exact but become slower; Qdrant
 * handles more.
 */
const SERVES_POINTS = 250_000;

/** Vectors that the worker has: while it makes one pass for some, the next ones arrive. */
const MAX_VECTORS_IN_WORK = 2 * MAX_BATCH;

/** Searches that may wait for it: with a vector each, about two seconds of work at the largest intended size. */
const MAX_WAITING_SEARCHES = 256 - MAX_VECTORS_IN_WORK;

const WORKER = new URL('../../../dist/vector-index/embedded/points.worker.js', import.meta.url);

export interface EmbeddedIndexOptions {
  /** Length of all vectors. */
  readonly dimension: number;
  readonly log?: Pick<Logger, 'warn' | 'error'>;
  /**
   * Called once if the worker dies: its points are gone and every further call fails with INDEX_UNAVAILABLE. The
   * owner opens a new index and loads it from Postgres.
   */
  readonly onLost?: (cause: Error) => void;
}

/** An index whose points can be kept in a file. */
export interface EmbeddedIndex extends VectorIndex {
  /** The number of images in all writes so far. */
  readonly written: number;
  /**
   * Writes the points to a new file, which is complete when this resolves; returns how many. Searches and writes go on
   * meanwhile. The file has each point either as it was at the start or as a write since then left it.
   * @throws Error when the file cannot be written, or would have more than `mostBytes`
   */
  save(path: string, header: SnapshotHeader, mostBytes: number): Promise<number>;
  /** Adds the points of the snapshot with this id. @throws Error when the file is damaged; some of them were added then */
  load(path: string, id: string, revision: Revision): Promise<void>;
}

/** Opens an empty index in this process: exact search on one worker thread. */
export async function openEmbeddedIndex(options: EmbeddedIndexOptions): Promise<EmbeddedIndex> {
  const setup: z.infer<typeof workerSetup> = { dimension: options.dimension };
  const worker = new Worker(WORKER, { workerData: setup, name: 'embedded-index' });
  // Its first message says that it is ready. It can also exit before that, without an error.
  const exited = new AbortController();
  worker.once('exit', () => exited.abort());
  try {
    await once(worker, 'message', { signal: exited.signal });
  } catch (cause) {
    if (!exited.signal.aborted) throw cause;
    throw new Error("The embedded index's worker exited before it was ready.", { cause });
  }
  return new WorkerIndex(worker, options);
}

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

class WorkerIndex implements EmbeddedIndex {
  readonly name = 'embedded';
  written = 0;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<void>;
  readonly #turns = new SearchTurns(MAX_VECTORS_IN_WORK, MAX_WAITING_SEARCHES);
  #jobs = 0;
  #ended: Error | undefined;
  #warned = false;

  constructor(
    private readonly worker: Worker,
    private readonly options: EmbeddedIndexOptions,
  ) {
    worker.on('message', (answer: Answer) => {
      this.#settle(answer.id)?.resolve(answer);
    });
    worker.on('error', (error) => {
      this.#lose(error);
    });
    this.#exited = new Promise((resolve) => {
      worker.on('exit', (code) => {
        this.#lose(new Error(`The embedded index's worker exited with code ${code}.`));
        resolve();
      });
    });
  }

  async search(requests: readonly SearchRequest[]): Promise<SearchResult[]> {
    for (const request of requests) checkRequest(request, this.options.dimension);
    // Others have their turns between the passes of a search for many vectors.
    const answers = await Promise.all(
      chunks(requests, MAX_BATCH).map((some) =>
        this.#turns.run(vectorsOf(some), () => this.#do({ kind: 'search', requests: some })),
      ),
    );
    return answers.flatMap((answer) => ('results' in answer ? answer.results : []));
  }

  async upsert(points: readonly IndexPoint[], revision: Revision): Promise<void> {
    for (const { imageId, vector } of points)
      checkDimension(vector, this.options.dimension, `The vector of image ${imageId}`);
    this.written += points.length;
    for (const some of messages(points)) {
      const packed = pack(some, this.options.dimension);
      const answer = await this.#do({ kind: 'upsert', revision, ...packed }, [packed.vectors.buffer]);
      this.#warnPastSize('count' in answer ? answer.count : 0);
    }
  }

  async setPayloads(payloads: readonly ImagePayload[], revision: Revision): Promise<void> {
    this.written += payloads.length;
    for (const some of messages(payloads))
      await this.#do({ kind: 'setPayloads', revision, ...packImages(some) });
  }

  async deleteImages(imageIds: readonly number[], revision: Revision): Promise<void> {
    // Most steps of a follower delete nothing.
    if (imageIds.length === 0) return;
    this.written += imageIds.length;
    await this.#do({ kind: 'deleteImages', imageIds, revision });
  }

  async forgetDeleted(before: Date): Promise<void> {
    await this.#do({ kind: 'forgetDeleted', before });
  }

  async scan(after: number | null, limit: number): Promise<readonly IndexPoint[]> {
    const answer = await this.#do({ kind: 'scan', after, limit });
    return 'points' in answer ? unpack(answer.points) : [];
  }

  async count(): Promise<number> {
    const answer = await this.#do({ kind: 'count' });
    return 'count' in answer ? answer.count : 0;
  }

  async save(path: string, header: SnapshotHeader, mostBytes: number): Promise<number> {
    const answer = await this.#do({ kind: 'save', path, header, mostBytes });
    return 'count' in answer ? answer.count : 0;
  }

  async load(path: string, id: string, revision: Revision): Promise<void> {
    const answer = await this.#do({ kind: 'load', path, id, revision });
    this.#warnPastSize('count' in answer ? answer.count : 0);
  }

  async close(): Promise<void> {
    if (this.#ended === undefined) {
      this.#ended = new Error('The embedded index was closed.');
      const message: JobMessage = 'close';
      this.worker.postMessage(message);
    }
    await this.#exited;
  }

  async #do(job: Job, transfer: ArrayBuffer[] = []): Promise<Answer> {
    if (this.#ended !== undefined) throw unavailable(this.#ended);
    const message: JobMessage = { id: this.#jobs++, job };
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.#pending.set(message.id, { resolve, reject });
      this.worker.postMessage(message, transfer);
    });
    if ('error' in answer) throw new Error(`The embedded index could not ${job.kind}: ${answer.error}`);
    return answer;
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  /** Rejects everything that waits. After `close`, nothing waits when the worker exits, so that is no loss. */
  #lose(cause: Error): void {
    const closed = this.#ended !== undefined;
    this.#ended ??= cause;
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(unavailable(cause));
    if (closed) return;
    this.options.log?.error({ err: cause }, 'The embedded index has failed');
    this.options.onLost?.(cause);
  }

  #warnPastSize(points: number): void {
    if (points <= SERVES_POINTS || this.#warned) return;
    this.#warned = true;
    this.options.log?.warn(
      { points, servesPoints: SERVES_POINTS },
      'The embedded index has more images than it is meant for: searches are exact but slow. Set QDRANT_URL.',
    );
  }
}

function unavailable(cause: Error): RequestError {
  return new RequestError(
    'INDEX_UNAVAILABLE',
    'The search index is not available: try again in a few seconds.',
    {
      cause,
    },
  );
}
