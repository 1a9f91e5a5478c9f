import { z } from 'zod';

/** Changes whenever the layout of the file does. */
const FORMAT = 1;

export const snapshotHeader = z.object({
  format: z.literal(FORMAT),
  /** Tells snapshots apart. */
  id: z.uuid(),
  /** What its points mean: a snapshot of other points is of no use. */
  contents: z.string(),
  /** The position in the change log (a pg_snapshot) that the points cover. */
  position: z.string(),
});
/** What the file of a snapshot begins with. */
export type SnapshotHeader = z.infer<typeof snapshotHeader>;

/** The header of a snapshot that is written now. */
export const newHeader = (header: Omit<SnapshotHeader, 'format'>): SnapshotHeader => ({
  format: FORMAT,
  ...header,
});
