import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCode, OperatorError } from '../../platform/operator-error.js';
import { sameProductModel, type SameProductModel } from './same-product.js';

/** An optional file beside an encoder's manifest: a calibration for catalogs that have none. */
export const CALIBRATION_FILE = 'calibration.json';

export const encoderCalibration = z.object({
  /** The encoder that it was fitted for: `name@version`. */
  encoder: z.string(),
  sameProduct: sameProductModel,
});

const REMEDY = 'Remove the file, or create it again with `npx vitrine calibrate --output`.';

/**
 * The calibration included with an encoder; null if there is none.
 * @throws OperatorError when it is damaged, or belongs to another encoder
 */
export async function readEncoderCalibration(
  folder: string,
  encoderId: string,
): Promise<SameProductModel | null> {
  const found = await readCalibrationFile(folder);
  if (found !== null && found.encoder !== encoderId)
    throw new OperatorError(
      `${join(folder, CALIBRATION_FILE)} belongs to the encoder ${found.encoder}, but the encoder in use is ${encoderId}. ${REMEDY}`,
    );
  return found?.sameProduct ?? null;
}

/** @throws OperatorError when it is damaged */
export async function readCalibrationFile(
  folder: string,
): Promise<z.infer<typeof encoderCalibration> | null> {
  const file = join(folder, CALIBRATION_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
  const parsed = encoderCalibration.safeParse(parseJson(text));
  if (!parsed.success)
    throw new OperatorError(
      `${file} is not a valid calibration:\n${z.prettifyError(parsed.error)}\n${REMEDY}`,
    );
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
