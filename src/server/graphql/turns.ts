/**
 * Work of this many subscriptions is done before the event loop serves others. An event takes about 0.2 ms, so requests
 * wait for 2 ms of them at most.
 */
const EVENTS_PER_TURN = 10;

/**
 * Resolves when it is the caller's turn. Without turns, subscriptions that have hundreds of events ready would be
 * answered in one go, because nothing they wait for lets the event loop go on.
 */
export type Turns = () => Promise<void>;

export function createTurns(): Turns {
  let waiting: (() => void)[] = [];
  const run = (): void => {
    const next = waiting.slice(0, EVENTS_PER_TURN);
    waiting = waiting.slice(EVENTS_PER_TURN);
    for (const proceed of next) proceed();
    if (waiting.length > 0) setImmediate(run);
  };
  return () =>
    new Promise((proceed) => {
      waiting.push(proceed);
      if (waiting.length === 1) setImmediate(run);
    });
}
