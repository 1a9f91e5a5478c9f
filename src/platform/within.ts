/** Something took longer than it may. The work itself may still go on. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow';

  constructor(ms: number) {
    super(`there was no answer within ${Math.round(ms)} ms`);
  }
}

/** Why a signal aborted. */
export function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error(`Aborted: ${String(reason)}`, { cause: reason });
}

/**
 * Settles as `work` does, but no later than after `ms` (which may be Infinity), or when the signal aborts. The work
 * goes on, and its outcome is then ignored.
 *
 * @throws TooSlow, or the reason of `signal`
 */
export function within<T>(work: Promise<T>, ms: number, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      end();
      reject(reasonOf(signal));
    };
    const timer =
      ms === Infinity
        ? undefined
        : setTimeout(() => {
            end();
            reject(new TooSlow(ms));
          }, ms);
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    work.then(resolve, reject).finally(end);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort);
  });
}
