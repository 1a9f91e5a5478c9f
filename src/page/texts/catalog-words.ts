/**
 * What was typed, with the words of the catalog for those that the page shows instead of them: "rotes Kleid" becomes "red
 * dresses" where `words` says that the page calls red "rot" and dresses "Kleider". Words are known in other forms too: without
 * their endings, with the umlauts of a plural, and two written as one. Quoted words, words of the catalog, and unknown ones
 * stay as they are.
 *
 * @param words what catalogs call things, and what the page shows for it; of two with the same, the last one is meant
 * @param fillers words that say nothing about a garment, as "für"; they are left out where any word is replaced
 */
export function inCatalogWords(
  text: string,
  words: Readonly<Record<string, string>>,
  fillers: ReadonlySet<string>,
): string {
  const ofStem = new Map<string, string>();
  for (const [name, shown] of Object.entries(words))
    if (!shown.includes(' ')) ofStem.set(stemOf(shown), name);
  const read = text.split(QUOTED).map((part, index) =>
    // Every second part is quoted.
    index % 2 === 1
      ? [{ typed: part, meant: part }]
      : part
          .split(/\s+/)
          .filter((word) => word !== '')
          .map((typed) => ({ typed, meant: meantBy(typed, words, ofStem) })),
  );
  const all = read.flat();
  const isForeign = all.some(({ typed, meant }) => typed !== meant);
  return all
    .filter(({ typed }) => !isForeign || !fillers.has(typed.toLowerCase()))
    .map(({ meant }) => meant)
    .join(' ');
}

const QUOTED = /("[^"]*")/;
/** A word that excludes has a minus sign; a list has commas. */
const WORD = /^(-?)(.+?)([,.;]?)$/u;

function meantBy(
  typed: string,
  words: Readonly<Record<string, string>>,
  ofStem: ReadonlyMap<string, string>,
): string {
  const [, sign = '', word = typed, end = ''] = WORD.exec(typed) ?? [];
  if (Object.hasOwn(words, word.toLowerCase())) return typed;
  const meant = ofStem.get(stemOf(word)) ?? meantByParts(word, ofStem);
  // Of what is excluded, each word would have to be.
  return meant === undefined || (sign !== '' && meant.includes(' ')) ? typed : `${sign}${meant}${end}`;
}

/** Two words written as one: "Lederjacke" is "leather jackets". */
function meantByParts(word: string, ofStem: ReadonlyMap<string, string>): string | undefined {
  for (let length = word.length - MIN_STEM; length >= MIN_STEM; length -= 1) {
    const first = ofStem.get(stemOf(word.slice(0, length)));
    const second = ofStem.get(stemOf(word.slice(length)));
    if (first !== undefined && second !== undefined) return `${first} ${second}`;
  }
  return undefined;
}

const MIN_STEM = 3;

/** Without accents and the endings of German, so that "Hose", "Hosen", "rote", and "rotes" are those of "Hosen" and "rot". */
function stemOf(word: string): string {
  let stem = word
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/\p{Diacritic}/gu, '')
    .replaceAll('ß', 'ss');
  for (;;) {
    const shorter = stem.replace(/(?:e[nrsm]?|[ns])$/, '');
    if (shorter === stem || shorter.length < MIN_STEM) return stem;
    stem = shorter;
  }
}
