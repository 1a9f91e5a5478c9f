import type { BlobStore, StoredBlob } from './blob-store.js';

/** Blobs that `wanted` is asked about at once. */
const ASKED_AT_ONCE = 500;

/**
 * Removes blobs that were last stored more than `ageMs` ago, and the oldest ones while all together have more than
 * `maxBytes`, except those that `wanted` returns. Returns the number of removed blobs.
 */
export async function pruneBlobs(
  store: Pick<BlobStore, 'list' | 'remove'>,
  { ageMs, maxBytes }: { readonly ageMs: number; readonly maxBytes: number },
  wanted: (sha256s: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<number> {
  const oldest = Date.now() - ageMs;
  const blobs: StoredBlob[] = [];
  for await (const blob of store.list()) blobs.push(blob);
  blobs.sort((a, b) => a.storedAt.getTime() - b.storedAt.getTime());
  let total = blobs.reduce((sum, { bytes }) => sum + bytes, 0);
  let removed = 0;
  for (let start = 0; start < blobs.length; start += ASKED_AT_ONCE) {
    const batch = blobs.slice(start, start + ASKED_AT_ONCE);
    const isDue = ({ storedAt }: StoredBlob): boolean => storedAt.getTime() < oldest || total > maxBytes;
    // The others are younger still.
    if (!batch.some(isDue)) break;
    const kept = await wanted(batch.map(({ sha256 }) => sha256));
    for (const blob of batch) {
      if (!isDue(blob) || kept.has(blob.sha256) || !(await store.remove(blob))) continue;
      total -= blob.bytes;
      removed += 1;
    }
  }
  return removed;
}
