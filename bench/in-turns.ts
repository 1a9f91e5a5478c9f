/** Requests in flight: enough to keep the encoder busy without any refusals. */
const CONCURRENCY = 8;

/** Processes several entries in parallel; returns the results in their order. */
export async function inTurns<T, R>(entries: readonly T[], work: (entry: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = entries.entries();
  const workers = Array.from({ length: CONCURRENCY }, async () => {
    for (const [i, entry] of queue) results[i] = await work(entry);
  });
  await Promise.all(workers);
  return results;
}
