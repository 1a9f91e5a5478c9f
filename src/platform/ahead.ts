/** Yields the values of a source, which works on the next value while the consumer works on the current one. */
export async function* ahead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  const begin = (): Promise<IteratorResult<T>> => {
    const value = source.next();
    // It may fail long before it is awaited, and Node ends a process with a rejection that nobody handles.
    value.catch(() => undefined);
    return value;
  };
  let next = begin();
  try {
    for (;;) {
      const result = await next;
      if (result.done === true) return;
      next = begin();
      yield result.value;
    }
  } finally {
    // The consumer may stop with its own failure; report that one, not the source's.
    await Promise.allSettled([next, source.return(undefined)]);
  }
}

/** Runs `work` on each item, at most `width` at a time. The first failure ends it once items in progress are done. */
export async function eachOf<T>(
  items: Iterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (let item = queue.next(); item.done !== true && !failed; item = queue.next()) {
      try {
        await work(item.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: width }, lane));
  for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason;
}
