import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

/** What the texts of tags are made with. */
const TEXT = /^text[.][jt]s$/;
const CODE = /(?<![.]d)[.][jt]s$/;

/**
 * Tells whether points were projected by the code that runs: a digest of that code, so that nobody needs to remember to
 * change a number.
 */
export async function projectionVersion(): Promise<string> {
  const digest = createHash('sha256');
  for (const [folder, wanted] of [
    [new URL('./', import.meta.url), CODE],
    [new URL('../graph/', import.meta.url), TEXT],
  ] as const) {
    for (const name of (await readdir(folder)).filter((file) => wanted.test(file)).sort())
      digest.update(name).update(await readFile(new URL(name, folder)));
  }
  return digest.digest('hex');
}
