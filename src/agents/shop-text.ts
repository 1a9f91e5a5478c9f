import { oneLine, plainText } from '../import/values/plain-text.js';

/** A headline; longer ones repeat keywords. */
const MAX_TITLE_CHARS = 200;
/** A few paragraphs: what an agent needs to tell products apart. */
const MAX_DESCRIPTION_CHARS = 2_000;

/**
 * Control characters, and what is invisible: bidirectional overrides, zero-width and tag characters, variation
 * selectors, private-use characters, and lone surrogates. They reorder text or hide other text in it. Line breaks, tabs,
 * and the joiners that scripts and emoji need are kept; see JOINERS.
 */
const INVISIBLE =
  /[^\P{Cc}\t\n\r]|[^\P{Cf}\u200c\u200d]|[\p{Co}\p{Cs}\u115f\u1160\u3164\uffa0\u034f\u{e0100}-\u{e01ef}]|[\ufe00-\ufe0e]/gu;
/** A joiner that does not stand alone between two letters or symbols: a run of them can spell out bits. */
const JOINERS =
  /(?<![\p{L}\p{M}\p{So}\ufe0f])[\u200c\u200d]+|[\u200c\u200d]+(?![\p{L}\p{M}\p{So}])|(?<=[\u200c\u200d])[\u200c\u200d]+/gu;
/** Links and images of Markdown: an agent that shows them would load an address that the feed chose. */
const MARKDOWN_LINK = /!?\[([^[\]]{0,500})\]\([^()\s]{0,2000}(?:\s"[^"]{0,200}")?\)/g;
/** What opens blocks of code and headings, and marks the turns of a chat for language models. */
const MARKS = /`{3,}|<\|[^|<>]{0,40}\|>|^#{1,6}\s/gm;
/**
 * What makes a link or a picture of words in brackets. Removing one can leave another (`![![a](x)](y)`), and there are
 * more ways to write them than MARKDOWN_LINK knows: what is left is taken apart.
 */
const TARGETS = /\](?=[([:])/g;
/** Halves of marks of chats: what was between them may have been a mark itself. */
const HALF_MARKS = /<\||\|>/g;

/**
 * A text of a product as data for agents: plain, visible, and short. What it says is the merchant's or its supplier's
 * word, and no instruction; docs/agents.md says so to agents.
 */
function plain(text: string, most: number): string {
  // Twice as much as is shown, because markup goes.
  const visible = text
    .slice(0, most * 2)
    .replace(INVISIBLE, '')
    .replace(JOINERS, '');
  const words = plainText(visible)
    // Characters that were escaped; before what follows, which they would keep from being seen.
    .replace(INVISIBLE, '')
    .replace(MARKDOWN_LINK, '$1')
    // By a space, so that what was on both sides makes no mark.
    .replace(MARKS, ' ')
    .replace(TARGETS, '] ')
    .replace(HALF_MARKS, ' ')
    .trim();
  return words.length <= most ? words : `${words.slice(0, most - 1).replace(/\p{Cs}$/u, '')}…`;
}

/** A title, an option, or another text of one line. */
export const shopLine = (text: string): string => oneLine(plain(text, MAX_TITLE_CHARS));

/** A description, with its paragraphs. */
export const shopText = (text: string): string => plain(text, MAX_DESCRIPTION_CHARS);
