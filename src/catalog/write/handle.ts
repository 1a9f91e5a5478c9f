import { createHash } from 'node:crypto';

/** Limit of the database's `handle` domain. */
const MAX_HANDLE_LENGTH = 255;
/** Lets the path of a category with several levels fit in a handle. */
const MAX_SLUG_LENGTH = 60;
const HASH_DIGITS = 8;

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, HASH_DIGITS);

/** Lowercase without diacritics. */
const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .trim();

const slugOf = (folded: string): string =>
  folded
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_SLUG_LENGTH)
    .replace(/^-|-$/g, '');

const withHash = (slug: string, text: string): string => (slug === '' ? hash(text) : `${slug}-${hash(text)}`);

/**
 * The handle of a product from the merchant's id: the id itself if it is a valid handle, else its slug with a hash of
 * the id, so that ids that differ only in case or punctuation get different handles.
 */
export function idHandle(id: string): string {
  const isHandle = /^[a-z0-9][a-z0-9._-]*$/.test(id) && id.length <= MAX_HANDLE_LENGTH;
  return isHandle ? id : withHash(slugOf(fold(id)), id);
}

/**
 * The handle of a name. "T-Shirts" and "t shirts" are the same name. A hash distinguishes names that are too long or
 * have letters that a slug can't contain.
 */
export function nameHandle(name: string): string {
  const folded = fold(name);
  const slug = slugOf(folded);
  const letters = folded.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  return slug.replaceAll('-', '').length === letters && letters > 0 ? slug : withHash(slug, folded);
}

/** Letters of Cyrillic, Greek, and northern and central Europe, without diacritics, as a to z. */
const LATIN: ReadonlyMap<string, string> = new Map(
  [
    'а:a б:b в:v г:g ґ:g д:d е:e є:ie ж:zh з:z и:i і:i к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:kh ц:ts ч:ch ш:sh',
    'щ:shch ъ: ы:y ь: э:e ю:iu я:ia ђ:dj ј:j љ:lj њ:nj ћ:c џ:dz ѕ:dz',
    'ß:ss æ:ae œ:oe ø:o ł:l đ:d ð:d þ:th ı:i α:a β:v γ:g δ:d ε:e ζ:z η:i θ:th ι:i κ:k λ:l μ:m ν:n ξ:x ο:o π:p ρ:r σ:s ς:s τ:t υ:y φ:f χ:ch ψ:ps ω:o',
  ]
    .join(' ')
    .split(' ')
    .map((pair) => [pair[0] ?? '', pair.slice(2)]),
);

/**
 * The name of an attribute: `Sleeve length` becomes `sleeve_length`, and `Матеріал` `material`. A name with other letters
 * is a hash, so that names that differ only in these stay different.
 */
export function attributeName(name: string): string {
  const latin = Array.from(fold(name), (letter) => LATIN.get(letter) ?? letter).join('');
  const snake = latin
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, MAX_SLUG_LENGTH)
    .replace(/^_|_$/g, '');
  return /^[a-z]/.test(snake) && !/[^\P{L}a-z]/u.test(latin) ? snake : `detail_${hash(fold(name))}`;
}

/** Handles of a category and all its ancestors, topmost first; null when the path is too long for a handle. */
export function categoryPath(
  names: readonly string[],
): { handle: string; name: string; parent: string | null }[] | null {
  const path: { handle: string; name: string; parent: string | null }[] = [];
  for (const name of names) {
    const parent = path.at(-1)?.handle ?? null;
    const handle = parent === null ? nameHandle(name) : `${parent}/${nameHandle(name)}`;
    if (handle.length > MAX_HANDLE_LENGTH) return null;
    path.push({ handle, name, parent });
  }
  return path;
}
