import { setTimeout as sleep } from 'node:timers/promises';
import { readKey } from '../../graph/node.js';
import type { Database } from '../../platform/postgres.js';
import { readHeldIds } from './quarantine.store.js';

/** How long a gateway may go on sending what it has rendered, for one small statement in as much time. */
const READ_EVERY_MS = 5_000;
/** How long a picture waits for that statement, which takes a millisecond unless Postgres is away. */
const MOST_WAITED_MS = 200;

/** The images in quarantine, for what was rendered before they came there. */
export class HeldImages {
  #keys: ReadonlySet<number> = new Set();
  #readAt = -Infinity;
  #reading: Promise<void> | null = null;

  constructor(private readonly db: Database) {}

  /** Whether the image with this global id is in quarantine, or was a few seconds ago. */
  async has(id: string): Promise<boolean> {
    const key = readKey('Image', id);
    if (key === null) return false;
    if (performance.now() - this.#readAt > READ_EVERY_MS)
      await Promise.race([
        (this.#reading ??= this.#read()),
        sleep(MOST_WAITED_MS, undefined, { ref: false }),
      ]);
    return this.#keys.has(key);
  }

  async #read(): Promise<void> {
    try {
      this.#keys = new Set(await readHeldIds(this.db));
    } catch {
      // Rendered pictures need no database, so they are sent while it is away.
    } finally {
      this.#readAt = performance.now();
      this.#reading = null;
    }
  }
}
