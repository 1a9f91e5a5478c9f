import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../src/platform/postgres.js';

const POLL_MS = 10;

/** Resolves once so many transactions of this database wait for another one. */
export async function waiting(db: Database, count: number): Promise<void> {
  for (;;) {
    const { rowCount } = await db.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rowCount === count) return;
    await sleep(POLL_MS);
  }
}
