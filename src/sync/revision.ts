import type { Revision } from '../vector-index/port.js';

/**
 * Maximum number of transactions in progress in a snapshot that revisions can still distinguish: more than Postgres
 * has connections. The rest of a safe integer covers two trillion transactions: 70 years at 1,000 per second.
 */
const IN_PROGRESS = 4_096;

/**
 * The revision for data read after this snapshot (a pg_snapshot) was taken. Of two snapshots of one Postgres, the
 * later one sees everything that the earlier one does: its xmax is higher, or equal with fewer transactions below it
 * in progress.
 * @throws RangeError when it is not a safe integer
 */
export function revisionOf(position: string): Revision {
  const [, xmax = '', inProgress = ''] = position.split(':');
  const count = inProgress === '' ? 0 : inProgress.split(',').length;
  const revision = Number(xmax) * IN_PROGRESS - Math.min(count, IN_PROGRESS - 1);
  if (!Number.isSafeInteger(revision))
    throw new RangeError(`The snapshot ${position} does not fit into a revision`);
  return revision;
}
