import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

const CODE = /(?<![.]d)[.][jt]s$/;

/**
 * A digest of the running code in these folders, without those below them. It tells whether what is stored was made by
 * the same code, so that nobody needs to remember to change a number.
 */
export async function codeDigest(...folders: readonly URL[]): Promise<string> {
  const digest = createHash('sha256');
  for (const folder of folders) {
    for (const name of (await readdir(folder)).filter((file) => CODE.test(file)).sort())
      digest.update(`${name}\n`).update(await readFile(new URL(name, folder)));
  }
  return digest.digest('hex');
}
