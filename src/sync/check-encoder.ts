import { OperatorError } from '../platform/operator-error.js';
import type { Queryable } from '../platform/postgres.js';
import { readEncoding } from './encoding.store.js';

/**
 * Compares the configured encoder with the one that encoded the catalog. Returns how many images it has not encoded, and how
 * many of the others it has not scored.
 * @throws OperatorError with the command that fixes it, when a search would find nothing or compare incompatible
 * vectors
 */
export async function checkEncoder(
  db: Queryable,
  encoder: { id: string; dimension: number },
): Promise<{ readonly unencoded: number; readonly unscored: number }> {
  const row = await readEncoding(db, encoder.id);
  if (row.dimension !== null && row.dimension !== encoder.dimension) {
    throw new OperatorError(
      `The catalog has vectors of ${row.dimension} numbers from ${encoder.id}; the configured model returns ${encoder.dimension}. ` +
        'Change the version in its model.json, then run `npx vitrine reindex`.',
    );
  }
  if (row.images > 0 && row.embedded === 0) {
    throw new OperatorError(
      `The catalog was encoded by ${row.encoders.join(', ') || 'no encoder'}, and VITRINE_ENCODER is ${encoder.id}. ` +
        'Run `npx vitrine reindex` to encode it again, or set VITRINE_ENCODER to that encoder.',
    );
  }
  return { unencoded: row.images - row.embedded, unscored: row.embedded - row.scored };
}
