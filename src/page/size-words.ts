/** What was typed, without the sizes in it. */
interface SizedWords {
  readonly words: string;
  /** As the shop writes them. */
  readonly sizes: readonly string[];
}

/** Says that a size follows. */
const LABEL = /^(?:sizes?|größen?|groessen?|gr\.?)$/;
/** May stand before a size or before what says that one follows. */
const IN = 'in';
const OR = new Set(['or', 'oder', '/']);
/** A letter after one of these is a part of a name or a length: "H & M", "a scarf of 2 m". */
const BEFORE_NO_LETTER = /^(?:&|\+|and|und|n|[\d.,]+)$/;
/** "Air Max 90" is a shoe, and "levi's 501" are jeans: a number needs a word that says that it is a size. */
const HAS_LETTER = /\p{L}/u;

/**
 * Reads sizes in what was typed, such as "M", "W32", "size 38", or "Größe 38 oder 40", in all languages of the page. Only
 * what is one of the shop's `sizes` can be one, and only where other words are left. Whatever is in quotation marks stays.
 */
export function readSizeWords(text: string, sizes: readonly string[]): SizedWords {
  const typed = text.match(/"[^"]*"|“[^”]*”|„[^“]*“|\S+/gu) ?? [];
  const words = typed.map((word) => word.toLowerCase().replace(/[,;]$/, ''));
  const known = sizes
    .map((size) => ({ size, parts: size.toLowerCase().split(/\s+/) }))
    .toSorted((one, other) => other.parts.length - one.parts.length);
  const sizeAt = (at: number, isLabeled: boolean): (typeof known)[number] | undefined =>
    known.find(
      ({ parts }) =>
        parts.every((part, index) => words[at + index] === part) &&
        (isLabeled ||
          (parts.some((part) => HAS_LETTER.test(part)) && !BEFORE_NO_LETTER.test(words[at - 1] ?? ''))),
    );
  const rest: string[] = [];
  const found: string[] = [];
  for (let at = 0; at < words.length;) {
    const start = at + (words[at] === IN ? 1 : 0);
    const isLabeled = LABEL.test(words[start] ?? '');
    let end = start + (isLabeled ? 1 : 0);
    let next = sizeAt(end, isLabeled);
    if (next === undefined) {
      rest.push(typed[at] ?? '');
      at += 1;
      continue;
    }
    while (next !== undefined) {
      found.push(next.size);
      end += next.parts.length;
      next = OR.has(words[end] ?? '') ? sizeAt(end + 1, isLabeled) : undefined;
      if (next !== undefined) end += 1;
    }
    at = end;
  }
  const isRead = found.length > 0 && rest.length > 0;
  return isRead ? { words: rest.join(' '), sizes: [...new Set(found)] } : { words: text, sizes: [] };
}
