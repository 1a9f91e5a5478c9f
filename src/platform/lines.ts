import { createReadStream } from 'node:fs';

/** A row of a file has a few kilobytes. A longer line means a broken file and must not be kept in memory. */
export const MAX_LINE_BYTES = 256 * 1024;

const READ_BYTES = 256 * 1024;
const LF = 0x0a;
const CR = 0x0d;

/** A line of a file, numbered from 1. A line that can't be used has a fault instead of a text. */
export type Line =
  { readonly number: number; readonly text: string } | { readonly number: number; readonly fault: string };

/**
 * The lines of a UTF-8 file with LF or CRLF ends, without the byte order mark. The longest line bounds the memory.
 */
export function readLines(path: string, signal?: AbortSignal): AsyncGenerator<Line> {
  return linesOf(readChunks(path, signal));
}

/** The lines of UTF-8 bytes, as in `readLines`. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let number = 0;
  let parts: Buffer[] = [];
  let length = 0;

  const take = (): Line => {
    number += 1;
    const tooLong = length > MAX_LINE_BYTES;
    let bytes = Buffer.concat(parts);
    parts = [];
    length = 0;
    if (tooLong) return { number, fault: `The line is longer than ${MAX_LINE_BYTES} bytes.` };
    if (bytes.at(-1) === CR) bytes = bytes.subarray(0, -1);
    if (bytes.includes(0)) return { number, fault: 'The line contains a NUL character.' };
    try {
      return { number, text: decoder.decode(bytes) };
    } catch {
      return { number, fault: 'The line is not valid UTF-8.' };
    }
  };
  const add = (bytes: Buffer): void => {
    length += bytes.length;
    if (length <= MAX_LINE_BYTES) parts.push(bytes);
    else parts = [];
  };

  for await (const bytes of chunks) {
    let start = 0;
    for (let end = bytes.indexOf(LF); end !== -1; end = bytes.indexOf(LF, start)) {
      add(bytes.subarray(start, end));
      yield take();
      start = end + 1;
    }
    add(bytes.subarray(start));
  }
  if (length > 0) yield take();
}

/** Counts the lines of a file. */
export async function countLines(path: string, signal?: AbortSignal): Promise<number> {
  let lines = 0;
  let last = LF;
  for await (const bytes of readChunks(path, signal)) {
    for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) lines += 1;
    last = bytes.at(-1) ?? LF;
  }
  return last === LF ? lines : lines + 1;
}

/** The bytes of a file, piece by piece. */
export function readChunks(path: string, signal: AbortSignal | undefined): AsyncIterable<Buffer> {
  return createReadStream(path, { highWaterMark: READ_BYTES, signal });
}
