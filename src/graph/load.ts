import { groupBy } from '../platform/group-by.js';

/** Rows in the order of the keys that a DataLoader asked for; null for a key without a row. */
export function inOrder<T extends { key: number }>(
  keys: readonly number[],
  rows: readonly T[],
): (T | null)[] {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** Rows grouped by owner, in the order of the owners that a DataLoader asked for. */
export function groupInOrder<K, T>(keys: readonly K[], rows: readonly T[], keyOf: (row: T) => K): T[][] {
  const groups = groupBy(rows, keyOf);
  return keys.map((key) => groups.get(key) ?? []);
}
