import type { Logger } from './logging.js';

/** While the work fails, it is tried again after so long, and twice as long each time. */
const FIRST_RETRY_MS = 500;
/** However long it fails, it goes on within so many seconds of being well again; unless the loop says otherwise. */
const LAST_RETRY_MS = 5_000;

/** Work that goes on beside the requests of a gateway until it is closed. */
export interface Loop {
  /** Ends the pause, or has the next one skipped: there may be work. Not while the work fails. */
  wake(): void;
  /** Ends the loop, after the round in hand. */
  close(): Promise<void>;
}

export interface LoopOptions {
  /** One round. Answers how long to pause until the next one; whoever wakes the loop cuts that short. */
  readonly round: (round: Round) => Promise<Pause>;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Said once when a round fails, with its error, and once when all lanes that failed have succeeded after that. */
  readonly says: { readonly failing: string; readonly recovered: string };
  /** Rounds that run beside each other; one unless said. */
  readonly lanes?: number;
  /** The longest time until work that fails is tried again: for work that costs much and has no hurry. */
  readonly lastRetryMs?: number;
  readonly timers?: Timers;
}

export interface Round {
  /** Aborts when the loop is closed. */
  readonly closing: AbortSignal;
  /** Whether somebody woke the loop for this round. */
  readonly woken: boolean;
  /** For rounds that last: says that this one succeeds so far. */
  readonly succeeds: () => void;
}

export interface Pause {
  readonly ms: number;
  /** Of these, so many that nobody cuts short: what wakes it meanwhile is done in one round. */
  readonly atLeastMs?: number;
}

/** The clock and the dice of a loop. */
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
 * Runs rounds one after the other, the first at once, in as many lanes beside each other as asked for. A round that
 * fails is tried again, later each time.
 */
export function startLoop({
  round,
  log,
  says,
  lanes = 1,
  lastRetryMs = LAST_RETRY_MS,
  timers = realTimers,
}: LoopOptions): Loop {
  const closing = new AbortController();
  /** Lanes whose last round failed. */
  const failing = new Set<number>();
  const succeeds = (lane: number): void => {
    const recovers = failing.delete(lane) && failing.size === 0;
    if (recovers && !closing.signal.aborted) log.info(says.recovered);
  };
  const fails = (lane: number, err: unknown): void => {
    // What fails because it is closed is no failure.
    if (failing.size === 0 && !closing.signal.aborted) log.warn({ err }, says.failing);
    failing.add(lane);
  };

  const startLane = (lane: number): { wake(): void; readonly running: Promise<void> } => {
    let rung = new AbortController();
    let delay = FIRST_RETRY_MS;
    const run = async (): Promise<void> => {
      while (!closing.signal.aborted) {
        const woken = rung.signal.aborted;
        // Before it looks: what wakes it from now on may not be in what it sees.
        rung = new AbortController();
        try {
          const said = (): void => {
            succeeds(lane);
            delay = FIRST_RETRY_MS;
          };
          const { ms, atLeastMs = 0 } = await round({
            closing: closing.signal,
            woken,
            succeeds: said,
          });
          said();
          if (atLeastMs > 0) await timers.sleep(atLeastMs, closing.signal);
          if (ms > atLeastMs) await timers.sleep(ms - atLeastMs, rung.signal);
        } catch (err) {
          fails(lane, err);
          // From half of it to all: gateways that failed together do not come back together.
          await timers.sleep(delay * (0.5 + timers.random() / 2), closing.signal);
          delay = Math.min(2 * delay, lastRetryMs);
        }
      }
    };
    return {
      wake() {
        // An error with its stack is made for each abort, and some loops are woken all the time.
        if (!rung.signal.aborted) rung.abort();
      },
      // Not before the caller has the loop, which a round may wake.
      running: Promise.resolve().then(run),
    };
  };
  const started = Array.from({ length: lanes }, (_, lane) => startLane(lane));
  const wake = (): void => {
    for (const lane of started) lane.wake();
  };

  return {
    wake,
    async close() {
      closing.abort();
      wake();
      await Promise.all(started.map(({ running }) => running));
    },
  };
}
