/**
 * Lets Node run the TypeScript of this folder, and gives it the build in dist/ for what it imports of src/: what is
 * measured is what ships.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

const BENCH = new URL('./', import.meta.url).href;
const SOURCES = new URL('../src/', import.meta.url).href;
const BUILD = new URL('../dist/', import.meta.url).href;

export async function resolve(specifier, context, next) {
  const parent = context.parentURL;
  if (!parent?.startsWith(BENCH) || !specifier.startsWith('.')) return next(specifier, context);
  const url = new URL(specifier, parent).href;
  if (url.startsWith(SOURCES)) return next(BUILD + url.slice(SOURCES.length), context);
  return next(url.startsWith(BENCH) ? url.replace(/\.js$/, '.ts') : url, context);
}

export async function load(url, context, next) {
  if (!url.startsWith(BENCH) || !url.endsWith('.ts')) return next(url, context);
  const filename = fileURLToPath(url);
  const { code } = await transform(await readFile(filename, 'utf8'), { filename, sourceMaps: 'inline' });
  return { format: 'module', source: code, shortCircuit: true };
}
