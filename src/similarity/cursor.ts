import { z } from 'zod';
import { MAX_KEY } from '../catalog/node.js';
import { UserError } from '../errors.js';
import type { RankingPosition } from './index.js';

const content = z.tuple([
  z.string(),
  z.number().min(-1.001).max(1.001),
  z.int().positive().max(MAX_KEY),
  z.int().nonnegative(),
]);

/** A place in the ranking of one search, as an opaque string. `fingerprint` tells which search. */
export function writeCursor(fingerprint: string, { score, productId, rank }: RankingPosition): string {
  return Buffer.from(JSON.stringify([fingerprint, score, productId, rank])).toString('base64url');
}

/** @throws UserError INVALID_CURSOR when it is no cursor, or one of another search. */
export function readCursor(fingerprint: string, cursor: string): RankingPosition {
  const parsed = parse(cursor);
  if (parsed === null) {
    throw new UserError(
      'INVALID_CURSOR',
      'This is no cursor of ours: give `endCursor` of the page before, unchanged.',
    );
  }
  const [of, score, productId, rank] = parsed;
  if (of !== fingerprint) {
    throw new UserError(
      'INVALID_CURSOR',
      'This cursor belongs to another search: repeat the query, filter and channel of the page before, or start without `after`.',
    );
  }
  return { score, productId, rank };
}

function parse(cursor: string): z.infer<typeof content> | null {
  try {
    return content.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    return null;
  }
}
