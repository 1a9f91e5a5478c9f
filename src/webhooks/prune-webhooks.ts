import type { Logger } from '../platform/logging.js';
import type { Database } from '../platform/postgres.js';
import { muteWebhooks, pruneMessages } from './message-queue.store.js';

/** Bounds what waits for endpoints that take nothing: ends telling them of holds, and deletes old messages. */
export async function pruneWebhooks(
  db: Database,
  log: Pick<Logger, 'error'>,
  closing: AbortSignal,
): Promise<void> {
  for (const webhook of await muteWebhooks(db))
    log.error({ webhook }, 'A webhook is told of no more holds; `vitrine webhooks retry` ends that');
  await pruneMessages(db, closing);
}
