import { z } from 'zod';
import { MAX_KEY } from '../graph/node.js';
import { RequestError } from '../errors.js';
import { decodeCursor, encodeCursor } from '../graph/cursor.js';
import type { RankingPosition } from '../vector-index/port.js';
import type { Place } from './prove-page.js';

const position = [
  z.number().min(-1.001).max(1.001),
  z.int().positive().max(MAX_KEY),
  z.int().nonnegative(),
] as const;
const content = z.union([
  z.tuple([z.string(), ...position]),
  // With the start of its window.
  z.tuple([z.string(), ...position, z.tuple([...position]).nullable()]),
]);

/** Encodes a place in the ranking of one search as an opaque string. `fingerprint` identifies the search. */
export function writeCursor(fingerprint: string, { window, ...place }: Place): string {
  const values = ({ score, productId, rank }: RankingPosition): number[] => [score, productId, rank];
  const ofWindow = window === undefined ? [] : [window === null ? null : values(window)];
  return encodeCursor([fingerprint, ...values(place), ...ofWindow]);
}

/** @throws RequestError INVALID_CURSOR when it is not a cursor, or belongs to another search */
export function readCursor(fingerprint: string, cursor: string): Place {
  const parsed = decodeCursor(cursor, content);
  if (parsed === null) {
    throw new RequestError(
      'INVALID_CURSOR',
      'This is not a valid cursor: pass the `endCursor` of the previous page, unchanged.',
    );
  }
  const [of, score, productId, rank, window] = parsed;
  if (of !== fingerprint) {
    throw new RequestError(
      'INVALID_CURSOR',
      'This cursor belongs to another search: repeat the query, filter, and channel of the previous page, or start without `after`.',
    );
  }
  if (window === undefined) return { score, productId, rank };
  return { score, productId, rank, window: window === null ? null : toPosition(window) };
}

const toPosition = ([score, productId, rank]: readonly [number, number, number]): RankingPosition => ({
  score,
  productId,
  rank,
});

/** Whether this is a cursor of the search with this fingerprint. */
export const isCursorOf = (fingerprint: string, cursor: string): boolean =>
  decodeCursor(cursor, content)?.[0] === fingerprint;
