import { readdir } from 'node:fs/promises';
import { z } from 'zod';
import type { Adapter } from './contender.js';

const FOLDER = new URL('./adapters/', import.meta.url);

const isFunction = (value: unknown): boolean => typeof value === 'function';
const module = z.object({
  adapter: z.object({
    title: z.string(),
    about: z.string(),
    unavailable: z.custom<Adapter['unavailable']>(isFunction),
    open: z.custom<Adapter['open']>(isFunction),
  }),
});

/** The names of all adapters: those of their files. */
export async function adapterNames(): Promise<string[]> {
  const files = await readdir(FOLDER);
  return files.flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -'.ts'.length)] : [])).sort();
}

/** @throws ZodError when the file does not export an adapter */
export async function loadAdapter(name: string): Promise<Adapter> {
  return module.parse(await import(`./adapters/${name}.js`)).adapter;
}
