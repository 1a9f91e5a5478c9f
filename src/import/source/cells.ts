/** Rows with a quote that is never closed, which was read as a character. */
export interface OpenQuotes {
  readonly rows: number;
  /** Line of the first of them. */
  readonly line: number;
}

/** What is noted while a feed is read: the columns that it fills, those that its format reads, and quotes left open. */
export class ColumnUse {
  readonly #filled = new Map<string, number>();
  readonly #read = new Set<string>();
  #openQuotes: OpenQuotes | null = null;

  fill(column: string): void {
    this.#filled.set(column, (this.#filled.get(column) ?? 0) + 1);
  }

  read(column: string): void {
    this.#read.add(column);
  }

  openQuote(line: number): void {
    this.#openQuotes = { line, ...this.#openQuotes, rows: (this.#openQuotes?.rows ?? 0) + 1 };
  }

  /** Counts anew, because the file is read once more. */
  restart(): void {
    this.#filled.clear();
    this.#openQuotes = null;
  }

  /** Rows of a table with a quote that is never closed; null: none. */
  get openQuotes(): OpenQuotes | null {
    return this.#openQuotes;
  }

  /** Columns with values that nothing has read, and how many rows fill them; the fullest first. */
  unread(): { readonly column: string; readonly rows: number }[] {
    return [...this.#filled]
      .filter(([column]) => !this.#read.has(column))
      .map(([column, rows]) => ({ column, rows }))
      .sort((one, other) => other.rows - one.rows);
  }
}

/**
 * What one record of a file says, by column. Names are in lowercase, with underscores for spaces, and without a
 * namespace. Values are trimmed and not empty; a column that repeats has several.
 */
export class Cells {
  readonly #values: ReadonlyMap<string, readonly string[]>;
  readonly #use: ColumnUse;

  constructor(values: ReadonlyMap<string, readonly string[]>, use: ColumnUse) {
    this.#values = values;
    this.#use = use;
    for (const column of values.keys()) use.fill(column);
  }

  columns(): Iterable<string> {
    return this.#values.keys();
  }

  /** The first value of the first of these columns that has one. All of them count as read. */
  get(...columns: readonly string[]): string | undefined {
    let found: string | undefined;
    for (const column of columns) {
      this.#use.read(column);
      found ??= this.#values.get(column)?.[0];
    }
    return found;
  }

  /** All values of these columns, in order. */
  all(...columns: readonly string[]): string[] {
    return columns.flatMap((column) => {
      this.#use.read(column);
      return this.#values.get(column) ?? [];
    });
  }

  /** The values of columns whose names match, with what the first group of the pattern matched. */
  matching(pattern: RegExp): { readonly name: string; readonly value: string }[] {
    return [...this.#values].flatMap(([column, values]) => {
      const match = pattern.exec(column);
      if (match === null) return [];
      this.#use.read(column);
      return values.map((value) => ({ name: match[1] ?? column, value }));
    });
  }
}

/** A record of a file. Lines are numbered from 1. */
export interface ReadRecord {
  readonly line: number;
  readonly cells: Cells;
  /** Of a product in XML: the elements in it that are its variants, with the values in which they differ from it. */
  readonly variants?: readonly ReadRecord[];
}

/** A record of a file, or why it can't be read. */
export type FeedRecord = ReadRecord | { readonly line: number; readonly fault: string };

/** Characters that nobody sees, and that some tools leave in front of the first column. */
const INVISIBLE = /[\u200B-\u200D\u2060\uFEFF]/g;

/** The name of a column: `g:Item Group ID` is `item_group_id`. */
export const columnName = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(INVISIBLE, '')
    .replace(/^(?:g|c):\s*/, '')
    .replace(/\s+/g, '_');

/** Names for the columns of a file, by their own; null: a column to ignore. */
export type Renames = ReadonlyMap<string, string | null>;

/** What the readers of all syntaxes are told. */
export interface ReadOptions {
  readonly use: ColumnUse;
  readonly renames: Renames;
  readonly signal?: AbortSignal | undefined;
}

/** The name of a column after renaming; empty: ignore it. */
export function renamed(text: string, renames: Renames): string {
  const name = columnName(text);
  const given = renames.get(text.trim()) ?? renames.get(name) ?? null;
  if (given !== null) return given;
  return renames.has(text.trim()) || renames.has(name) ? '' : name;
}
