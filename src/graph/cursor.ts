import type { z } from 'zod';

/**
 * Longer than any cursor: that of a brand has its name. What is in a cursor has been read with none of the limits of a
 * JSON body: ten megabytes of names or brackets would keep the parser for seconds.
 */
const MAX_CURSOR_CHARS = 10_000;

/** Values as an opaque text. */
export const encodeCursor = (values: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(values)).toString('base64url');

/** The values in a cursor; null for a text that is no cursor with such values. */
export function decodeCursor<T>(cursor: string, values: z.ZodType<T>): T | null {
  if (cursor.length > MAX_CURSOR_CHARS) return null;
  try {
    return values.safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString())).data ?? null;
  } catch {
    // It is not JSON.
    return null;
  }
}
