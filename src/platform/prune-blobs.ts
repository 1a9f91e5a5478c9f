import type { BlobStore, StoredBlob } from './blob-store.js';

/** Blobs that `wanted` is asked about at once. */
const ASKED_AT_ONCE = 500;

/**
 * What any blob counts as: file systems store whole blocks, and the usual ones have a file for each 16 kB. Millions of
 * pictures of one pixel would otherwise leave no room for any other file.
 */
const LEAST_BYTES = 16 * 1024;

const MINUTE_MS = 60_000;

/** What a blob of this size counts as. */
export const countedBytes = (bytes: number): number => Math.max(bytes, LEAST_BYTES);

/**
 * Removes blobs that were last stored more than `ageMs` ago, and the oldest ones while all together count as more than
 * `maxBytes`, except those that `wanted` returns. Returns the number of removed blobs.
 *
 * A store may have millions, so it is read twice, and only the bytes of each minute are kept in between: a list of all takes
 * gigabytes, and the event loop seconds to sort.
 */
export async function pruneBlobs(
  store: Pick<BlobStore, 'list' | 'remove'>,
  { ageMs, maxBytes }: { readonly ageMs: number; readonly maxBytes: number },
  wanted: (sha256s: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<number> {
  const oldest = Date.now() - ageMs;
  const byMinute = await countByMinute(store);
  let total = [...byMinute.values()].reduce((sum, bytes) => sum + bytes, 0);
  let removed = 0;
  const removeDue = async (blobs: readonly StoredBlob[]): Promise<void> => {
    const isDue = ({ storedAt }: StoredBlob): boolean => storedAt.getTime() < oldest || total > maxBytes;
    if (!blobs.some(isDue)) return;
    const kept = await wanted(blobs.map(({ sha256 }) => sha256));
    for (const blob of blobs) {
      if (!isDue(blob) || kept.has(blob.sha256) || !(await store.remove(blob))) continue;
      total -= countedBytes(blob.bytes);
      removed += 1;
    }
  };

  let last = -Infinity;
  // What is wanted makes no room. Each time that it was in the way, younger ones go, and twice as many of them.
  for (let reach = 1; ; reach *= 2) {
    const first = last;
    last = lastOf(byMinute, first, (total - maxBytes) * reach);
    if (reach === 1) last = Math.max(last, minuteOf(oldest));
    const batch: StoredBlob[] = [];
    const ofLastMinute: StoredBlob[] = [];
    for await (const blob of store.list()) {
      const minute = minuteOf(blob.storedAt.getTime());
      if (minute <= first || minute > last) continue;
      if (minute === last) ofLastMinute.push(blob);
      else if (batch.push(blob) === ASKED_AT_ONCE) await removeDue(batch.splice(0));
    }
    await removeDue(batch);
    ofLastMinute.sort((a, b) => a.storedAt.getTime() - b.storedAt.getTime());
    while (ofLastMinute.length > 0) await removeDue(ofLastMinute.splice(0, ASKED_AT_ONCE));
    if (total <= maxBytes || last === Infinity) return removed;
  }
}

const minuteOf = (ms: number): number => Math.floor(ms / MINUTE_MS);

/** What the blobs of each minute count as. */
async function countByMinute(store: Pick<BlobStore, 'list'>): Promise<ReadonlyMap<number, number>> {
  const byMinute = new Map<number, number>();
  for await (const { storedAt, bytes } of store.list()) {
    const minute = minuteOf(storedAt.getTime());
    byMinute.set(minute, (byMinute.get(minute) ?? 0) + countedBytes(bytes));
  }
  return byMinute;
}

/** The first minute until which, after another one, so many bytes were stored; infinity if all are fewer. */
function lastOf(byMinute: ReadonlyMap<number, number>, after: number, bytes: number): number {
  if (bytes <= 0) return after;
  let sum = 0;
  for (const [minute, stored] of [...byMinute].sort(([a], [b]) => a - b)) {
    if (minute > after) sum += stored;
    if (sum >= bytes) return minute;
  }
  return Infinity;
}
