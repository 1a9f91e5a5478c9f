import { takeOrders } from './take-orders.js';

/** What a lane of a load does until the load is stopped; `did` counts what it has done. */
export type Lane = (lane: number, isStopped: () => boolean, did: (count: number) => void) => Promise<void>;

/** In a helper process: starts lanes of work on the order "start"; on "stop", answers how much they did per second. */
export function serveLoad(lanes: number, work: Lane): void {
  let stopped = true;
  let running: Promise<unknown> = Promise.resolve();
  let count = 0;
  let startedAt = 0;
  takeOrders(async (order) => {
    if (order === 'start') {
      stopped = false;
      count = 0;
      startedAt = performance.now();
      const did = (more: number): void => void (count += more);
      running = Promise.all(Array.from({ length: lanes }, (_, lane) => work(lane, () => stopped, did)));
      return null;
    }
    const perSecond = count / ((performance.now() - startedAt) / 1000);
    stopped = true;
    await running;
    return perSecond;
  });
}
