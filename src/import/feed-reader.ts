import { open } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { RequestError } from '../errors.js';
import { errorMessage } from '../platform/operator-error.js';
import { MAX_LINE_BYTES, readLines, type Line } from '../platform/lines.js';

/** Lines passed to the parser at once, because starting it costs as much as several rows. */
const LINES_AT_ONCE = 128;
/** A quoted value may contain line ends; beyond this many lines, its opening quote was a stray one. */
const MAX_LINES_PER_ROW = 200;
/** Enough of a file to detect its format. */
const SNIFF_BYTES = 4096;

/** A row of a table: its cells by column name, or why it can't be read. */
type TableRow =
  | { readonly line: number; readonly cells: ReadonlyMap<string, string> }
  | { readonly line: number; readonly fault: string };

/** The expected format of a table, and its name in messages. */
export interface TableShape {
  readonly required: readonly string[];
  readonly noun: string;
}

const bad = (message: string, cause?: unknown): RequestError =>
  new RequestError('BAD_USER_INPUT', message, { cause });

/**
 * Streams the rows of a tab-separated table with a header (or comma-separated, when the header has commas and no
 * tab). Column names are compared in lowercase, with underscores for spaces. Values may be quoted; a quote that is
 * not closed is treated as an ordinary character, so that it can't swallow the rows after it.
 *
 * @throws RequestError BAD_USER_INPUT the file can't be read, is not such a table, or lacks required columns
 */
export async function* readTable(
  path: string,
  shape: TableShape,
  signal?: AbortSignal,
): AsyncGenerator<TableRow> {
  await assertText(path, shape.noun);
  const lines = readLines(path, signal);
  const header = await readHeader(path, shape, lines);
  let waiting: { number: number; text: string }[] = [];
  for await (const line of lines) {
    if ('fault' in line) {
      yield* records(waiting, header, true).rows;
      waiting = [];
      yield { line: line.number, fault: line.fault };
    } else if (line.text.trim() !== '' || waiting.length > 0) {
      waiting.push(line);
      if (waiting.length >= LINES_AT_ONCE) {
        const { rows, rest } = records(waiting, header, false);
        yield* rows;
        waiting = rest;
      }
    }
  }
  yield* records(waiting, header, true).rows;
}

interface Header {
  readonly delimiter: '\t' | ',';
  readonly columns: readonly string[];
}

async function assertText(path: string, noun: string): Promise<void> {
  let start: Buffer;
  try {
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
      start = buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw bad(`The ${noun} ${path} cannot be read: ${errorMessage(cause)}.`, cause);
  }
  const advice = `A ${noun} is a UTF-8 text file of tab-separated values with the column names in its first line.`;
  if (start.length === 0) throw bad(`${path} is empty. ${advice}`);
  if (start[0] === 0x1f && start[1] === 0x8b)
    throw bad(`${path} is compressed: unpack it first, for example with gunzip.`);
  if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff)) {
    throw bad(`${path} is in UTF-16: save it as UTF-8.`);
  }
  if (start.includes(0)) throw bad(`${path} is not a text file. ${advice}`);
  const first = start
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()[0];
  if (first === '{' || first === '[') throw bad(`${path} looks like JSON. ${advice}`);
  if (first === '<') throw bad(`${path} looks like XML. ${advice}`);
}

async function readHeader(
  path: string,
  { required, noun }: TableShape,
  lines: AsyncGenerator<Line>,
): Promise<Header> {
  for (;;) {
    const next = await lines.next();
    if (next.done === true) throw bad(`${path} has no line with column names.`);
    const line = next.value;
    if ('fault' in line) throw bad(`${path} is not a ${noun}: line ${line.number}: ${line.fault}`);
    if (line.text.trim() === '') continue;
    const delimiter = !line.text.includes('\t') && line.text.includes(',') ? ',' : '\t';
    const columns = (parseLines(line.text, delimiter)?.[0] ?? line.text.split(delimiter)).map(columnName);
    const missing = required.filter((column) => !columns.includes(column));
    if (missing.length > 0) {
      throw bad(
        `${path} is not a ${noun}: its first line lacks the column${missing.length > 1 ? 's' : ''} ${missing.join(', ')}.`,
      );
    }
    const twice = columns.find((column, index) => column !== '' && columns.indexOf(column) !== index);
    if (twice !== undefined) throw bad(`${path} has the column ${twice} twice: remove one of them.`);
    return { delimiter, columns };
  }
}

const columnName = (text: string): string => text.trim().toLowerCase().replace(/\s+/g, '_');

/** Parses a text that consists of whole rows; null when a quote in it is not closed. */
function parseLines(text: string, delimiter: string, quote: '"' | null = '"'): string[][] | null {
  try {
    return parse(text, {
      delimiter,
      quote,
      record_delimiter: '\n',
      relax_quotes: true,
      relax_column_count: true,
    });
  } catch (error) {
    if (error instanceof Object && 'code' in error && error.code === 'CSV_QUOTE_NOT_CLOSED') return null;
    throw error;
  }
}

/** The rows in some lines; unless these are the last lines, keeps rows that may continue on the next lines. */
function records(
  lines: readonly { number: number; text: string }[],
  header: Header,
  last: boolean,
): { rows: TableRow[]; rest: { number: number; text: string }[] } {
  const full = lines.filter(({ text }) => text.trim() !== '');
  const together = parseLines(full.map(({ text }) => text).join('\n'), header.delimiter);
  if (together?.length === full.length) {
    return { rows: together.map((cells, index) => toRow(full[index]?.number ?? 0, cells, header)), rest: [] };
  }
  const rows: TableRow[] = [];
  for (let start = 0; start < lines.length;) {
    const first = lines[start];
    if (first === undefined) break;
    const row = joinRow(lines, start, header);
    if (row === 'unfinished' && !last) return { rows, rest: lines.slice(start) };
    const { cells, taken } =
      row === 'unfinished' || row === 'stray quote'
        ? { cells: parseLines(first.text, header.delimiter, null)?.[0] ?? [], taken: 1 }
        : row;
    if (first.text.trim() !== '') rows.push(toRow(first.number, cells, header));
    start += taken;
  }
  return { rows, rest: [] };
}

/** The row that begins at a line, joined with the lines that its quoted values span. */
function joinRow(
  lines: readonly { text: string }[],
  start: number,
  { delimiter, columns }: Header,
): { cells: string[]; taken: number } | 'unfinished' | 'stray quote' {
  let text = '';
  for (let taken = 1; taken <= MAX_LINES_PER_ROW; taken += 1) {
    const next = lines[start + taken - 1];
    if (next === undefined) return 'unfinished';
    // A line that is a complete row is not part of a value.
    if (taken > 1 && next.text.split(delimiter).length === columns.length) return 'stray quote';
    text = taken === 1 ? next.text : `${text}\n${next.text}`;
    if (text.length > MAX_LINE_BYTES) return 'stray quote';
    const parsed = parseLines(text, delimiter);
    if (parsed !== null) return { cells: parsed[0] ?? [], taken };
  }
  return 'stray quote';
}

function toRow(line: number, cells: readonly string[], { columns }: Header): TableRow {
  if (cells.slice(columns.length).some((cell) => cell.trim() !== '')) {
    return {
      line,
      fault: `The row has ${cells.length} values, but the header names ${columns.length} columns.`,
    };
  }
  const named = columns.flatMap((column, index): [string, string][] => {
    const cell = cells[index]?.trim() ?? '';
    return cell === '' || column === '' ? [] : [[column, cell]];
  });
  return { line, cells: new Map(named) };
}
