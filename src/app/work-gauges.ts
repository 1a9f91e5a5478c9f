import type { GaugeSource } from '../graph/gauge.js';
import { waitingFor } from '../platform/connections.js';
import type { Loop } from '../platform/loop.js';
import type { Database } from '../platform/postgres.js';
import { readLag } from '../sync/change.store.js';
import type { FollowedIndex } from '../sync/followed-index.js';

/** What works in the background, in a gateway or beside it. */
export interface WorkingParts {
  /** By what they are for. */
  readonly pools: Readonly<Record<string, Database>>;
  readonly background: Database;
  readonly followed: Pick<FollowedIndex, 'position'>;
  /** The background work of the process, by what it does. */
  readonly loops: Readonly<Record<string, Pick<Loop, 'health'>>>;
}

/** The lag of the index, the health of background work, and the connections to Postgres. */
export function workGauges({ pools, background, followed, loops }: WorkingParts): readonly GaugeSource[] {
  const named = Object.entries(pools);
  const healths = Object.entries(loops);
  return [
    {
      name: 'vitrine_index_lag_seconds',
      help: 'Age of the oldest committed change that is not in the vector index; 0 when it has all of them.',
      type: 'gauge',
      labels: [],
      read: async () => [{ labels: {}, value: await readLag(background, followed.position()) }],
    },
    {
      name: 'vitrine_background_failing',
      help: '1 while the last attempt at some background work has failed, 0 otherwise.',
      type: 'gauge',
      labels: ['work'],
      read: async () =>
        healths.map(([work, loop]) => ({ labels: { work }, value: Number(loop.health().isFailing) })),
    },
    {
      name: 'vitrine_background_failures_total',
      help: 'Attempts at background work that failed. Failed work is tried again.',
      type: 'counter',
      labels: ['work'],
      read: async () => healths.map(([work, loop]) => ({ labels: { work }, value: loop.health().failures })),
    },
    {
      name: 'vitrine_postgres_connections',
      help: 'Open connections to Postgres, by pool.',
      type: 'gauge',
      labels: ['pool', 'state'],
      read: async () =>
        named.flatMap(([pool, { totalCount, idleCount }]) => [
          { labels: { pool, state: 'idle' }, value: idleCount },
          { labels: { pool, state: 'busy' }, value: totalCount - idleCount },
        ]),
    },
    {
      name: 'vitrine_postgres_waiting',
      help: 'Statements and transactions that wait for a connection to Postgres, by pool.',
      type: 'gauge',
      labels: ['pool'],
      read: async () => named.map(([name, pool]) => ({ labels: { pool: name }, value: waitingFor(pool) })),
    },
  ];
}
