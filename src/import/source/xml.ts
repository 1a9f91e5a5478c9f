import { Parser } from 'htmlparser2';
import { MAX_CATEGORY_LEVELS } from '../../catalog/write/product-fields.js';
import { RequestError } from '../../errors.js';
import { renamed, type FeedRecord, type ReadOptions } from './cells.js';
import { readUtf8, type TextFile } from './encoding.js';
import { recordOf, type Element } from './xml-record.js';

/**
 * The elements that describe a product: RSS and Google (`item`), Atom (`entry`), Meta's listings, Heureka and Shoptet
 * (`shopitem`), Yandex Market (`offer`), Ceneo (`o`), and plain XML.
 */
const ITEMS: ReadonlySet<string> = new Set([
  ...'item entry listing product offer shopitem o'.split(' '),
  ...'produkt artikel article produit producto produto prodotto urun'.split(' '),
]);
/**
 * An item has a few kilobytes, or a few megabytes with 2,000 variants. A longer one means a broken file and must not be
 * kept in memory.
 */
const MAX_ITEM_LENGTH = 4 * 1024 * 1024;
/** What an element takes at least, in the length of an item. */
const ELEMENT_LENGTH = 64;
/** Elements further down say nothing of a product. */
const MAX_DEPTH = 12;
/**
 * Elements that are open at a time. Those of a feed are a dozen levels deep, and a description whose markup is not closed adds
 * as many as it has elements. With millions, the parser takes hours to look among them for those that are closed.
 */
const MAX_OPEN = 2_000;
/** Attributes of an element. A product that is written as attributes has dozens. */
const MAX_ATTRIBUTES = 10_000;
/** The length of a start tag: all of it is in memory until it ends, and one whose quote is not closed ends far away. */
const MAX_TAG_LENGTH = 1024 * 1024;
/** Google's taxonomy has 5,600 categories; more are a broken file. */
const MAX_CATEGORIES = 50_000;
/** A longer name of a category is a text. */
const MAX_CATEGORY_NAME = 255;
/** One more than a category may have, so that a path with more is refused. */
const MAX_LEVELS = MAX_CATEGORY_LEVELS + 1;
/** `offer-id` is that of another element. */
const ID = /^\w*(?:id|sku|code)$/i;
/** Names of other elements that are counted to say what the file has instead of items. */
const MAX_NAMES = 100;
const LINE_END = '\n';

/**
 * Streams the items of an XML feed: RSS 2.0, Atom, and others whose products are elements of a list. A value is the
 * text of an element, without its namespace; `g:title` comes before `title`. A product's variants may be elements in
 * it. The number of a category is replaced by its path if the file lists its categories before its products. A bare
 * `&`, which is not well-formed, is an ordinary character.
 *
 * @throws RequestError BAD_USER_INPUT the file has no items, far too many levels, or far too many attributes
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
  if (items.count === 0) {
    const name = items.likelyItem();
    throw new RequestError(
      'BAD_USER_INPUT',
      `${file.path} has no products: an XML feed lists them as <item> (RSS), <entry> (Atom), <product>, <offer>, or ` +
        '<SHOPITEM>. If yours are other elements, name them with --columns' +
        (name === null ? '' : `, for example { ${JSON.stringify(name)}: "item" }`) +
        ' (docs/import.md).',
    );
  }
}

class ItemReader {
  count = 0;
  /** Of the first item. */
  #name: string | null = null;
  #ready: FeedRecord[] = [];
  #item: { element: Element; length: number; broken: string | null } | null = null;
  #depth = 0;
  /** Where the start tag begins that is read, in the file; none is: Infinity. */
  #tagStart = Infinity;
  #tagLine = 1;
  /** Of that tag, so far. */
  #attributes = 0;
  /** The item and the elements in it that are open and kept. */
  #open: Element[] = [];
  /** Open elements in the item that are not kept. */
  #dropped = 0;
  /** The list of categories, by id. */
  readonly #categories = new Map<string, { name: string; readonly parent: string | undefined }>();
  /** By id, of those that items have had. */
  readonly #paths = new Map<string, string>();
  #category: string | null = null;
  /** Open elements outside of items. */
  readonly #outside: { readonly name: string; isCounted: boolean }[] = [];
  /** Those with elements in them: how many there are, and how deep the first is. */
  readonly #names = new Map<string, { times: number; readonly depth: number }>();
  #line = 1;
  /** Where the piece of the file begins that is parsed, and where its next line ends. */
  #base = 0;
  #piece = '';
  #lineEnd = Infinity;
  /** The last character before it. */
  #before = '';
  #ended = false;
  readonly #options: ReadOptions;
  readonly #parser: Parser;

  constructor(options: ReadOptions) {
    this.#options = options;
    this.#parser = new Parser(
      {
        onopentagname: () => this.#begun(),
        onattribute: () => this.#attribute(),
        onopentag: (name, attributes) => this.#opened(name, attributes),
        ontext: (text) => this.#text(text),
        onclosetag: (name, implied) => this.#closed(name, implied),
      },
      { xmlMode: true },
    );
  }

  write(piece: string): void {
    this.#piece = piece;
    this.#lineEnd = this.#nextLineEnd(0);
    this.#parser.write(piece);
    this.#countTo(this.#base + piece.length);
    this.#base += piece.length;
    this.#checkTag(this.#base);
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

  /** The name of the topmost elements that may be products: there are several, with elements in them; null: none. */
  likelyItem(): string | null {
    const repeated = [...this.#names].filter(([, { times }]) => times > 1);
    const [first] = repeated.sort(([, one], [, other]) => one.depth - other.depth || other.times - one.times);
    return first?.[0] ?? null;
  }

  #nextLineEnd(from: number): number {
    const at = this.#piece.indexOf(LINE_END, from);
    return at === -1 ? Infinity : this.#base + at;
  }

  #countTo(offset: number): void {
    while (this.#lineEnd < offset) {
      this.#line += 1;
      this.#lineEnd = this.#nextLineEnd(this.#lineEnd - this.#base + 1);
    }
  }

  #begun(): void {
    this.#tagStart = this.#parser.startIndex;
    this.#countTo(this.#tagStart);
    this.#tagLine = this.#line;
    this.#attributes = 0;
  }

  #attribute(): void {
    this.#attributes += 1;
    this.#checkTag(this.#parser.endIndex);
  }

  /** The parser has read up to here. */
  #checkTag(end: number): void {
    if (this.#attributes > MAX_ATTRIBUTES)
      throw this.#refusal(`an element has more than ${MAX_ATTRIBUTES} attributes`, 'use elements instead');
    if (end - this.#tagStart > MAX_TAG_LENGTH)
      throw this.#refusal(`a tag is longer than ${MAX_TAG_LENGTH} characters`, 'close its quotes');
  }

  #refusal(what: string, remedy: string): RequestError {
    const message = `On line ${this.#tagLine}, ${what}: get the file again, or ${remedy}.`;
    return new RequestError('BAD_USER_INPUT', message);
  }

  #opened(tag: string, attributes: Readonly<Record<string, string>>): void {
    this.#tagStart = Infinity;
    this.#depth += 1;
    if (this.#depth > MAX_OPEN)
      throw this.#refusal(`more than ${MAX_OPEN} elements are open`, 'close its elements');
    const [local = '', prefix] = tag.split(':').reverse();
    const name = renamed(local, this.#options.renames);
    if (this.#item === null && (!ITEMS.has(name) || this.#depth === 1)) {
      this.#openedOutside(name, attributes);
      return;
    }
    const element = { name, prefixed: prefix !== undefined, line: this.#tagLine, attributes, parts: [] };
    if (this.#item === null) {
      this.#item = { element, length: 0, broken: null };
      this.#open = [element];
      return;
    }
    this.#item.length += ELEMENT_LENGTH;
    for (const [key, value] of Object.entries(attributes)) this.#item.length += key.length + value.length;
    if (this.#dropped > 0 || this.#open.length >= MAX_DEPTH || this.#item.length > MAX_ITEM_LENGTH) {
      this.#dropped += 1;
      return;
    }
    this.#open.at(-1)?.parts.push(element);
    this.#open.push(element);
  }

  #openedOutside(name: string, { id, parentId, parentid }: Readonly<Record<string, string>>): void {
    if (name === 'category' && id !== undefined && this.#categories.size < MAX_CATEGORIES) {
      this.#category = id;
      this.#categories.set(id, { name: '', parent: parentId ?? parentid });
    }
    const parent = this.#outside.at(-1);
    if (parent !== undefined && !parent.isCounted && this.#outside.length > 1) {
      parent.isCounted = true;
      const known = this.#names.get(parent.name);
      if (known !== undefined) known.times += 1;
      else if (this.#names.size < MAX_NAMES)
        this.#names.set(parent.name, { times: 1, depth: this.#outside.length });
    }
    if (this.#depth <= MAX_DEPTH) this.#outside.push({ name, isCounted: false });
  }

  #text(text: string): void {
    if (this.#item === null) {
      const category = this.#category === null ? undefined : this.#categories.get(this.#category);
      if (category !== undefined) category.name = (category.name + text).slice(0, MAX_CATEGORY_NAME);
      return;
    }
    this.#item.length += text.length;
    if (this.#item.length <= MAX_ITEM_LENGTH && this.#dropped === 0) this.#open.at(-1)?.parts.push(text);
  }

  #closed(tag: string, implied: boolean): void {
    this.#depth -= 1;
    this.#category = null;
    if (this.#item === null) {
      if (this.#outside.length > this.#depth) this.#outside.pop();
      return;
    }
    const broken = this.#ended
      ? 'The file ends in the middle of this item: it was cut off.'
      : `The element ${tag} is not closed.`;
    if (implied && (this.#ended || !this.#isSelfClosed())) this.#item.broken ??= broken;
    if (this.#dropped > 0) this.#dropped -= 1;
    else this.#open.pop();
    if (this.#open.length === 0) this.#finish();
  }

  /** Whether the tag that ends here is like `<link href="…"/>`, which the parser closes by itself as well. */
  #isSelfClosed(): boolean {
    const at = this.#parser.endIndex - 1 - this.#base;
    return (at < 0 ? this.#before : this.#piece[at]) === '/';
  }

  #finish(): void {
    if (this.#item === null) return;
    const { element, length, broken } = this.#item;
    const { line } = element;
    this.#item = null;
    // A text named like an item, such as the title <PRODUCT> of Heureka, is none.
    const hasValues =
      Object.keys(element.attributes).length > 0 || element.parts.some((part) => typeof part !== 'string');
    if (!hasValues && broken === null) return;
    this.#name ??= element.name;
    // YML ends with promotions: <product offer-id="1"/>.
    if (broken === null && element.name !== this.#name && !hasId(element)) return;
    this.count += 1;
    if (broken !== null) this.#ready.push({ line, fault: broken });
    else if (length > MAX_ITEM_LENGTH)
      this.#ready.push({ line, fault: `The item is longer than ${MAX_ITEM_LENGTH} characters.` });
    else this.#ready.push(recordOf(element, this.#options, (id) => this.#pathOf(id)));
  }

  /** The path of a category in the file's list, as far up as anyone reads it; undefined: it is not listed. */
  #pathOf(id: string): string | undefined {
    const known = this.#paths.get(id);
    if (known !== undefined) return known;
    // Parents may be each other's.
    const path = new Set<{ readonly name: string; readonly parent: string | undefined }>();
    let category = this.#categories.get(id);
    while (category !== undefined && !path.has(category) && path.size < MAX_LEVELS) {
      path.add(category);
      category = category.parent === undefined ? undefined : this.#categories.get(category.parent);
    }
    if (path.size === 0) return undefined;
    const names = [...path].map(({ name }) => name.trim()).reverse();
    const text = names.join(' > ');
    this.#paths.set(id, text);
    return text;
  }
}

/** Whether an element has an id of its own, as an attribute or an element. */
const hasId = ({ attributes, parts }: Element): boolean =>
  [...Object.keys(attributes), ...parts.map((part) => (typeof part === 'string' ? '' : part.name))].some(
    (name) => ID.test(name),
  );
