import { RequestError } from '../../errors.js';
import { ColumnUse, type FeedRecord, type ReadRecord, type Renames } from './cells.js';
import { openText, type TextFile } from './encoding.js';
import { readJsonLines } from './json-lines.js';
import { openTable } from './table.js';
import { readXml } from './xml.js';

/** Records that are read in advance to learn the columns of a file without a header. */
const SAMPLED = 50;

const NOUN = 'product feed';

/** A product feed as its syntax has it, before anyone asks what its columns mean. */
export interface FeedSource {
  /** For example "TSV" or "RSS 2.0". */
  readonly syntax: string;
  /** As iconv-lite names it. */
  readonly encoding: string;
  /** The columns of the header, or of the first records. */
  readonly columns: ReadonlySet<string>;
  readonly use: ColumnUse;
  /** About how many records there are; null when only reading them tells. */
  readonly records: number | null;
  /** The records, from the first. */
  read(): AsyncGenerator<FeedRecord>;
}

/**
 * Opens a product feed: a table, XML, or JSON Lines, in any common encoding.
 *
 * @throws RequestError BAD_USER_INPUT it can't be read, or is none of these
 */
export async function openSource(path: string, renames: Renames, signal?: AbortSignal): Promise<FeedSource> {
  const file = await openText(path, NOUN, signal);
  const use = new ColumnUse();
  const first = file.start.replace(/^\uFEFF/, '').trimStart()[0];
  if (first === '[') {
    throw oneDocument(path, 'one JSON array', '.[]');
  }
  // Each line of JSON Lines is a whole object.
  if (/^\s*\{\s*[\r\n]/.test(file.start)) throw oneDocument(path, 'one JSON object', '.products[]');
  if (first === '<' || first === '{') {
    const source = await openRecords(file, first, use, renames, signal);
    const list = [...source.columns]
      .map((column) => LISTED.exec(column)?.[1])
      .find((name) => name !== undefined);
    if (list === undefined || source.columns.has('id') || source.columns.has('item_id')) return source;
    throw oneDocument(path, `one JSON object with the list "${list}"`, `.${list}[]`);
  }
  const options = { noun: NOUN, renames, signal };
  const { columns, delimiter } = await openTable(file, { ...options, use: new ColumnUse() });
  return {
    syntax: delimiter === '\t' ? 'TSV' : 'CSV',
    encoding: file.encoding,
    columns: new Set(columns.filter((column) => column !== '')),
    use,
    records: file.lines - 1,
    async *read() {
      use.restart();
      yield* (await openTable(file, { ...options, use })).rows;
    },
  };
}

/** A column of the first object in a list. */
const LISTED = /^(\w+)\[0\]\.(?:item_)?id$/;

const oneDocument = (path: string, what: string, filter: string): RequestError =>
  new RequestError(
    'BAD_USER_INPUT',
    `${path} is ${what}: write one product per line, for example with jq -c '${filter}'.`,
  );

async function openRecords(
  file: TextFile,
  first: '<' | '{',
  use: ColumnUse,
  renames: Renames,
  signal: AbortSignal | undefined,
): Promise<FeedSource> {
  const read = first === '<' ? readXml : readJsonLines;
  const columns = new Set<string>();
  let sampled = 0;
  for await (const record of read(file, { use: new ColumnUse(), renames, signal })) {
    if ('cells' in record) addColumns(columns, record);
    sampled += 1;
    if (sampled >= SAMPLED) break;
  }
  return {
    syntax: first === '{' ? 'JSON Lines' : xmlSyntax(file.start),
    encoding: file.encoding,
    columns,
    use,
    records: first === '{' ? file.lines : null,
    read() {
      use.restart();
      return read(file, { use, renames, signal });
    },
  };
}

function addColumns(columns: Set<string>, { cells, variants = [] }: ReadRecord): void {
  for (const column of cells.columns()) columns.add(column);
  for (const variant of variants) addColumns(columns, variant);
}

function xmlSyntax(start: string): string {
  if (/<rss\b/i.test(start)) return 'RSS 2.0';
  return /<feed\b[^>]*\bAtom\b/i.test(start) ? 'Atom' : 'XML';
}
