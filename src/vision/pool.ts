import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker, type Transferable } from 'node:worker_threads';
import { currentClients } from '../platform/clients.js';
import { FairQueue } from '../platform/fair-queue.js';
import { awaitTurn } from './turn.js';

/** How long a thread may take to finish its jobs when the pool closes: many times what a batch takes. */
const FINISH_MS = 2_000;

export interface WorkerPoolOptions<Answer> {
  /**
   * Script of a worker. It posts any message once it is ready, then receives an array of jobs and posts the array of
   * their answers. If it cannot do a job, it throws: the worker ends, its jobs reject, and another worker replaces
   * it.
   */
  readonly script: URL;
  /** Structured-cloned to each worker. */
  readonly workerData: unknown;
  readonly threads: number;
  /** Maximum number of jobs that a worker receives at once. */
  readonly maxBatch: number;
  /** Whether threads start only when there is work for them: for what many processes never use. */
  readonly startsLate?: boolean;
  /** Validates a worker's message. */
  readonly parseAnswers: (message: unknown) => Answer[];
  readonly onCrash?: (error: Error) => void;
}

interface Waiting<Answer> {
  readonly job: unknown;
  readonly transfer: readonly Transferable[];
  /** Called when a thread gets the job. */
  readonly start: () => void;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** A worker thread and its unanswered jobs. */
interface Thread<Answer> {
  readonly worker: Worker;
  ready: boolean;
  batch: readonly Waiting<Answer>[];
}

/**
 * Worker threads whose jobs clients send in turn. A free thread takes a batch of the waiting jobs. A thread that ends is
 * replaced when there is work for it.
 */
export class WorkerPool<Answer> {
  readonly #options: WorkerPoolOptions<Answer>;
  readonly #threads = new Set<Thread<Answer>>();
  readonly #waiting = new FairQueue<Waiting<Answer>>();
  #closed = false;

  private constructor(options: WorkerPoolOptions<Answer>) {
    this.#options = options;
  }

  /** Starts every thread, unless they start late. @throws Error the error of the first thread that failed to start */
  static async open<Answer>(options: WorkerPoolOptions<Answer>): Promise<WorkerPool<Answer>> {
    const pool = new WorkerPool(options);
    if (options.startsLate === true) return pool;
    const started = await Promise.allSettled(Array.from({ length: options.threads }, () => pool.#start()));
    const failed = started.find((start) => start.status === 'rejected');
    if (failed) {
      await pool.close();
      throw failed.reason;
    }
    return pool;
  }

  /**
   * @throws Error when the thread that had the job ends, or the pool is closed; RequestError SERVICE_OVERLOADED when
   * the job has waited too long for a thread, and the reason of `signal` when that aborts while it waits
   */
  run(job: unknown, transfer: readonly Transferable[], signal?: AbortSignal): Promise<Answer> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      const enter = (start: () => void): (() => void) =>
        this.#waiting.push(currentClients(), { job, transfer, start, resolve, reject });
      awaitTurn(enter, signal).catch(reject);
      this.#dispatch();
    });
  }

  /** Number of jobs that a thread has at this moment. */
  get inWork(): number {
    let jobs = 0;
    for (const { batch } of this.#threads) jobs += batch.length;
    return jobs;
  }

  /** Ends the threads. Jobs that wait reject; those that a thread has are answered first, unless that takes too long. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#giveUp(closedError());
    await Promise.all([...this.#threads].map((thread) => this.#end(thread)));
  }

  /** Ending a thread in the middle of a run of onnxruntime may end the whole process. */
  async #end({ worker, batch }: Thread<Answer>): Promise<void> {
    if (batch.length > 0) {
      const late = new AbortController();
      await Promise.race([
        once(worker, 'message', { signal: late.signal }),
        sleep(FINISH_MS, undefined, { signal: late.signal }),
      ]).catch(() => undefined);
      late.abort();
    }
    await worker.terminate();
  }

  #dispatch(): void {
    for (const thread of this.#threads) {
      if (this.#waiting.length === 0) return;
      if (thread.ready && thread.batch.length === 0) this.#hand(thread);
    }
    if (this.#waiting.length > 0 && this.#threads.size < this.#options.threads) {
      this.#start().catch((error: unknown) => {
        if (this.#threads.size > 0) return;
        this.#giveUp(toError(error));
      });
    }
  }

  #hand(thread: Thread<Answer>): void {
    thread.batch = this.#takeBatch();
    for (const { start } of thread.batch) start();
    thread.worker.postMessage(
      thread.batch.map(({ job }) => job),
      thread.batch.flatMap(({ transfer }) => transfer),
    );
  }

  #giveUp(error: Error): void {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      next.entry.start();
      next.entry.reject(error);
    }
  }

  /** One job of each client that waits or, of only one client, as many as a batch takes: others wait for its end. */
  #takeBatch(): readonly Waiting<Answer>[] {
    const batch: Waiting<Answer>[] = [];
    const served = new Set<string>();
    while (batch.length < this.#options.maxBatch) {
      const isNew = (_: unknown, client: string): boolean => !served.has(client);
      const next = this.#waiting.shift(isNew) ?? (served.size < 2 ? this.#waiting.shift() : undefined);
      if (next === undefined) break;
      served.add(next.client);
      batch.push(next.entry);
    }
    return batch;
  }

  #start(): Promise<void> {
    const { script, workerData } = this.#options;
    const thread: Thread<Answer> = { worker: new Worker(script, { workerData }), ready: false, batch: [] };
    this.#threads.add(thread);
    return new Promise((resolve, reject) => {
      thread.worker.once('message', () => {
        thread.ready = true;
        thread.worker.on('message', (message: unknown) => this.#answer(thread, message));
        resolve();
        this.#dispatch();
      });
      let failure: Error | undefined;
      thread.worker.on('error', (error: unknown) => {
        failure = toError(error);
      });
      thread.worker.once('exit', (code) => {
        const error = this.#closed
          ? closedError()
          : (failure ?? new Error(`A worker thread ended with code ${code}.`));
        this.#threads.delete(thread);
        for (const { reject: rejectJob } of thread.batch) rejectJob(error);
        reject(error);
        if (this.#closed) return;
        this.#options.onCrash?.(error);
        if (thread.ready) this.#dispatch();
      });
    });
  }

  #answer(thread: Thread<Answer>, message: unknown): void {
    const answered = thread.batch;
    thread.batch = [];
    this.#dispatch();
    let answers: Answer[];
    try {
      answers = this.#options.parseAnswers(message);
      if (answers.length !== answered.length)
        throw new Error('A worker thread answered another number of jobs.');
    } catch (error) {
      for (const { reject } of answered) reject(toError(error));
      return;
    }
    answers.forEach((answer, index) => answered[index]?.resolve(answer));
  }
}

const closedError = () => new Error('The encoder is closed.');

/** An error from a thread arrives as a copy, whose class may belong to another realm. */
function toError(error: unknown): Error {
  const message = typeof error === 'object' && error && 'message' in error ? error.message : error;
  return new Error(String(message), { cause: error });
}
