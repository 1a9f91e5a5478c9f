import { setTimeout as sleep } from 'node:timers/promises';
import { snapshot, type Database, type Queryable } from '../platform/postgres.js';
import type { Progress } from '../platform/progress.js';
import type { IndexPoint, Revision, VectorIndex } from '../vector-index/port.js';
import { followOnce } from './apply-changes.js';
import { comparePoints, nothingFound, type Difference, type ReconcileReport } from './difference.js';
import type { PositionKeeper } from './position.js';
import { useTransactionId } from './position.store.js';
import { revisionOf } from './revision.js';
import { countImages, projectImages, readHandles, readImagesAfter } from '../projection/projection.store.js';

/** Points compared at once: few enough that a follower waits only a fraction of a second. */
const PAGE_SIZE = 250;
/** Pause while another gateway follows into the index. */
const RETRY_MS = 20;
/** Maximum number of differences that are described; the rest are only counted. */
const SAMPLE_SIZE = 20;

interface Reconciled {
  readonly db: Database;
  readonly index: VectorIndex;
  /** The id of the encoder whose vectors the index has. */
  readonly encoder: string;
  /** Follows into the index, and keeps others from following in the meantime. */
  readonly advance: PositionKeeper['advance'];
  readonly progress: Progress;
}

/** The expected and existing points in a range of image ids. */
interface Stretch {
  /** Its last image id; infinite for the last range. */
  readonly end: number;
  readonly compared: number;
  readonly differences: readonly Difference[];
}

/**
 * Compares the index with Postgres, image by image, and writes the differences unless `repair` is false. Searches and
 * changes continue: each page is compared in one snapshot of Postgres that the index has just been brought up to,
 * while nothing else writes. A difference counts only if it is still there in the next snapshot.
 * @throws the reason of `signal`, between two pages
 */
export async function reconcile(
  target: Reconciled,
  repair: boolean,
  signal: AbortSignal,
): Promise<ReconcileReport> {
  const { db, progress } = target;
  const startedAt = performance.now();
  const report = nothingFound();
  progress.start('Comparing the index with Postgres', await countImages(db));
  for (let after = 0; after < Infinity;) {
    const first = await atOnce(target, signal, (client) => compareStretch(client, target, after));
    const stretch =
      first.differences.length === 0 ? first : await lookAgain(target, after, first, repair, signal);
    for (const difference of stretch.differences) {
      for (const kind of difference.kinds) report[kind] += 1;
      report.differing += 1;
      if (difference.isRepaired) report.repaired += 1;
    }
    report.compared += stretch.compared;
    report.sample.push(...(await tell(db, stretch.differences, SAMPLE_SIZE - report.sample.length)));
    progress.advance(stretch.compared);
    after = stretch.end;
  }
  progress.done();
  return { ...report, seconds: (performance.now() - startedAt) / 1000 };
}

async function lookAgain(
  target: Reconciled,
  after: number,
  first: Stretch,
  repair: boolean,
  signal: AbortSignal,
): Promise<Stretch> {
  // So that writes from the next snapshot are newer than all earlier writes, even without other transactions.
  await useTransactionId(target.db);
  return atOnce(target, signal, async (client, revision) => {
    const second = await compareStretch(client, target, after, first.end);
    const both = second.differences.filter(({ imageId }) =>
      first.differences.some((one) => one.imageId === imageId),
    );
    return { ...second, differences: repair ? await repairAll(client, target, after, both, revision) : both };
  });
}

async function repairAll(
  client: Queryable,
  target: Reconciled,
  after: number,
  differences: readonly Difference[],
  revision: Revision,
): Promise<Difference[]> {
  const extra = differences.filter(({ expected }) => expected === null).map(({ imageId }) => imageId);
  const points = differences.flatMap(({ expected }) => expected ?? []);
  await target.index.deleteImages(extra, revision);
  await target.index.upsert(points, revision);
  const left = new Set(
    (await compareStretch(client, target, after)).differences.map(({ imageId }) => imageId),
  );
  return differences.map((difference) => ({ ...difference, isRepaired: !left.has(difference.imageId) }));
}

/**
 * Runs `work` in a snapshot of Postgres that the index has been brought up to, and keeps the index there meanwhile.
 */
async function atOnce<T>(
  { db, index, encoder, advance }: Reconciled,
  signal: AbortSignal,
  work: (client: Queryable, revision: Revision) => Promise<T>,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const done: T[] = [];
    await advance((from, lost) =>
      snapshot(db, async (client) => {
        const { position } = await followOnce({ db: client, index, encoder }, from, lost);
        const result = await work(client, revisionOf(position));
        lost.throwIfAborted();
        done.push(result);
        return position;
      }),
    );
    for (const result of done) return result;
    await sleep(RETRY_MS);
  }
}

async function compareStretch(
  client: Queryable,
  { index, encoder }: Reconciled,
  after: number,
  bound = Infinity,
): Promise<Stretch> {
  const images = await readImagesAfter(client, encoder, after, PAGE_SIZE);
  const payloads = await projectImages(client, [...new Set(images.map(({ productId }) => productId))]);
  const expected = images.flatMap((image): IndexPoint[] => {
    const payload = payloads.get(image.imageId);
    return payload === undefined ? [] : [{ ...image, ...payload }];
  });
  const found = await index.scan(after, PAGE_SIZE);
  const end = Math.min(bound, lastOf(images), lastOf(found));
  const before = ({ imageId }: IndexPoint): boolean => imageId <= end;
  return { end, ...comparePoints(expected.filter(before), found.filter(before)) };
}

/** The last id of a page; infinite for a page that is not full, because nothing follows it. */
const lastOf = (page: readonly { imageId: number }[]): number =>
  page.length < PAGE_SIZE ? Infinity : (page.at(-1)?.imageId ?? Infinity);

async function tell(
  db: Database,
  differences: readonly Difference[],
  limit: number,
): Promise<ReconcileReport['sample']> {
  const told = differences.slice(0, Math.max(0, limit));
  if (told.length === 0) return [];
  const handles = await readHandles(
    db,
    told.map(({ productId }) => productId),
  );
  return told.map(({ imageId, productId, words }) => ({
    imageId,
    product: handles.get(productId) ?? null,
    what: words,
  }));
}
