import type { ClientBase } from 'pg';
import { RequestError } from '../../errors.js';
import { usedLanguages } from '../used-languages.store.js';

/** Every search looks into the own texts of all products, and takes longer with each language that they are in. */
const MAX_OWN_LANGUAGES = 20;
/** More than shops translate into. Every gateway keeps the list. */
const MAX_TRANSLATED_LANGUAGES = 50;

/** The languages of texts that will be written. */
export interface WrittenLanguages {
  /** Of products' own texts. */
  readonly own: readonly string[];
  readonly translated: readonly string[];
}

export const NO_LANGUAGES: WrittenLanguages = { own: [], translated: [] };

/**
 * Checks, under the lock that `lockProducts` takes for new languages, that the catalog has room for them. Returns what to
 * say of a language that it has no room for, and null for others.
 */
export async function languageLimits(
  client: ClientBase,
  written: WrittenLanguages,
): Promise<Record<keyof WrittenLanguages, (language: string) => string | null>> {
  const used = await usedLanguages(client);
  const check = (kind: keyof WrittenLanguages, most: number, what: string) => {
    const known = used[kind];
    const fits = new Set([...known, ...written[kind]]).size <= most;
    return (language: string): string | null =>
      fits || known.includes(language)
        ? null
        : `${language} would be a new language of the catalog, which can have ${what} in at most ${most}. ` +
          `It has them in ${known.join(', ') || 'none'}: use these, or change what has the wrong one.`;
  };
  return {
    own: check('own', MAX_OWN_LANGUAGES, "products' own texts"),
    translated: check('translated', MAX_TRANSLATED_LANGUAGES, 'translations'),
  };
}

/** As `languageLimits`, where there is one language. @throws RequestError BAD_USER_INPUT */
export async function requireRoom(client: ClientBase, written: WrittenLanguages): Promise<void> {
  const refusal = await languageLimits(client, written);
  const [message] = [
    ...written.own.flatMap((language) => refusal.own(language) ?? []),
    ...written.translated.flatMap((language) => refusal.translated(language) ?? []),
  ];
  if (message !== undefined) throw new RequestError('BAD_USER_INPUT', message);
}
