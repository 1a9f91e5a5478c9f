import type { Logger } from '../platform/logging.js';
import { type Loop, startLoop } from '../platform/loop.js';
import type { Queryable } from '../platform/postgres.js';
import { writeKeyUses } from './key-uses.store.js';

/** How soon a first use is recorded: before an operator who has just tried a key lists it. */
const WRITE_EVERY_MS = 5_000;
/** How often a key that is used all the time is recorded: nobody needs it to the second. */
const KEPT_MS = 60_000;

/** Records when API keys are used, in the background, so that no request waits for it. */
export interface KeyUses extends Pick<Loop, 'close'> {
  note(keyId: number): void;
}

export function recordKeyUses(db: Queryable, log: Logger): KeyUses {
  const used = new Set<number>();
  const written = new Map<number, number>();
  const loop = startLoop({
    async round() {
      const now = Date.now();
      const due = [...used].filter((keyId) => now - (written.get(keyId) ?? 0) >= KEPT_MS);
      if (due.length > 0) await writeKeyUses(db, due);
      for (const keyId of due) {
        written.set(keyId, now);
        used.delete(keyId);
      }
      return { ms: WRITE_EVERY_MS };
    },
    log,
    says: {
      failing: 'The uses of API keys could not be recorded; trying again',
      recovered: 'The uses of API keys are being recorded again',
    },
  });
  return { note: (keyId) => used.add(keyId), close: () => loop.close() };
}
