import { RequestError } from '../errors.js';

/**
 * Runs at most `limit` tasks at once; the others wait in the order of arrival. When `maxWaiting` tasks wait, another
 * one is refused with SERVICE_OVERLOADED.
 */
export function limiter(limit: number, maxWaiting = Infinity): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = limit;
  return async (task) => {
    if (free > 0) free -= 1;
    else if (waiting.length < maxWaiting) await new Promise<void>((resolve) => waiting.push(resolve));
    else {
      throw new RequestError(
        'SERVICE_OVERLOADED',
        'Too many images are being processed; try again in a few seconds.',
      );
    }
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
