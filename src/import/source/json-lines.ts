import { z } from 'zod';
import { linesOf } from '../../platform/lines.js';
import { Cells, columnName, renamed, type FeedRecord, type ReadOptions } from './cells.js';
import { readUtf8, type TextFile } from './encoding.js';

const line = z.record(z.string(), z.json());

/** How deep objects are read, and how many values of one line: a product has less, and a hostile line has more. */
const MAX_DEPTH = 6;
const MAX_VALUES = 10_000;

/**
 * Streams the objects of a file in JSON Lines. The values of an object in an object are in columns like
 * `price.amount`; those of a list are repeated, and objects in a list are numbered: `variants[0].id`.
 */
export async function* readJsonLines(file: TextFile, options: ReadOptions): AsyncGenerator<FeedRecord> {
  for await (const { number, ...read } of linesOf(readUtf8(file, options.signal))) {
    if ('fault' in read) yield { line: number, fault: read.fault };
    else if (read.text.trim() !== '') yield parseLine(number, read.text, options);
  }
}

function parseLine(number: number, text: string, { use, renames }: ReadOptions): FeedRecord {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { line: number, fault: 'The line is not valid JSON.' };
  }
  const parsed = line.safeParse(json);
  if (!parsed.success) return { line: number, fault: 'The line is not a JSON object.' };
  const values = new Map<string, string[]>();
  let room = MAX_VALUES;
  const add = (name: string, value: z.core.util.JSONType, depth: number): void => {
    if (value === null || depth > MAX_DEPTH || room <= 0) return;
    if (Array.isArray(value)) {
      for (const [index, entry] of value.entries())
        add(entry !== null && typeof entry === 'object' ? `${name}[${index}]` : name, entry, depth + 1);
    } else if (typeof value === 'object') {
      for (const [key, entry] of Object.entries(value)) add(`${name}.${columnName(key)}`, entry, depth + 1);
    } else {
      // Postgres stores neither, and JSON can escape both.
      const cell = String(value)
        .replace(/\0|\p{Surrogate}/gu, '')
        .trim();
      if (cell === '') return;
      room -= 1;
      const others = values.get(name);
      if (others === undefined) values.set(name, [cell]);
      else others.push(cell);
    }
  };
  for (const [key, value] of Object.entries(parsed.data)) {
    const name = renamed(key, renames);
    if (name !== '') add(name, value, 0);
  }
  return { line: number, cells: new Cells(values, use) };
}
