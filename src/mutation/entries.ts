import { EntryErrors, userError, type EntryFaults } from './entry-error.js';

/**
 * Enough for one call of a merchant's sync: its rows stay locked for a few milliseconds, and one response covers all
 * of them. In the cost of such a mutation, this size makes writing a row weigh as much as reading a field.
 */
export const MAX_ENTRIES = 250;

/** @throws EntryErrors BAD_USER_INPUT unless `list` has 1 to MAX_ENTRIES entries */
export function checkEntryCount(list: string, entries: readonly unknown[]): void {
  const { length } = entries;
  if (length >= 1 && length <= MAX_ENTRIES) return;
  throw new EntryErrors([
    userError(
      'BAD_USER_INPUT',
      [list],
      length === 0
        ? `${list} is empty: send at least one.`
        : `${length} entries are too many: send at most ${MAX_ENTRIES} at a time.`,
    ),
  ]);
}

/** Adds a fault for every entry whose key already occurred; null keys are never duplicates. */
export function refuseDuplicates<Entry>(
  faults: EntryFaults,
  entries: readonly Entry[],
  field: string,
  keyOf: (entry: Entry) => string | null,
): void {
  const first = new Map<string, number>();
  for (const [index, entry] of entries.entries()) {
    const key = keyOf(entry);
    if (key === null) continue;
    const before = first.get(key);
    if (before === undefined) first.set(key, index);
    else faults.add(index, field, 'BAD_USER_INPUT', `The same as entry ${before}: remove one of them.`);
  }
}
