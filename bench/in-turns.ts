/** Requests in flight: the encoder is kept busy, and refuses none. */
const CONCURRENCY = 8;

/** Works on some entries at once; answers in their order. */
export async function inTurns<T, R>(entries: readonly T[], work: (entry: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = entries.entries();
  const workers = Array.from({ length: CONCURRENCY }, async () => {
    for (const [i, entry] of queue) results[i] = await work(entry);
  });
  await Promise.all(workers);
  return results;
}
