import { lookUpOrder } from '../platform/language-tag.js';
import type { Channel } from './channel.types.js';

/** The languages in which a request reads the texts of products. */
export interface TextLanguages {
  /** A product is shown in the first of these that it has a text in, else in its own. */
  readonly shown: readonly string[];
  /** Those that products have their own texts in: whatever a request asks for, these are searched. */
  readonly own: readonly string[];
  /** Those of the shown languages that there are translations in. */
  readonly translated: readonly string[];
}

/** `asked` is the language of the request; null: that of the channel. */
export function textLanguages(channel: Channel, asked: string | null): TextLanguages {
  const { language, ownLanguages, translatedLanguages } = channel;
  const shown = [...new Set([...lookUpOrder(asked ?? language), ...lookUpOrder(language)])];
  return {
    shown,
    own: ownLanguages.length === 0 ? [language] : ownLanguages,
    translated: shown.filter((tag) => translatedLanguages.includes(tag)),
  };
}

/**
 * What distinguishes the cursors of a text in this language from those in another: nothing in the channel's own, so that
 * they are also those of gateways that know no languages.
 */
export const cursorLanguage = ({ language }: Channel, { shown }: Pick<TextLanguages, 'shown'>): string[] =>
  shown.slice(0, 1).filter((asked) => asked !== language);
