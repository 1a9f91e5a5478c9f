import type { Logger } from './logging.js';

/** Pause before failed work is tried again; doubles after each failure. */
const FIRST_RETRY_MS = 500;
/** Failed work resumes within this time after the cause is fixed, unless the loop sets another limit. */
const LAST_RETRY_MS = 5_000;

/** A reason that is given makes no error with a stack, and some loops are woken all the time. */
const WOKEN = 'woken';

/** Background work of a gateway that runs until it is closed. */
export interface Loop {
  /** Ends the pause, or skips the next one, because there may be work. Has no effect while the work fails. */
  wake(): void;
  health(): LoopHealth;
  /** Ends the loop after the current round. */
  close(): Promise<void>;
}

export interface LoopHealth {
  /** Whether the last round that proved something failed, in any lane. */
  readonly isFailing: boolean;
  /** Rounds that failed since the loop was started. */
  readonly failures: number;
}

export interface LoopOptions {
  /** One round. Returns how long to pause until the next one; waking the loop ends the pause early. */
  readonly round: (round: Round) => Promise<Pause>;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /**
   * Logged once when a round fails, with its error, and once when all lanes that failed have succeeded after that.
   */
  readonly says: { readonly failing: string; readonly recovered: string };
  /** Number of rounds that run in parallel; one by default. */
  readonly lanes?: number;
  /** Maximum time until failed work is tried again: for work that is expensive and not urgent. */
  readonly lastRetryMs?: number;
  /** The time until work that failed so is tried again; null: a short one, which grows with each failure. */
  readonly retryMs?: (error: unknown) => number | null;
  readonly timers?: Timers;
}

export interface Round {
  /** Aborts when the loop is closed. */
  readonly closing: AbortSignal;
  /** Whether the loop was woken for this round. */
  readonly woken: boolean;
  /** For long rounds: reports that the round has succeeded so far. */
  readonly succeeds: () => void;
}

export interface Pause {
  readonly ms: number;
  /** The part of the pause that waking cannot end early: several wakes in this time cause one round. */
  readonly atLeastMs?: number;
  /** Whether the round found nothing out, because another process does the work: what failed before counts as failing. */
  readonly provesNothing?: boolean;
}

/** Clock and source of randomness of a loop. */
export interface Timers {
  /** Resolves after the time, or when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  random(): number;
}

const realTimers: Timers = {
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end);
    }),
  random: () => Math.random(),
};

/**
 * Runs rounds one after another, starting at once, in the given number of parallel lanes. A failed round is tried
 * again after a pause that grows with each failure.
 */
export function startLoop({
  round,
  log,
  says,
  lanes = 1,
  lastRetryMs = LAST_RETRY_MS,
  retryMs = () => null,
  timers = realTimers,
}: LoopOptions): Loop {
  const closing = new AbortController();
  /** Lanes whose last round failed. */
  const failing = new Set<number>();
  let failures = 0;
  const succeeds = (lane: number): void => {
    const recovers = failing.delete(lane) && failing.size === 0;
    if (recovers && !closing.signal.aborted) log.info(says.recovered);
  };
  const fails = (lane: number, err: unknown): void => {
    // An error caused by closing is not a failure.
    if (failing.size === 0 && !closing.signal.aborted) log.warn({ err }, says.failing);
    failing.add(lane);
    failures += 1;
  };

  const startLane = (lane: number): { wake(): void; readonly running: Promise<void> } => {
    let rung = new AbortController();
    let delay = FIRST_RETRY_MS;
    const run = async (): Promise<void> => {
      while (!closing.signal.aborted) {
        const woken = rung.signal.aborted;
        // Reset before the round looks for work: it may not see what wakes it from now on.
        rung = new AbortController();
        try {
          const said = (): void => {
            succeeds(lane);
            delay = FIRST_RETRY_MS;
          };
          const {
            ms,
            atLeastMs = 0,
            provesNothing = false,
          } = await round({
            closing: closing.signal,
            woken,
            succeeds: said,
          });
          if (!provesNothing) said();
          if (atLeastMs > 0) await timers.sleep(atLeastMs, closing.signal);
          if (ms > atLeastMs) await timers.sleep(ms - atLeastMs, rung.signal);
        } catch (err) {
          fails(lane, err);
          // From half to all of the delay, so that gateways that failed together do not retry together.
          await timers.sleep((retryMs(err) ?? delay) * (0.5 + timers.random() / 2), closing.signal);
          delay = Math.min(2 * delay, lastRetryMs);
        }
      }
    };
    return {
      wake() {
        if (!rung.signal.aborted) rung.abort(WOKEN);
      },
      // Starts only after the caller has the loop, because a round may wake it.
      running: Promise.resolve().then(run),
    };
  };
  const started = Array.from({ length: lanes }, (_, lane) => startLane(lane));
  const wake = (): void => {
    for (const lane of started) lane.wake();
  };

  return {
    wake,
    health: () => ({ isFailing: failing.size > 0, failures }),
    async close() {
      closing.abort();
      wake();
      await Promise.all(started.map(({ running }) => running));
    },
  };
}
