import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { RequestError } from '../errors.js';
import { errorMessage } from '../platform/operator-error.js';
import { columnName, type Renames } from './source/cells.js';

const columns = z.record(z.string(), z.string().min(1).nullable());

/**
 * Reads what the columns of a feed mean: `{"Artikelnummer": "id", "Notiz": null}` names the columns of the feed, and
 * for each the column of its format, or null to ignore it.
 *
 * @throws RequestError BAD_USER_INPUT
 */
export async function readColumnsFile(path: string): Promise<Renames> {
  try {
    const given = columns.parse(JSON.parse(await readFile(path, 'utf8')));
    return new Map(
      Object.entries(given).flatMap(([name, to]) => {
        const meaning = to === null ? null : columnName(to);
        return [
          [name, meaning],
          [columnName(name), meaning],
        ] as const;
      }),
    );
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : errorMessage(cause);
    throw new RequestError(
      'BAD_USER_INPUT',
      `${path} does not name columns: ${reason}. Write it like {"Artikelnummer": "id", "Notiz": null}.`,
      { cause },
    );
  }
}
