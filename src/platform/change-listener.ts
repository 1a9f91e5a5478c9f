import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from './logging.js';
import { startLoop, type Loop, type Round } from './loop.js';
import { KEEPALIVE_MS } from './postgres.js';

const CONNECT_TIMEOUT_MS = 5_000;
/**
 * A connection that only listens does not notice that its peer is gone. A heartbeat with this interval and timeout
 * replaces a dead connection within seconds.
 */
const HEARTBEAT_MS = 5_000;
const HEARTBEAT_TIMEOUT_MS = 5_000;

/**
 * Notifies that something may have changed in Postgres, soon after the commit. Listeners look up what changed. There
 * may be false alarms and missed changes, so listeners also poll.
 */
export interface ChangeListener {
  /**
   * Returns a function that unsubscribes. A listener must not throw. With `table`, reports only writes to that table.
   */
  onChange(listener: () => void, table?: string): () => void;
  health: Loop['health'];
  close(): Promise<void>;
}

/** Listens on a dedicated connection, which is opened in the background and reopened whenever it breaks. */
export function openChangeListener({
  url,
  log,
  name = 'vitrine change listener',
}: {
  url: string;
  log: Pick<Logger, 'info' | 'warn'>;
  /** The connection's name in pg_stat_activity. */
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
      // Not earlier: if the connection breaks as soon as it listens, the loop has not recovered.
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
    // The promise may reject before it is awaited.
    broken.catch(() => undefined);
    // Nothing is pending that needs a clean shutdown, and the peer may be gone.
    const hangUp = (): void => void client.connection.stream.destroy();
    closing.addEventListener('abort', hangUp);
    try {
      await client.connect();
      client.on('notification', ({ payload }) => notify(payload));
      await client.query('/* changes.listen */ LISTEN vitrine');
      // Changes before this point were not reported.
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
    health: () => loop.health(),
    async close() {
      await loop.close();
    },
  };
}
