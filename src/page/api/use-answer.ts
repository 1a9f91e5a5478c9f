import { useEffect, useState } from 'preact/hooks';
import { type Failure, isAbort, toFailure } from './failure.js';

export interface Asked<T> {
  /** Null until it is there. */
  readonly value: T | null;
  readonly failure: Failure | null;
  /** Asks again. */
  readonly retry: () => void;
}

/** Enough to go back through a visit. */
const KEPT = 40;
const kept = new Map<string, unknown>();

/**
 * The answer to a question, asked when `key` changes; a key always stands for the same question. Answers are kept, so
 * that going back shows at once what was there; with `fresh`, that is asked again too. With `waits`, what is kept is shown,
 * and nothing is asked yet. If asking fails, `value` stays what it was beside the `failure`, unless there is no such thing
 * any more.
 */
export function useAnswer<T>(
  key: string | null,
  question: (signal: AbortSignal) => Promise<T>,
  { fresh = false, waits = false } = {},
): Asked<T> {
  const [state, setState] = useState<{ key: string; value: T | null; failure: Failure | null } | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (key === null || waits || (kept.has(key) && !fresh && turn === 0)) return;
    const leaving = new AbortController();
    question(leaving.signal)
      .then((value) => {
        kept.delete(key);
        kept.set(key, value);
        for (const [oldest] of kept) {
          if (kept.size <= KEPT) break;
          kept.delete(oldest);
        }
        setState({ key, value, failure: null });
      })
      .catch((error: unknown) => {
        if (isAbort(error)) return;
        const failure = toFailure(error);
        if (failure.code === 'NOT_FOUND') kept.delete(key);
        setState({ key, value: null, failure });
      });
    return () => leaving.abort();
  }, [key, turn, waits]);
  const retry = (): void => {
    setState(null);
    setTurn((last) => last + 1);
  };
  // Only a question with this key has put it there.
  const last = key === null ? null : ((kept.get(key) as T | undefined) ?? null);
  if (state === null || state.key !== key) return { value: last, failure: null, retry };
  return { value: state.failure === null ? state.value : last, failure: state.failure, retry };
}
