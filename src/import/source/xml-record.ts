import { Cells, columnName, renamed, type ReadOptions, type ReadRecord } from './cells.js';

/** An element within an item, with the texts and elements in it. */
export interface Element {
  /** In lowercase, without its namespace, and renamed. */
  readonly name: string;
  readonly prefixed: boolean;
  readonly line: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly parts: (string | Element)[];
}

/** A variant of the product that the element around it describes. */
const VARIANT =
  /^(?:(?:product|item)[_-])?(?:variant|variation|combination|variante|varianta|wariant|modification)$/;
/** A list of variants, whatever they are called: `<sizes><size>`, `<variants><item>`. */
const VARIANTS =
  /^(?:(?:product|item)[_-])?(?:variants|variations|combinations|variantes|varianty|warianty|modifications|sizes|skus)$/;
/** The parts of a value with a name: `<param><param_name>Size</param_name><val>S</val></param>`. */
const PART_NAME = /(?:^|[_-])(?:name|label|title|section)$/;
const PART_VALUE = /(?:^|[_-])(?:value|val|text)$/;
const PART_ID = /(?:^|[_-])id$/;
/** A section and a name; more are no parts of one value. */
const MAX_NAMES = 2;
/** A column of values with names. */
const PARAMETER = /(?:^|[._])(?:param|attr|option|feature|propert|spec|filter|detail|characteristic)\p{L}*$/u;
/** `product_detail` has a section, too. */
const DETAIL = /(?:^|[._])product_detail$/;
/** What an element has one of, in several languages perhaps, so that the element around it is no list. */
const SINGLE =
  /(?:^|[_-])(?:id|name|label|title|desc|description|amount|quantity|value|gross|net|currency|main)$/;
/** Markup of a text that was not escaped, where there is no text beside it. */
const MARKUP: ReadonlySet<string> = new Set(
  'p br div span ul ol li b strong em h1 h2 h3 h4 h5 h6 table article'.split(' '),
);
const OF_SIZES: ReadonlyMap<string, string> = new Map([
  ['id', 'size_id'],
  ['name', 'size'],
]);
const NO_NAMES: ReadonlyMap<string, string> = new Map();
/** Attributes that are the value of an element without a text. */
const VALUE_ATTRIBUTES = ['href', 'url', 'src', 'value'] as const;

/**
 * The columns and the variants of an element. A column is named after an element, and has its text; the attributes
 * of the element itself are columns, too. Of elements within elements, `<param name="Size">S</param>` and its like are
 * "Size:S", lists have several values, and others are columns like `stock.amount`.
 */
export function recordOf(
  element: Element,
  options: ReadOptions,
  /** The name of a category by its number. */
  categoryOf: (id: string) => string | undefined,
): ReadRecord {
  const values = new Map<string, { readonly prefixed: string[]; readonly plain: string[] }>();
  const variants: Element[] = [];
  const add = (column: string, prefixed: boolean, text: string): void => {
    const name = column.includes('.') ? renamed(column, options.renames) : column;
    if (text === '' || name === '') return;
    const known = values.get(name) ?? { prefixed: [], plain: [] };
    known[prefixed ? 'prefixed' : 'plain'].push(name === 'categoryid' ? (categoryOf(text) ?? text) : text);
    values.set(name, known);
  };
  const addLeaf = (column: string, leaf: Element): void => {
    const { prefixed } = leaf;
    const attributes = new Map(valuesOf(leaf.attributes));
    const own = textOf(leaf);
    const text =
      own === '' ? (VALUE_ATTRIBUTES.map((name) => attributes.get(name)).find(Boolean) ?? '') : own;
    const [name = '', currency] = [attributes.get('name'), attributes.get('currency')];
    if (text !== '' && PARAMETER.test(column)) {
      add(column, prefixed, name === '' ? text : `${withoutColons(name)}:${text}`);
      return;
    }
    const isPrice = currency !== undefined && /^[\d.,\s]+$/.test(text);
    add(column, prefixed, isPrice ? `${text} ${currency}` : text);
    if (text !== '' && own === '') return;
    for (const [attribute, value] of attributes)
      if (!isPrice || attribute !== 'currency') add(`${column}.${attribute}`, prefixed, value);
  };
  const visit = (column: string, inner: Element): void => {
    const children = inner.parts.filter((part) => typeof part !== 'string');
    if (children.length === 0) addLeaf(column, inner);
    else if (hasText(inner) || children.some(({ name }) => MARKUP.has(name)))
      add(column, inner.prefixed, markup(inner));
    else if (isNamedValue(children))
      for (const value of namedValues(column, children)) add(column, inner.prefixed, value);
    else {
      const first = children[0]?.name ?? '';
      const isList = !SINGLE.test(first) && children.every(({ name }) => name === first);
      for (const child of children) {
        if (isVariant(child, inner)) variants.push(child);
        else if (child.name !== '') visit(isList ? column : `${column}.${child.name}`, child);
      }
    }
  };
  // `<size id="1" name="S">` is a variant whose size is S; other products have a size 1 as well.
  const ownNames = element.name === 'size' ? OF_SIZES : NO_NAMES;
  for (const [attribute, value] of valuesOf(element.attributes))
    add(renamed(ownNames.get(attribute) ?? attribute, options.renames), false, value);
  for (const part of element.parts) {
    if (typeof part === 'string' || part.name === '') continue;
    if (isVariant(part, element)) variants.push(part);
    else visit(part.name === 'id' ? (ownNames.get('id') ?? 'id') : part.name, part);
  }
  const merged = [...values].map(([name, { prefixed, plain }]) => [name, [...prefixed, ...plain]] as const);
  return {
    line: element.line,
    cells: new Cells(new Map(merged), options.use),
    variants: variants.map((variant) => recordOf(variant, options, categoryOf)),
  };
}

/** The attributes of an element that say something of it, without their namespaces. */
const valuesOf = (attributes: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(attributes)
    .filter(([name]) => !/^(?:xmlns|xml:|xsi:)/i.test(name))
    .map(([name, value]) => [columnName(name.replace(/^.*:/, '')), value.trim()]);

const textOf = ({ parts }: Element): string =>
  parts
    .map((part) => (typeof part === 'string' ? part : textOf(part)))
    .join('')
    .trim();

const markup = ({ parts }: Element): string =>
  parts
    .map((part) => (typeof part === 'string' ? part : `<${part.name}>${markup(part)}</${part.name}>`))
    .join('')
    .trim();

const hasText = ({ parts }: Element): boolean =>
  parts.some((part) => typeof part === 'string' && part.trim() !== '');

const isNamedValue = (children: readonly Element[]): boolean =>
  children.some(({ name }) => PART_NAME.test(name)) && children.some(({ name }) => PART_VALUE.test(name));

/** "Name:Value" for each of the values; with a section before it in product details. Commas separate them in tables. */
function namedValues(column: string, children: readonly Element[]): string[] {
  const textsOf = (pattern: RegExp): string[] =>
    children
      .filter(({ name }) => pattern.test(name))
      .map((child) => textOf(child).replaceAll(',', '\\,'))
      .filter((text) => text !== '');
  const names = textsOf(PART_NAME).slice(0, MAX_NAMES).map(withoutColons);
  const used = DETAIL.test(column) ? names : names.slice(-1);
  return textsOf(PART_VALUE).map((value) => [...used, value].join(':'));
}

/** A colon ends a name. */
const withoutColons = (name: string): string => name.replaceAll(':', ' ').trim();

/** Whether an element is a variant: by its name or that of the list it is in, if it has values of its own. */
function isVariant(element: Element, parent: Element): boolean {
  if (!VARIANT.test(element.name) && !VARIANTS.test(parent.name)) return false;
  const children = element.parts.filter((part) => typeof part !== 'string');
  if (children.length === 0) return Object.keys(element.attributes).length > 1;
  // A name and a value are an option of the product.
  return !(
    isNamedValue(children) &&
    children.every(({ name }) => PART_NAME.test(name) || PART_VALUE.test(name) || PART_ID.test(name))
  );
}
