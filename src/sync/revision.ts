import type { Revision } from '../vector-index/port.js';

/**
 * Transactions that a snapshot may find in progress and revisions still tell apart: more than a Postgres has
 * connections. What is left of a safe integer are two thousand billion transactions: 70 years of 1,000 a second.
 */
const IN_PROGRESS = 4_096;

/**
 * The revision of what is read once this snapshot (a pg_snapshot) has been taken. Of two snapshots of one Postgres the
 * later sees all that the earlier does: its xmax is higher, or it is the same one and fewer below are in progress.
 * @throws RangeError when it is no safe integer
 */
export function revisionOf(position: string): Revision {
  const [, xmax = '', inProgress = ''] = position.split(':');
  const count = inProgress === '' ? 0 : inProgress.split(',').length;
  const revision = Number(xmax) * IN_PROGRESS - Math.min(count, IN_PROGRESS - 1);
  if (!Number.isSafeInteger(revision))
    throw new RangeError(`The snapshot ${position} does not fit into a revision`);
  return revision;
}
