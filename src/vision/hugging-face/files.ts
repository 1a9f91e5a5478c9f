import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** The endings of a graph's name, in the order in which they are tried: as exact as can be first. */
const VARIANTS = ['', '_fp16', '_quantized', '_int8', '_uint8', '_q4'];
/** Where graphs are: as the Hub has them, and as the exporter of optimum writes them. */
const FOLDERS = ['onnx', '.'];

/** The first graph with one of these names, in the order of the names; null when there is none. */
export async function findGraph(folder: string, names: readonly string[]): Promise<string | null> {
  const there = await Promise.all(
    FOLDERS.map(async (sub) => [join(folder, sub), await list(join(folder, sub))] as const),
  );
  for (const name of names) {
    for (const [path, files] of there) {
      const file = VARIANTS.map((variant) => `${name}${variant}.onnx`).find((graph) => files.has(graph));
      if (file !== undefined) return join(path, file);
    }
  }
  return null;
}

/** The names that `findGraph` tries, for messages. */
export const namesOf = (name: string): string =>
  VARIANTS.map((variant) => `${name}${variant}.onnx`).join(', ');

/** The SHA-256, in hex, of a graph, of the weights beside it, and of what else identifies a model. */
export async function digestOf(graph: string, rest: unknown): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(rest));
  const name = basename(graph);
  const files = [...(await list(dirname(graph)))].filter(
    (file) => file === name || file.startsWith(`${name}_data`) || file.startsWith(`${name}.data`),
  );
  for (const file of files.sort()) {
    await pipeline(createReadStream(join(dirname(graph), file)), hash, { end: false });
  }
  return hash.digest('hex');
}

async function list(folder: string): Promise<ReadonlySet<string>> {
  return new Set(await readdir(folder).catch(() => []));
}
