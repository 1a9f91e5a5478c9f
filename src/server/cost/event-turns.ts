/**
 * Lets one event of each payer at a time wait for points; the others wait behind it, in the order in which they came, and
 * take no work until then. A client may have thousands of subscriptions.
 */
export class EventTurns {
  /** Of each payer whose turn somebody has: who waits, by what lets it go on. */
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Resolves to the end of the turn when it is this one's turn, or at once when the signal aborts: without a turn. */
  async take(payer: string, signal: AbortSignal): Promise<() => void> {
    const line = this.#waiting.get(payer);
    const end = (): void => this.#next(payer);
    if (line === undefined) {
      this.#waiting.set(payer, new Set());
      return end;
    }
    return new Promise((resolve) => {
      const start = (): void => {
        signal.removeEventListener('abort', leave);
        resolve(end);
      };
      const leave = (): void => {
        line.delete(start);
        resolve(() => undefined);
      };
      line.add(start);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #next(payer: string): void {
    const line = this.#waiting.get(payer);
    const [start] = line ?? [];
    if (start === undefined) this.#waiting.delete(payer);
    else {
      line?.delete(start);
      start();
    }
  }
}
