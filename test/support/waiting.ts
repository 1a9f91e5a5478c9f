import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../src/platform/postgres.js';

const POLL_MS = 10;
/** Even on a busy machine, nothing takes longer unless it hangs. */
const LIMIT_MS = 60_000;

/** Resolves once `holds` returns true. @throws an error that states what it waited for, after a minute by default */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  limitMs = LIMIT_MS,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited ${limitMs / 1_000} s in vain until ${what}.`);
    await sleep(POLL_MS);
  }
}

/** Resolves once this many transactions of this database wait for another one. */
export const waiting = (db: Database, count: number): Promise<void> =>
  until(`${count} transactions wait for another one`, async () => {
    const { rowCount } = await db.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rowCount === count;
  });
