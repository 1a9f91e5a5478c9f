/**
 * Lets Node run the TypeScript of bench/, demo/, and test/support/, and gives them the build in dist/ for what they import from src/:
 * what is measured is what ships.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

const FOLDERS = ['./', '../demo/', '../test/support/'].map((path) => new URL(path, import.meta.url).href);
const SOURCES = new URL('../src/', import.meta.url).href;
const BUILD = new URL('../dist/', import.meta.url).href;

const isOurs = (url) => FOLDERS.some((folder) => url?.startsWith(folder));

export async function resolve(specifier, context, next) {
  const parent = context.parentURL;
  if (!isOurs(parent) || !specifier.startsWith('.')) return next(specifier, context);
  const url = new URL(specifier, parent).href;
  if (url.startsWith(SOURCES)) return next(BUILD + url.slice(SOURCES.length), context);
  return next(isOurs(url) ? url.replace(/\.js$/, '.ts') : url, context);
}

export async function load(url, context, next) {
  if (!isOurs(url) || !url.endsWith('.ts')) return next(url, context);
  const filename = fileURLToPath(url);
  const { code } = await transform(await readFile(filename, 'utf8'), { filename, sourceMaps: 'inline' });
  return { format: 'module', source: code, shortCircuit: true };
}
