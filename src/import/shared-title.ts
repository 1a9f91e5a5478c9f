import { fold } from '../graph/text.js';
import type { FeedRow } from './parse-listing.js';

/** Marks between a title and the option values behind it: "Coat – Green – S", "Coat (Green, S)", "Coat | Green". */
const MARKS = '[\\s\\-–—|/,;:·•()\\[\\]]';
const EDGES = new RegExp(`^${MARKS}+|(?:${MARKS}|\\p{Pi}|\\p{Pf})+$`, 'gu');
/** What is left of a title must be at least this part of it, or it says too little of the product. */
const MIN_SHARE = 0.3;

/** The title of an SKU, and the options that it may name. */
type Titled = Pick<FeedRow, 'title' | 'options'>;

/**
 * The title that the SKUs of a product share: the one that they all have, or without the values of their options, or
 * as far as they begin alike. If there is none, that of the first.
 */
export function sharedTitle(rows: readonly [Titled, ...Titled[]]): string {
  const [first] = rows;
  const same = (titles: readonly string[]): string | null => {
    const [one = ''] = titles;
    return one !== '' && titles.every((title) => fold(title) === fold(one)) ? one : null;
  };
  return (
    same(rows.map(({ title }) => title)) ??
    same(rows.map((row) => withoutOptions(row))) ??
    sharedBeginning(rows.map(({ title }) => title)) ??
    first.title
  );
}

/** The title without the values of the SKU's options, where they are words of it. */
function withoutOptions({ title, options }: Titled): string {
  let text = title;
  const values = Object.values(options).sort((one, other) => other.length - one.length);
  for (const value of values) {
    const word = new RegExp(`(?<![\\p{L}\\p{N}])${escape(value)}(?![\\p{L}\\p{N}])`, 'iu');
    const at = text.search(word);
    if (at === -1) continue;
    const before = text.slice(0, at).replace(EDGES, '');
    const after = text.slice(at).replace(word, '').replace(EDGES, '');
    text = [before, after].filter((part) => part !== '').join(' ');
  }
  return text.replace(EDGES, '').trim();
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function sharedBeginning(titles: readonly string[]): string | null {
  const [first = [], ...others] = titles.map((title) => title.split(/(?<=\s)/));
  let length = 0;
  while (length < first.length && others.every((words) => words[length]?.trim() === first[length]?.trim()))
    length += 1;
  const shared = first.slice(0, length).join('').replace(EDGES, '').trim();
  const shortest = Math.min(...titles.map((title) => title.length));
  return shared.length >= MIN_SHARE * shortest && /\p{L}/u.test(shared) ? shared : null;
}

/** The address that the SKUs of a product share: without the parameters in which they differ. */
export function sharedUrl(urls: readonly (string | null)[]): string | null {
  const [first = null, ...others] = urls.filter((url) => url !== null);
  if (first === null || others.every((url) => url === first)) return first;
  const parsed = [first, ...others].map((url) => new URL(url));
  const [one, ...more] = parsed;
  if (
    one === undefined ||
    more.some(({ origin, pathname }) => origin + pathname !== one.origin + one.pathname)
  )
    return first;
  for (const name of [...one.searchParams.keys()]) {
    if (more.some(({ searchParams }) => searchParams.get(name) !== one.searchParams.get(name)))
      one.searchParams.delete(name);
  }
  one.hash = '';
  return one.href;
}

/** Values that tell SKUs apart if their options do not, the most telling first. */
const TRAITS = ['material', 'pattern', 'size_type', 'size_system', 'gender', 'age_group', 'condition'];

/**
 * The options of the SKUs of a product, so that no two are the same where the feed says more of them: attributes in
 * which they differ become options, and after them the part of their titles in which they differ.
 */
export function distinctOptions(
  rows: readonly FeedRow[],
  title: string,
): readonly Readonly<Record<string, string>>[] {
  let options: Record<string, string>[] = rows.map((row) => row.options);
  if (areDistinct(options)) return options;
  const valuesOf = rows.map((row) => attributeValues(row.attributes));
  const names = new Set([...TRAITS, ...valuesOf.flatMap((values) => [...values.keys()])]);
  names.delete('tag');
  for (const name of names) {
    const values = valuesOf.map((of) => of.get(name));
    if (new Set(values).size < 2 || options.some((option) => name in option)) continue;
    options = options.map((option, index) => {
      const value = values[index];
      return value === undefined ? option : { ...option, [name.replaceAll('_', ' ')]: value };
    });
    if (areDistinct(options)) return options;
  }
  const rests = rows.map((row) => row.title.slice(title.length).replace(EDGES, '').trim());
  if (rows.every((row) => row.title.startsWith(title)) && new Set(rests).size > 1) {
    options = options.map((option, index) => {
      const rest = rests[index] ?? '';
      return rest === '' ? option : { ...option, variant: rest };
    });
  }
  return options;
}

const areDistinct = (options: readonly Readonly<Record<string, string>>[]): boolean =>
  new Set(options.map((option) => fold(JSON.stringify(Object.entries(option).sort())))).size ===
  options.length;

function attributeValues(attributes: FeedRow['attributes']): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of attributes) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before}/${value}`);
  }
  return values;
}
