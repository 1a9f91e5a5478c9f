import { AsyncLocalStorage } from 'node:async_hooks';

/** Who pays for what a request takes beyond its estimate: images that it decodes, and lists that it counts. */
export interface DecodePayer {
  /** The client, which takes turns with others in the queues. */
  readonly name: string;
  /** Takes the points of an image once its header says how many, and of other work once it is known. @throws ThrottledError */
  pay(points: number): void;
}

const payers = new AsyncLocalStorage<DecodePayer>();

/** Runs work of a request. Images are also decoded in the background; then nobody pays. */
export const paidBy = <T>(payer: DecodePayer, work: () => T): T => payers.run(payer, work);

/** Who pays for this work; undefined for background work. */
export const decodePayer = (): DecodePayer | undefined => payers.getStore();
