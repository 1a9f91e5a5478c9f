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
