import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, queryPrepared, type Queryable } from '../../platform/postgres.js';

export type CalibrationKind = 'same_product' | 'labels';

const calibrationRow = z.object({ model: z.unknown(), ageMs: z.number() });

/** The calibration fitted to this catalog for an encoder; null if there is none. */
export async function readCalibration(
  db: Queryable,
  encoder: string,
  kind: CalibrationKind,
): Promise<z.infer<typeof calibrationRow> | null> {
  const [row] = await queryPrepared(
    db,
    sql`/* calibration.read */
      SELECT model, (1000 * extract(epoch FROM now() - fitted_at))::float8 AS "ageMs" FROM calibrations
      JOIN encoders ON encoders.id = encoder_id AND encoders.name = ${encoder} WHERE kind = ${kind}`,
    calibrationRow,
  );
  return row ?? null;
}

export async function writeCalibration(
  db: Queryable,
  encoder: string,
  kind: CalibrationKind,
  model: object,
): Promise<void> {
  await execute(
    db,
    sql`/* calibration.write */
      INSERT INTO calibrations (encoder_id, kind, model)
      SELECT id, ${kind}, ${JSON.stringify(model)}::jsonb FROM encoders WHERE name = ${encoder}
      ON CONFLICT (encoder_id, kind) DO UPDATE SET model = excluded.model, fitted_at = excluded.fitted_at`,
  );
}
