import { LRUCache } from 'lru-cache';
import type { Queryable } from '../platform/postgres.js';
import { WORD, wordsOf } from './search-text.js';
import { findNearWords } from './search-text.store.js';
import type { TextLanguages } from './text-languages.js';

/** Unknown words of a text that are corrected. Shoppers rarely misspell more, and each one takes up to 0.5 ms. */
const MAX_CORRECTED = 5;
/** Words in memory, each a few hundred bytes. */
const MAX_KEPT = 10_000;
/** How long it may go unnoticed that the words of the catalog have changed. */
const KEPT_MS = 30_000;

interface Looked {
  /** Whether no product contains the word. */
  readonly isUnknown: boolean;
  /** The word to correct it to. */
  readonly near: string | null;
}

/** Corrects typos in texts. It serves all requests, and remembers words: to look one up can take milliseconds. */
export class TextMender {
  readonly #kept = new LRUCache<string, Looked>({ max: MAX_KEPT, ttl: KEPT_MS });

  constructor(private readonly db: Queryable) {}

  /**
   * Replaces the first few words that no text in these languages contains with the closest word that one does, if there is
   * a close enough one. Quotation marks, minus signs, and everything else are unchanged.
   */
  async mend(text: string, languages: TextLanguages): Promise<string> {
    const mended = await this.#corrections(wordsOf(text), languages);
    return text.replace(WORD, (word) => mended.get(word.toLowerCase()) ?? word);
  }

  /** Of the first MAX_CORRECTED unknown words, whatever is remembered: a text must not change between two pages. */
  async #corrections(
    words: readonly string[],
    languages: TextLanguages,
  ): Promise<ReadonlyMap<string, string>> {
    const keyOf = (word: string): string => [word, ...languages.own, '', ...languages.translated].join(' ');
    const known = new Map<string, Looked>();
    for (const word of words) {
      const kept = this.#kept.get(keyOf(word));
      if (kept) known.set(word, kept);
    }
    const others = words.filter((word) => !known.has(word));
    if (others.length > 0) {
      for (const { word, ...looked } of await findNearWords(this.db, others, languages, MAX_CORRECTED)) {
        known.set(word, looked);
        this.#kept.set(keyOf(word), looked);
      }
    }
    const unknown = words.filter((word) => known.get(word)?.isUnknown === true).slice(0, MAX_CORRECTED);
    return new Map(
      unknown.flatMap((word) => {
        const near = known.get(word)?.near ?? null;
        return near === null ? [] : [[word, near] as const];
      }),
    );
  }
}
