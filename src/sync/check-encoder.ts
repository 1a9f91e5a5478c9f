import sql from 'sql-template-tag';
import { z } from 'zod';
import { OperatorError } from '../platform/operator-error.js';
import { query, type Queryable } from '../platform/postgres.js';

const state = z.object({
  images: z.number(),
  embedded: z.number(),
  dimension: z.number().nullable(),
  encoders: z.array(z.string()),
});

/**
 * Compares the configured encoder with what the catalog was encoded by. Answers how many images it has not encoded.
 * @throws OperatorError with the command that mends it, when a search would find nothing or compare the incomparable
 */
export async function checkEncoder(
  db: Queryable,
  encoder: { id: string; dimension: number },
): Promise<number> {
  const [row] = await query(
    db,
    sql`/* sync.checkEncoder */
      SELECT count(*) AS images,
        count(*) FILTER (WHERE EXISTS (SELECT FROM embeddings JOIN encoders ON encoders.id = encoder_id
          WHERE name = ${encoder.id} AND embeddings.sha256 = product_images.sha256)) AS embedded,
        (SELECT dimension FROM encoders WHERE name = ${encoder.id}) AS dimension,
        ARRAY(SELECT name FROM encoders WHERE EXISTS (SELECT FROM embeddings WHERE encoder_id = encoders.id)
          ORDER BY name) AS encoders
      FROM product_images`,
    state,
  );
  if (row === undefined) throw new Error('sync.checkEncoder answers one row');
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
  return row.images - row.embedded;
}
