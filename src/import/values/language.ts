import { lookUpOrder, parseLanguage } from '../../platform/language-tag.js';

/** Whether a feed's code, such as de_DE, is of this language, or of its country. */
export function isOfLanguage(code: string, language: string): boolean {
  const tag = parseLanguage(code);
  return tag !== null && lookUpOrder(tag).includes(language);
}

const english = new Intl.DisplayNames('en', { type: 'language' });

/** Whether a name that a merchant has chosen names this language: it, de_de, shop_it, german. */
export function namesLanguage(name: string, language: string): boolean {
  const parts = name.toLowerCase().split(/[_-]/);
  return (
    isOfLanguage(name, language) ||
    parts.includes(language.toLowerCase()) ||
    parts.includes((english.of(language) ?? language).toLowerCase())
  );
}
