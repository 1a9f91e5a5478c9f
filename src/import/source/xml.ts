import { Parser } from 'htmlparser2';
import { RequestError } from '../../errors.js';
import { Cells, renamed, type FeedRecord, type ReadOptions } from './cells.js';
import { readUtf8, type TextFile } from './encoding.js';

/** The elements that describe a product: RSS and Google (`item`), Atom (`entry`), Meta's listings, and plain XML. */
const ITEMS: ReadonlySet<string> = new Set(['item', 'entry', 'listing', 'product']);
/** An item has a few kilobytes. A longer one means a broken file and must not be kept in memory. */
const MAX_ITEM_LENGTH = 1024 * 1024;
const LINE_END = '\n';

interface Element {
  readonly name: string;
  readonly prefixed: boolean;
  text: string;
  /** The texts of the elements in it. */
  readonly parts: string[];
}

/**
 * Streams the items of an XML feed: RSS 2.0, Atom, and others whose products are elements of a list. A value is the
 * text of an element, without its namespace; `g:title` comes before `title`. The values of an element with elements
 * in it are joined by colons, as Google writes them in tables: `Fit:Sleeve length:long`. A bare `&`, which is not
 * well-formed, is an ordinary character.
 *
 * @throws RequestError BAD_USER_INPUT the file has no items
 */
export async function* readXml(file: TextFile, options: ReadOptions): AsyncGenerator<FeedRecord> {
  const items = new ItemReader(options);
  const decoder = new TextDecoder();
  for await (const bytes of readUtf8(file, options.signal)) {
    items.write(decoder.decode(bytes, { stream: true }));
    yield* items.take();
  }
  items.end();
  yield* items.take();
  if (items.count === 0)
    throw new RequestError(
      'BAD_USER_INPUT',
      `${file.path} has no products: an XML feed lists them as <item> (RSS), <entry> (Atom), or <product>.`,
    );
}

class ItemReader {
  count = 0;
  #ready: FeedRecord[] = [];
  #item: { line: number; length: number; broken: string | null; values: Map<string, Values> } | null = null;
  #depth = 0;
  /** Elements within the item. */
  #open: Element[] = [];
  #line = 1;
  /** Where the piece of the file begins that is parsed, and how far its lines are counted. */
  #base = 0;
  #counted = 0;
  #piece = '';
  /** The last character before it. */
  #before = '';
  #ended = false;
  readonly #options: ReadOptions;
  readonly #parser: Parser;

  constructor(options: ReadOptions) {
    this.#options = options;
    this.#parser = new Parser(
      {
        onopentag: (name, attributes) => this.#opened(name, attributes),
        ontext: (text) => this.#text(text),
        onclosetag: (name, implied) => this.#closed(name, implied),
      },
      { xmlMode: true },
    );
  }

  write(piece: string): void {
    this.#piece = piece;
    this.#parser.write(piece);
    this.#countTo(this.#base + piece.length);
    this.#base += piece.length;
    this.#before = piece.at(-1) ?? this.#before;
  }

  end(): void {
    // From here on, elements are closed because the file ends.
    this.#ended = this.#depth > 0;
    const cutOff = this.#ended && this.#item === null;
    this.#parser.end();
    if (cutOff)
      this.#ready.push({ line: this.#line, fault: 'The file ends before its last element: it was cut off.' });
  }

  take(): FeedRecord[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  #countTo(offset: number): void {
    const until = Math.min(offset - this.#base, this.#piece.length);
    const from = Math.max(this.#counted - this.#base, 0);
    for (let at = this.#piece.indexOf(LINE_END, from); at !== -1 && at < until;) {
      this.#line += 1;
      at = this.#piece.indexOf(LINE_END, at + 1);
    }
    this.#counted = Math.max(this.#counted, offset);
  }

  #opened(tag: string, attributes: Readonly<Record<string, string>>): void {
    this.#depth += 1;
    const [local = '', prefix] = tag.toLowerCase().split(':').reverse();
    if (this.#item === null) {
      if (!ITEMS.has(local) || this.#depth === 1) return;
      this.#countTo(this.#parser.startIndex);
      this.#item = { line: this.#line, length: 0, broken: null, values: new Map() };
      for (const [name, value] of Object.entries(attributes))
        if (name === 'id') this.#add('id', false, value);
      return;
    }
    // Atom names pages and pictures in attributes.
    const text = local === 'link' ? (attributes['href'] ?? '') : '';
    const name = renamed(local, this.#options.renames);
    this.#open.push({ name, prefixed: prefix !== undefined, text, parts: [] });
  }

  #text(text: string): void {
    const element = this.#open.at(-1);
    if (this.#item === null || element === undefined) return;
    this.#item.length += text.length;
    if (this.#item.length <= MAX_ITEM_LENGTH) element.text += text;
  }

  #closed(tag: string, implied: boolean): void {
    this.#depth -= 1;
    if (this.#item === null) return;
    const broken = this.#ended
      ? 'The file ends in the middle of this item: it was cut off.'
      : `The element ${tag} is not closed.`;
    if (implied && (this.#ended || !this.#isSelfClosed())) this.#item.broken ??= broken;
    const element = this.#open.pop();
    if (element === undefined) {
      this.#finish();
      return;
    }
    const parts = element.parts.map((part) => part.replaceAll(',', '\\,'));
    const text = parts.length > 0 ? parts.join(':') : element.text.trim();
    if (text === '') return;
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#add(element.name, element.prefixed, text);
    else parent.parts.push(text);
  }

  /** Whether the tag that ends here is like `<link href="…"/>`, which the parser closes by itself as well. */
  #isSelfClosed(): boolean {
    const at = this.#parser.endIndex - 1 - this.#base;
    return (at < 0 ? this.#before : this.#piece[at]) === '/';
  }

  #add(name: string, prefixed: boolean, text: string): void {
    if (name === '') return;
    const values = this.#item?.values.get(name) ?? { prefixed: [], plain: [] };
    values[prefixed ? 'prefixed' : 'plain'].push(text);
    this.#item?.values.set(name, values);
  }

  #finish(): void {
    if (this.#item === null) return;
    const { line, length, broken, values } = this.#item;
    this.#item = null;
    this.count += 1;
    if (broken !== null) this.#ready.push({ line, fault: broken });
    else if (length > MAX_ITEM_LENGTH)
      this.#ready.push({ line, fault: `The item is longer than ${MAX_ITEM_LENGTH} characters.` });
    else {
      const merged = [...values].map(
        ([name, { prefixed, plain }]) => [name, [...prefixed, ...plain]] as const,
      );
      this.#ready.push({ line, cells: new Cells(new Map(merged), this.#options.use) });
    }
  }
}

interface Values {
  readonly prefixed: string[];
  readonly plain: string[];
}
