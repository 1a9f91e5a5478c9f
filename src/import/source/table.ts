import { CsvError, parse } from 'csv-parse/sync';
import { RequestError } from '../../errors.js';
import { linesOf, MAX_LINE_BYTES, type Line } from '../../platform/lines.js';
import { Cells, ColumnUse, renamed, type FeedRecord, type ReadOptions, type Renames } from './cells.js';
import { openText, readUtf8, type TextFile } from './encoding.js';

/** Lines passed to the parser at once, because starting it costs as much as several rows. */
const LINES_AT_ONCE = 128;
/** A quoted value may contain line ends; it is as long as a line may be. */
const MAX_QUOTED_LENGTH = MAX_LINE_BYTES;
/** Names of columns may have line ends in them, too. */
const MAX_HEADER_LINES = 20;

const DELIMITERS = ['\t', ',', ';', '|'] as const;
type Delimiter = (typeof DELIMITERS)[number];
/** Spreadsheets say the delimiter of a CSV file in a line before the header. */
const SEPARATOR_LINE = /^sep=(.)$/i;
/** The templates of Meta explain their columns in a line before the header. */
const COMMENT_LINE = /^"?#\s/;

/** The expected columns of a table, and its name in messages. */
export interface TableShape {
  readonly required: readonly string[];
  readonly noun: string;
}

/** A table whose header has been read. */
export interface Table {
  readonly delimiter: Delimiter;
  /** The names of the columns. */
  readonly columns: readonly string[];
  readonly rows: AsyncGenerator<FeedRecord>;
}

const bad = (message: string): RequestError => new RequestError('BAD_USER_INPUT', message);

interface Header {
  readonly delimiter: Delimiter;
  readonly columns: readonly string[];
}

/**
 * Streams the rows of a table with a header, by RFC 4180: a quoted value may contain delimiters, line ends, and
 * doubled quotes. The delimiter is the one of tab, comma, semicolon, and bar that gives the header most columns. A
 * quote that is never closed is an ordinary character, so that it can't swallow the rows after it, and is noted in
 * `use`.
 *
 * @throws RequestError BAD_USER_INPUT the file has no header
 */
export async function openTable(
  file: TextFile,
  options: ReadOptions & { readonly noun: string },
): Promise<Table> {
  const lines = linesOf(readUtf8(file, options.signal));
  const { header, unread } = await readHeader(file.path, options.noun, lines, options.renames);
  return { ...header, rows: rowsOf(file, chain(unread, lines), header, options.use) };
}

/**
 * Streams the rows of a table with these columns.
 *
 * @throws RequestError BAD_USER_INPUT the file can't be read, is not such a table, or lacks required columns
 */
export async function* readTable(
  path: string,
  { required, noun }: TableShape,
  signal?: AbortSignal,
): AsyncGenerator<FeedRecord> {
  const file = await openText(path, noun, signal);
  const [first] = file.start.replace(/^\uFEFF/, '').trimStart();
  const other = first === '<' ? 'XML' : first === '{' || first === '[' ? 'JSON' : null;
  if (other !== null)
    throw bad(`${path} looks like ${other}: a ${noun} is a table with the column names in its first line.`);
  const { columns, rows } = await openTable(file, { use: new ColumnUse(), renames: new Map(), noun, signal });
  const missing = required.filter((column) => !columns.includes(column));
  if (missing.length > 0) {
    throw bad(
      `${path} is not a ${noun}: its first line lacks the column${missing.length > 1 ? 's' : ''} ${missing.join(', ')}.`,
    );
  }
  yield* rows;
}

async function readHeader(
  path: string,
  noun: string,
  lines: AsyncGenerator<Line>,
  renames: Renames,
): Promise<{ header: Header; unread: readonly Line[] }> {
  let delimiters: readonly Delimiter[] = DELIMITERS;
  for (;;) {
    const next = await lines.next();
    if (next.done === true) throw bad(`${path} has no line with column names.`);
    const line = next.value;
    if ('fault' in line) throw bad(`${path} is not a ${noun}: line ${line.number}: ${line.fault}`);
    if (line.text.trim() === '' || COMMENT_LINE.test(line.text)) continue;
    const [, separator] = SEPARATOR_LINE.exec(line.text) ?? [];
    if (separator !== undefined) {
      const said = DELIMITERS.filter((delimiter) => delimiter === separator);
      if (said.length > 0) delimiters = said;
      continue;
    }
    const isOpen = delimiters.some((delimiter) => parseRows(line.text, delimiter) === 'open');
    const more = isOpen ? await take(lines, MAX_HEADER_LINES - 1) : [];
    const [best] = delimiters
      .map((delimiter) => headerOf([line, ...more], delimiter, renames))
      .sort((one, other) => other.header.columns.length - one.header.columns.length);
    if (best !== undefined) return { header: best.header, unread: more.slice(best.taken - 1) };
  }
}

/** The names of the columns, of which some may have line ends in them. */
function headerOf(
  lines: readonly Line[],
  delimiter: Delimiter,
  renames: Renames,
): { header: Header; taken: number } {
  const texts = lines.map((line, index) => ({ number: index, text: 'text' in line ? line.text : '' }));
  const { cells, taken } = joinRow(texts, 0, { delimiter, columns: [] });
  return { header: { delimiter, columns: cells.map((name) => renamed(name, renames)) }, taken };
}

async function take(lines: AsyncGenerator<Line>, count: number): Promise<Line[]> {
  const taken: Line[] = [];
  while (taken.length < count) {
    const next = await lines.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

async function* chain(first: readonly Line[], rest: AsyncGenerator<Line>): AsyncGenerator<Line> {
  yield* first;
  yield* rest;
}

async function* rowsOf(
  file: TextFile,
  lines: AsyncIterable<Line>,
  header: Header,
  use: ColumnUse,
): AsyncGenerator<FeedRecord> {
  const reader = new RowReader(header, use);
  let waiting: NumberedLine[] = [];
  let enough = LINES_AT_ONCE;
  for await (const line of lines) {
    if ('fault' in line) {
      yield* reader.read(waiting, true).rows;
      waiting = [];
      yield { line: line.number, fault: line.fault };
    } else if (line.text.trim() !== '' || waiting.length > 0) {
      waiting.push(line);
      if (waiting.length >= enough) {
        const { rows, rest } = reader.read(waiting, false);
        yield* rows;
        waiting = rest;
        // What did not end in these lines is not tried again with each further line.
        enough = Math.max(LINES_AT_ONCE, 2 * rest.length);
      }
    }
  }
  reader.isCutOff = !file.endsWithLine;
  yield* reader.read(waiting, true).rows;
}

interface NumberedLine {
  readonly number: number;
  readonly text: string;
}

class RowReader {
  /** Whether the last line has no line end. */
  isCutOff = false;
  #ragged = false;
  #rows = 0;
  readonly #header: Header;
  readonly #use: ColumnUse;

  constructor(header: Header, use: ColumnUse) {
    this.#header = header;
    this.#use = use;
  }

  /** The rows in some lines; unless these are the last lines, keeps rows that may continue on the next lines. */
  read(lines: readonly NumberedLine[], last: boolean): { rows: FeedRecord[]; rest: NumberedLine[] } {
    const { delimiter } = this.#header;
    const full = lines.filter(({ text }) => text.trim() !== '');
    const rows: FeedRecord[] = [];
    const text = full.map((line) => line.text).join('\n');
    // Most feeds have no quotes, and to split them takes a fraction of the time.
    const together = text.includes('"')
      ? parseRows(text, delimiter)
      : full.map((line) => line.text.split(delimiter));
    // As many rows as lines: no value has a line end.
    if (typeof together !== 'string' && together.length === full.length) {
      for (const [index, cells] of together.entries()) {
        const isLast = last && index === full.length - 1;
        rows.push(this.#toRow(full[index]?.number ?? 0, cells, isLast && this.isCutOff));
      }
      return { rows, rest: [] };
    }
    for (let start = 0; start < lines.length;) {
      const first = lines[start];
      if (first === undefined) break;
      const row = joinRow(lines, start, this.#header);
      if (row.state === 'unfinished' && !last) return { rows, rest: lines.slice(start) };
      start += row.taken;
      if (first.text.trim() === '') continue;
      const cutOff = this.isCutOff && (start >= lines.length || row.state === 'unfinished');
      rows.push(
        row.state === 'endless' && row.cells.length < this.#header.columns.length
          ? { line: first.number, fault: ENDLESS }
          : this.#toRow(first.number, row.cells, cutOff),
      );
      if (row.isOpen) this.#use.openQuote(first.number);
    }
    return { rows, rest: [] };
  }

  #toRow(line: number, cells: readonly string[], mayBeCutOff: boolean): FeedRecord {
    const { columns } = this.#header;
    this.#rows += 1;
    if (cells.slice(columns.length).some((cell) => cell.trim() !== '')) {
      return {
        line,
        fault: `The row has ${cells.length} values, but the header names ${columns.length} columns.`,
      };
    }
    if (cells.length < columns.length) {
      if (mayBeCutOff && !this.#ragged && this.#rows > 1)
        return { line, fault: 'The file ends in the middle of this row: it was cut off.' };
      this.#ragged = true;
    }
    const values = new Map<string, string[]>();
    for (const [index, column] of columns.entries()) {
      const cell = cells[index]?.trim() ?? '';
      if (cell === '' || column === '') continue;
      const others = values.get(column);
      if (others === undefined) values.set(column, [cell]);
      else others.push(cell);
    }
    return { line, cells: new Cells(values, this.#use) };
  }
}

/** A row without some of its columns goes on below it, and what is below may be the rest of its value. */
const ENDLESS = `A quoted value begins in this row, and is not closed within ${MAX_QUOTED_LENGTH} characters.`;

interface JoinedRow {
  readonly cells: readonly string[];
  /** Lines that it spans. */
  readonly taken: number;
  /** Whether its quoted value is unfinished where the lines end, or is longer than a value may be. */
  readonly state: 'whole' | 'unfinished' | 'endless';
  /** Whether a quote that is not closed was read as a character. */
  readonly isOpen: boolean;
}

/** The row that begins at a line, joined with the lines that its quoted values span. */
function joinRow(lines: readonly NumberedLine[], start: number, { delimiter, columns }: Header): JoinedRow {
  const [first = ''] = lines.slice(start, start + 1).map(({ text }) => text);
  const whole = (cells: readonly string[], taken = 1): JoinedRow => ({
    cells,
    taken,
    state: 'whole',
    isOpen: false,
  });
  if (!first.includes('"')) return whole(first.split(delimiter));
  const alone = parseRows(first, delimiter);
  if (typeof alone !== 'string') return whole(alone[0] ?? []);
  const asCharacters = { ...whole(first.split(delimiter)), isOpen: true };
  if (alone === 'broken') return asCharacters;
  let text = first;
  let quotes = quotesIn(first);
  for (let taken = 2; ; taken += 1) {
    const next = lines[start + taken - 1];
    if (next === undefined) return { ...asCharacters, state: 'unfinished' };
    text += `\n${next.text}`;
    if (text.length > MAX_QUOTED_LENGTH) return { ...asCharacters, state: 'endless' };
    quotes += quotesIn(next.text);
    // Doubled quotes or not, a value is open as long as their number is odd, and to parse it each time takes long.
    if (quotes % 2 === 1) continue;
    const parsed = parseRows(text, delimiter);
    if (typeof parsed === 'string') return asCharacters;
    const [cells = []] = parsed;
    const areLikelyRows =
      taken >= LIKELY_ROWS &&
      lines.slice(start, start + taken).every((line) => line.text.split(delimiter).length === columns.length);
    return areLikelyRows || (cells.length > columns.length && asCharacters.cells.length === columns.length)
      ? asCharacters
      : whole(cells, taken);
  }
}

/**
 * From this number on, lines with as many delimiters each as a row has are rows, though a quote of the first is closed in
 * the last: inches, for one.
 */
const LIKELY_ROWS = 3;

const quotesIn = (text: string): number => text.split('"').length - 1;

/** Errors of quotes that are ordinary characters: inside a value, or behind one that they do not enclose. */
const STRAY_QUOTES: ReadonlySet<string> = new Set([
  'CSV_INVALID_CLOSING_QUOTE',
  'CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE',
  'INVALID_OPENING_QUOTE',
]);

/** The rows of a text; "open" when its last quote is not closed, "broken" when a quote doesn't enclose a value. */
function parseRows(text: string, delimiter: Delimiter, relaxed = false): string[][] | 'open' | 'broken' {
  try {
    return parse(text, {
      delimiter,
      relax_quotes: relaxed,
      // Some write spaces between a comma and a quote.
      trim: !relaxed,
      record_delimiter: '\n',
      relax_column_count: true,
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    if (error.code === 'CSV_QUOTE_NOT_CLOSED') return relaxed ? 'broken' : 'open';
    if (!STRAY_QUOTES.has(error.code)) throw error;
    // Within one line, a quote in the middle of a value does no harm to the others: `12" pipe,"a, b"`.
    return relaxed || text.includes('\n') ? 'broken' : parseRows(text, delimiter, true);
  }
}
