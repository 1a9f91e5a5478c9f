import { recall, remember } from '../storage.js';

/** The last order of designs from a board. */
export interface KeptJob {
  /** The market in which it was ordered. */
  readonly channel: string;
  /** Who has the id sees the designs and can delete them. */
  readonly id: string;
}

const KEY = 'vitrine.designs';
const SEPARATOR = ' ';
/** Enough for the boards of a month, after which the gateway has deleted the designs. */
const MAX_KEPT = 20;

/** By the ids of the boards, oldest first. */
const kept = (): Map<string, KeptJob> =>
  new Map(
    (recall(KEY) ?? '').split('\n').flatMap((line) => {
      const [board, channel, id] = line.split(SEPARATOR);
      return board && channel && id ? [[board, { channel, id }]] : [];
    }),
  );

/** What was ordered last from a board, in any tab of this browser; null: nothing. */
export const jobOf = (board: string): KeptJob | null => kept().get(board) ?? null;

/** Notes what was ordered from a board; null: nothing that is still there. */
export function keepJob(board: string, job: KeptJob | null): void {
  const known = kept();
  known.delete(board);
  if (job !== null) known.set(board, job);
  const lines = [...known].slice(-MAX_KEPT).map(([of, { channel, id }]) => [of, channel, id].join(SEPARATOR));
  remember(KEY, lines.length === 0 ? null : lines.join('\n'));
}
