import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from './logging.js';
import { startLoop, type Round } from './loop.js';
import { KEEPALIVE_MS } from './postgres.js';

const CONNECT_TIMEOUT_MS = 5_000;
/**
 * A connection that only listens does not notice that the other end is gone. Asked so often, and given so long, it is
 * made again within seconds.
 */
const HEARTBEAT_MS = 5_000;
const HEARTBEAT_TIMEOUT_MS = 5_000;

/**
 * Tells that something may have changed in Postgres, soon after the commit. Listeners look up what it was. It may call
 * them for nothing, and it may miss a change, so listeners also look at intervals of their own.
 */
export interface ChangeListener {
  /** Answers what ends the listening. A listener must not throw. `table`: hear only of writes of that table. */
  onChange(listener: () => void, table?: string): () => void;
  close(): Promise<void>;
}

/** Listens on a connection of its own, made in the background and made again whenever it breaks. */
export function openChangeListener({
  url,
  log,
  name = 'vitrine change listener',
}: {
  url: string;
  log: Pick<Logger, 'info' | 'warn'>;
  /** What pg_stat_activity calls the connection. */
  name?: string;
}): ChangeListener {
  const listeners = new Map<() => void, string | undefined>();
  const notify = (table?: string): void => {
    for (const [listener, wanted] of listeners) {
      if (wanted === undefined || table === undefined || wanted === table) listener();
    }
  };

  const beat = async (client: Client, { closing, succeeds }: Round): Promise<never> => {
    for (;;) {
      await sleep(HEARTBEAT_MS, undefined, { signal: closing });
      await client.query('/* changes.heartbeat */ SELECT 1');
      // Not before: a connection that breaks as soon as it listens is no recovery.
      succeeds();
    }
  };

  const listenOnce = async (round: Round): Promise<never> => {
    const { closing } = round;
    const client = new Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: HEARTBEAT_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEPALIVE_MS,
      application_name: name,
    });
    const broken = new Promise<never>((_resolve, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('the connection ended')));
    });
    // It may break before it is awaited.
    broken.catch(() => undefined);
    // Nothing is in hand that asks for a farewell, and the other end may be gone.
    const hangUp = (): void => void client.connection.stream.destroy();
    closing.addEventListener('abort', hangUp);
    try {
      await client.connect();
      client.on('notification', ({ payload }) => notify(payload));
      await client.query('/* changes.listen */ LISTEN vitrine');
      // Nobody heard of what changed before.
      notify();
      return await Promise.race([broken, beat(client, round)]);
    } finally {
      closing.removeEventListener('abort', hangUp);
      hangUp();
    }
  };

  const loop = startLoop({
    round: listenOnce,
    log,
    says: {
      failing: 'Postgres notifications are unavailable; polling for changes meanwhile',
      recovered: 'Postgres notifications are available again',
    },
  });

  return {
    onChange(listener, table) {
      listeners.set(listener, table);
      return () => listeners.delete(listener);
    },
    async close() {
      await loop.close();
    },
  };
}
