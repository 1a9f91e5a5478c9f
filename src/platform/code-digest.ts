import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';

const CODE = /(?<![.]d)[.][jt]s$/;

/** Of the code that runs: compiled, it is another one than in tests. */
const ENDING = extname(import.meta.url);

/**
 * A digest of the running code in these folders, without those below them, and in these files, which are named without
 * their ending. It tells whether what is stored was made by the same code, so that nobody needs to remember to change a
 * number.
 */
export async function codeDigest(...places: readonly URL[]): Promise<string> {
  const digest = createHash('sha256');
  for (const place of places) {
    for (const file of await filesOf(place))
      digest.update(`${basename(file.pathname)}\n`).update(await readFile(file));
  }
  return digest.digest('hex');
}

/** A folder ends with a slash. */
async function filesOf(place: URL): Promise<URL[]> {
  if (!place.pathname.endsWith('/')) return [new URL(`${place.href}${ENDING}`)];
  const names = await readdir(place);
  return names
    .filter((name) => CODE.test(name))
    .sort()
    .map((name) => new URL(name, place));
}
