import { decodeHTML } from 'entities';
import { Parser } from 'htmlparser2';

const MARKUP = /<\/?[a-z!][^<]*>|&(?:#\d+|#x[\da-f]+|[a-z]+\d*);/i;
const ENTITY = /&(?:#\d+|#x[\da-f]+|[a-z]+\d*);/i;

/** Elements that are not text. */
const SILENT: ReadonlySet<string> = new Set('head script style title template noscript iframe'.split(' '));
/** Elements that begin and end a paragraph, and those that begin and end a line. */
const PARAGRAPHS: ReadonlySet<string> = new Set(
  'p ul ol dl table blockquote pre section article h1 h2 h3 h4 h5 h6 hr figure'.split(' '),
);
const LINES: ReadonlySet<string> = new Set(['br', 'div', 'li', 'tr', 'dt', 'dd', 'figcaption']);
/** Control characters, which are no text; tabs and line ends are. */
const CONTROLS = /[^\P{Cc}\t\n\r]/gu;
/** Editors that escape what is escaped already leave markup behind after one pass. */
const MAX_PASSES = 2;

/** The text of a description in HTML, with its paragraphs and list items as lines. Other text is unchanged. */
export function plainText(html: string): string {
  let text = html.replace(CONTROLS, '');
  for (let pass = 0; pass < MAX_PASSES && MARKUP.test(text); pass += 1) text = textOf(text);
  return text;
}

/** A name without HTML's character references: `Alder &amp; Finch`. */
export function plainName(name: string): string {
  const decoded = ENTITY.test(name) ? decodeHTML(name) : name;
  return decoded.replace(CONTROLS, '').replace(/\s+/gu, ' ').trim();
}

/** A text with single spaces, so that patterns take a time that is linear in its length. */
export const oneLine = (text: string): string => text.replace(/\s+/gu, ' ').trim();

function textOf(html: string): string {
  let text = '';
  let silent = 0;
  // Line ends of the source are line ends of the text where no element says what its lines are.
  const isMarkedUp = /<[a-z]/i.test(html);
  const parser = new Parser({
    ontext(part) {
      if (silent > 0) return;
      text += isMarkedUp ? part.replace(/\s+/gu, ' ') : part;
    },
    onopentagname(name) {
      if (SILENT.has(name)) silent += 1;
      if (PARAGRAPHS.has(name)) text += '\n\n';
      else if (LINES.has(name)) text += name === 'li' ? '\n- ' : '\n';
      else if (name === 'td' || name === 'th') text += ' ';
    },
    onclosetag(name) {
      if (SILENT.has(name)) silent -= 1;
      if (PARAGRAPHS.has(name)) text += '\n\n';
      else if (LINES.has(name) && name !== 'br') text += '\n';
    },
  });
  parser.end(html);
  return text
    .replace(/[^\S\n]{2,}/gu, ' ')
    .replace(/[^\S\n]?\n[^\S\n]?/gu, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/\n{2}(?=- )/g, '\n')
    .trim();
}
