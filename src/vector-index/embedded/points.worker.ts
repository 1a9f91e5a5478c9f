import { parentPort, workerData } from 'node:worker_threads';
import { messages } from './messages.js';
import { Points } from './points.js';
import {
  MAX_BATCH,
  pack,
  workerSetup,
  type Answer,
  type Job,
  type JobMessage,
  type PackedPoints,
  type WorkerMessage,
} from './protocol.js';
import { readSnapshot, writeSnapshot } from './snapshot-file.js';
import type { SearchRequest } from '../port.js';

/** The embedded index's thread: runs jobs in order, and combines waiting searches into one pass. */
if (parentPort === null) throw new Error('embedded.worker.js is started by the embedded index, not by hand.');
const port = parentPort;
const { dimension } = workerSetup.parse(workerData);

/** Points that are put into a snapshot at once: a few milliseconds, in which searches wait. */
const FRAME_POINTS = 1_024;

type JobOf<K extends Job['kind']> = { readonly id: number; readonly job: Extract<Job, { kind: K }> };
type Waiting = { readonly id: number; readonly job: Job };

const points = await Points.open(dimension);
const queue: Waiting[] = [];
let working = false;
let closing = false;

port.on('message', (message: JobMessage) => {
  if (message === 'close') closing = true;
  else queue.push(message);
  if (!working) void work();
});
send('ready');

async function work(): Promise<void> {
  working = true;
  for (;;) {
    // Lets messages sent in the meantime arrive, so that they join the batch.
    await new Promise(setImmediate);
    const next = queue[0];
    if (next === undefined) break;
    if (next.job.kind === 'search') await search(takeSearches());
    else await answer(queue.shift() ?? next);
  }
  working = false;
  if (closing) {
    await points.close();
    port.close();
  }
}

/** Takes the searches at the head of the queue, so that no search overtakes a write. */
function takeSearches(): JobOf<'search'>[] {
  const taken: JobOf<'search'>[] = [];
  let requests = 0;
  for (let next = queue[0]; next?.job.kind === 'search' && requests < MAX_BATCH; next = queue[0]) {
    queue.shift();
    taken.push({ id: next.id, job: next.job });
    requests += next.job.requests.length;
  }
  return taken;
}

async function search(jobs: readonly JobOf<'search'>[]): Promise<void> {
  try {
    const all: SearchRequest[] = jobs.flatMap(({ job }) => job.requests);
    const results = await points.search(all);
    for (const { id, job } of jobs) send({ id, results: results.splice(0, job.requests.length) });
  } catch (error) {
    for (const { id } of jobs) send(failure(id, error));
  }
}

async function answer({ id, job }: Waiting): Promise<void> {
  try {
    if (job.kind === 'scan') {
      const packed = pack(points.walk(job.after, job.limit), dimension);
      send({ id, points: packed }, [packed.vectors.buffer]);
    } else if (job.kind === 'save') {
      // Not awaited: searches and writes go on, and take turns with the frames.
      void writeSnapshot(job.path, job.header, frames(), job.mostBytes).then(
        (count) => send({ id, count }),
        (error: unknown) => send(failure(id, error)),
      );
    } else {
      if (job.kind === 'load') await load(job);
      else write(job);
      send({ id, count: points.size });
    }
  } catch (error) {
    send(failure(id, error));
  }
}

async function* frames(): AsyncGenerator<PackedPoints> {
  for (const some of points.backward(FRAME_POINTS)) {
    // All of them now: these are views of rows that a write may change while a frame is being written.
    for (const frame of messages(some).map((part) => pack(part, dimension))) {
      throwIfClosing();
      yield frame;
    }
  }
}

async function load({ path, id, revision }: Extract<Job, { kind: 'load' }>): Promise<void> {
  for await (const frame of readSnapshot(path, id)) {
    throwIfClosing();
    points.upsert({ kind: 'upsert', revision, ...frame });
  }
}

function throwIfClosing(): void {
  if (closing) throw new Error('the index is being closed');
}

function write(job: Job): void {
  if (job.kind === 'upsert') points.upsert(job);
  else if (job.kind === 'setPayloads') points.setPayloads(job);
  else if (job.kind === 'deleteImages') points.deleteImages(job.imageIds, job.revision);
  else if (job.kind === 'forgetDeleted') points.forgetDeleted(job.before);
}

function failure(id: number, error: unknown): Answer {
  return { id, error: error instanceof Error ? error.message : String(error) };
}

function send(message: WorkerMessage, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}
