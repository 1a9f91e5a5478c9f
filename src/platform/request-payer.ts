import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Who pays for what a request takes beyond its estimate: images that it decodes, lists that it counts, and statements
 * that take long.
 */
export interface RequestPayer {
  /** The client, which takes turns with others in the queues. */
  readonly name: string;
  /** Aborts when nobody waits for the request any more; without one, somebody always does. */
  readonly signal?: AbortSignal;
  /** Takes the points of an image once its header says how many, and of other work once it is known. @throws ThrottledError */
  pay(points: number): void;
  /** Takes the points of work that is done, even if that leaves a debt. Further requests are then refused. */
  owe(points: number): void;
}

const payers = new AsyncLocalStorage<RequestPayer>();

/** Runs work of a request. Images are also decoded in the background; then nobody pays. */
export const paidBy = <T>(payer: RequestPayer, work: () => T): T => payers.run(payer, work);

/** Who pays for this work; undefined for background work. */
export const requestPayer = (): RequestPayer | undefined => payers.getStore();
