import { signal } from '@preact/signals';
import { reloadForUpgrade } from '../reload.js';
import { recall, remember } from '../storage.js';
import { en, type Texts } from './en.js';

/** The languages of the page, by their own names. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = 'vitrine.language';
const isLanguage = (text: string): text is Language => text in LANGUAGES;

export const language = signal<Language>('en');
/** The texts of the chosen language. */
export const t = signal<Texts>(en);

const wished = (): Language =>
  [recall(KEY) ?? '', ...navigator.languages].map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en';

async function use(chosen: Language): Promise<void> {
  t.value = chosen === 'de' ? (await import('./de.js')).de : en;
  language.value = chosen;
  document.documentElement.lang = chosen;
}

/** To be awaited before anything is shown, so that no text changes under the eye. */
export const useWishedLanguage = (): Promise<void> => use(wished());

export function chooseLanguage(chosen: Language): void {
  remember(KEY, chosen);
  use(chosen).catch(reloadForUpgrade);
}

const formats = new Map<string, Intl.NumberFormat>();

/** A format is made once for each language: that takes longer than to format a hundred numbers. */
function formatOf(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${language.value} ${JSON.stringify(options)}`;
  const format = formats.get(key) ?? new Intl.NumberFormat(language.value, options);
  formats.set(key, format);
  return format;
}

export function money(amount: string, currencyCode: string): string {
  const value = Number(amount);
  return formatOf({
    style: 'currency',
    currency: currencyCode,
    ...(Number.isInteger(value) ? { minimumFractionDigits: 0, maximumFractionDigits: 0 } : {}),
  }).format(value);
}

export const number = (value: number, digits = 0): string =>
  formatOf({ maximumFractionDigits: digits }).format(value);

/** Words as a list: "red, blue, and green". */
export const joined = (words: readonly string[], type: 'conjunction' | 'disjunction'): string =>
  new Intl.ListFormat(language.value, { type }).format(words);

/** From the largest, in seconds. */
const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** How long something takes, in words: "10 minutes". In the largest unit that says it exactly. */
export function duration(seconds: number): string {
  const [unit, length] = UNITS.find((one) => seconds % one[1] === 0) ?? ['second', 1];
  return formatOf({ style: 'unit', unit, unitDisplay: 'long' }).format(seconds / length);
}

/** A day and time, from milliseconds since 1970. */
export const moment = (at: number): string =>
  new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle: 'short' }).format(at);

/** A time of day, from milliseconds since 1970. */
export const timeOf = (at: number): string =>
  new Intl.DateTimeFormat(language.value, { timeStyle: 'short' }).format(at);

/**
 * What the catalog calls a value, in the language of the page where that knows it: "schwarz/weiß" of "black/white". The
 * gateway translates the texts of products alone.
 */
export const translated = (name: string): string =>
  name
    .split('/')
    .map((part) => wordOf(part.toLowerCase()) ?? part)
    .join('/');

/** Not what all objects have: "constructor" is no color. */
const wordOf = (name: string): string | undefined =>
  Object.hasOwn(t.value.words, name) ? t.value.words[name] : undefined;

/** A handle or a value of the catalog as words: "maxi dresses" of "dresses/maxi-dresses", "t-shirts" of "tops/t-shirts". */
export const word = (value: string): string =>
  translated(value.slice(value.lastIndexOf('/') + 1).replace(/(?<=[^-]{2})-/g, ' '));
