/** What to print of each row, by the heading of the column. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => string | null | undefined>>;

/** Aligned lines with a heading; an empty cell is a dash. */
export function toTable<Row>(columns: Columns<Row>, rows: readonly Row[]): string {
  const lines = [
    Object.keys(columns),
    ...rows.map((row) => Object.values(columns).map((cellOf) => cellOf(row) || '-')),
  ];
  const widths = lines.reduce<number[]>(
    (widest, line) => line.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)),
    [],
  );
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
