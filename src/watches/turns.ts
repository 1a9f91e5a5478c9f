import { turnOnLoop } from '../platform/loop-turns.js';

/** How long products are compared before requests get a turn. */
const TURN_MS = 5;

/** Lets requests have their turns on the event loop during a long comparison. */
export class Turns {
  #since = performance.now();

  async take(): Promise<void> {
    if (performance.now() - this.#since < TURN_MS) return;
    await turnOnLoop();
    this.#since = performance.now();
  }
}
