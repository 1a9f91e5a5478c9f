import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { EncoderFolderError } from '../encoder-manifest.js';

/** Reads a configuration file. @throws EncoderFolderError naming the first field that is wrong */
export async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(file);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new EncoderFolderError({ file, problem: 'is not JSON.' }, { cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path = [], message = '' } = parsed.error.issues[0] ?? {};
  const field = path.length === 0 ? null : path.join('.');
  throw new EncoderFolderError({
    file,
    field,
    problem: `is not as expected: ${message}.`,
    remedy: 'Copy the file from the checkpoint again, or correct it.',
  });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new EncoderFolderError(
      { file, problem: 'cannot be read.', remedy: 'Copy it from the checkpoint.' },
      { cause },
    );
  }
}
