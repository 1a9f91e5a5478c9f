import type { WorkKind } from '../platform/connection-turns.js';

/**
 * Writes of one kind with a connection: one works while that of another client checks its input or waits for a lock. All
 * kinds together leave connections to reads.
 */
const AT_ONCE = 2;
/** Writes of one kind that wait for a connection. Their inputs are in memory, and each takes 10 ms or more. */
const MAX_WAITING = 100;

const write = (name: string): WorkKind => ({
  name,
  connections: AT_ONCE,
  waiting: MAX_WAITING,
  isUrgent: false,
  isPaid: false,
});

/** Writes of one kind may wait for each other's locks in Postgres. */
export const WRITES = {
  catalog: write('catalog'),
  stock: write('stock'),
  prices: write('prices'),
  boards: write('boards'),
  designs: write('designs'),
  watches: write('watches'),
} as const;

export type WriteKind = keyof typeof WRITES;
