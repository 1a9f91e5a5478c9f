import { isAscii } from 'node:buffer';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import chardet from 'chardet';
import iconv from 'iconv-lite';
import { RequestError } from '../../errors.js';
import { readChunks } from '../../platform/lines.js';
import { errorMessage } from '../../platform/operator-error.js';

/** Enough of a file to tell text from other files. */
const SNIFF_BYTES = 4096;
/** In UTF-16, most of a header's bytes at one parity are 0. */
const ZERO_SHARE = 0.4;
/** What is shown to the detector: bytes around those that are not ASCII. Far less is enough to tell scripts apart. */
const SAMPLE_BYTES = 64 * 1024;
/** The detector's confidence, of 100, from which its answer counts more than the most common encoding. */
const MIN_CONFIDENCE = 50;
/** What spreadsheets on Windows write in Western Europe and America, and a superset of Latin-1's text. */
const USUAL = 'windows-1252';
/** The detector's names of encodings whose Windows version is a superset of them, and more common. */
const WINDOWS: ReadonlyMap<string, string> = new Map([
  ['ISO-8859-1', 'windows-1252'],
  ['ISO-8859-2', 'windows-1250'],
  ['ISO-8859-5', 'windows-1251'],
  ['ISO-8859-7', 'windows-1253'],
  ['ISO-8859-8', 'windows-1255'],
  ['ISO-8859-9', 'windows-1254'],
  ['KOI8-R', 'koi8-r'],
]);

const LF = 0x0a;
const CR = 0x0d;
const GZIP = Buffer.from([0x1f, 0x8b]);
const ZIP = Buffer.from('PK');

const bad = (message: string, cause?: unknown): RequestError =>
  new RequestError('BAD_USER_INPUT', message, { cause });

/** A text file: its encoding, and the facts that its readers need before they begin. */
export interface TextFile {
  readonly path: string;
  /** As iconv-lite names it. */
  readonly encoding: string;
  /** Its first characters. */
  readonly start: string;
  /** Line ends, and one for a last line without one. */
  readonly lines: number;
  /** Whether the last line has a line end. */
  readonly endsWithLine: boolean;
  /** Whether its lines end with CR alone, as those of old Macs do. */
  readonly carriageReturns: boolean;
  readonly gzipped: boolean;
}

/**
 * Reads a text file once to learn its encoding: that of its byte order mark, UTF-16 if every other byte is 0, UTF-8 if
 * most of what is not ASCII is valid UTF-8, else a legacy encoding by the frequency of its characters. Files that
 * gzip has packed are read as well.
 *
 * @throws RequestError BAD_USER_INPUT it can't be read, is empty, or is not text
 */
export async function openText(path: string, noun: string, signal?: AbortSignal): Promise<TextFile> {
  const advice = `A ${noun} is a text file: comma- or tab-separated values, XML, or JSON Lines.`;
  const head = await readHead(path, noun);
  if (head.length === 0) throw bad(`${path} is empty. ${advice}`);
  if (head.subarray(0, 2).equals(ZIP))
    throw bad(`${path} is compressed or a spreadsheet: unpack it, or save it as CSV.`);
  const gzipped = head.subarray(0, 2).equals(GZIP);
  const survey = new Survey();
  for await (const bytes of unpacked(path, gzipped, signal)) survey.add(bytes);
  if (survey.head.length === 0) throw bad(`${path} is empty. ${advice}`);
  const encoding = survey.encoding();
  if (!encoding.startsWith('utf-16') && survey.head.includes(0))
    throw bad(`${path} is not a text file. ${advice}`);
  return {
    path,
    encoding,
    start: iconv.decode(survey.head, encoding),
    lines: survey.lines(encoding),
    endsWithLine: survey.last === LF || survey.last === CR,
    carriageReturns: survey.lineFeeds === 0 && survey.returns > 0,
    gzipped,
  };
}

async function readHead(path: string, noun: string): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw bad(`The ${noun} ${path} cannot be read: ${errorMessage(cause)}.`, cause);
  }
}

async function* unpacked(
  path: string,
  gzipped: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  if (!gzipped) {
    yield* readChunks(path, signal);
    return;
  }
  const gunzip = createGunzip();
  // Its failure is that of `gunzip`.
  pipeline(readChunks(path, signal), gunzip).catch(() => undefined);
  try {
    for await (const bytes of gunzip) if (Buffer.isBuffer(bytes)) yield bytes;
  } catch (cause) {
    signal?.throwIfAborted();
    throw bad(`${path} cannot be unpacked: ${errorMessage(cause)}. Get the file again.`, cause);
  }
}

/** The bytes of a text file in UTF-8, with LF line ends if it has none. */
export async function* readUtf8(file: TextFile, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const chunks = unpacked(file.path, file.gzipped, signal);
  if (file.encoding === 'utf-8' && !file.carriageReturns) {
    yield* chunks;
    return;
  }
  const decoder = iconv.getDecoder(file.encoding);
  const withLines = (text: string): Buffer =>
    Buffer.from(file.carriageReturns ? text.replaceAll('\r', '\n') : text);
  for await (const bytes of chunks) yield withLines(decoder.write(bytes));
  yield withLines(decoder.end() ?? '');
}

/** What one pass over a file finds out about it. */
class Survey {
  head: Buffer = Buffer.alloc(0);
  last = LF;
  lineFeeds = 0;
  returns = 0;
  #valid = 0;
  #invalid = 0;
  #sample: Buffer[] = [];
  #sampled = 0;
  readonly #decoder = new TextDecoder('utf-8');

  add(bytes: Buffer): void {
    if (this.head.length < SNIFF_BYTES)
      this.head = Buffer.concat([this.head, bytes]).subarray(0, SNIFF_BYTES);
    for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) this.lineFeeds += 1;
    for (let at = bytes.indexOf(CR); at !== -1; at = bytes.indexOf(CR, at + 1)) this.returns += 1;
    // A character may begin in the bytes before.
    if (!isAscii(bytes) || this.last >= 0x80) this.#judge(bytes);
    this.last = bytes.at(-1) ?? this.last;
  }

  #judge(bytes: Buffer): void {
    const text = this.#decoder.decode(bytes, { stream: true });
    const invalid = text.split('\uFFFD').length - 1;
    this.#invalid += invalid;
    this.#valid += (text.match(/[^\0-\x7F]/g)?.length ?? 0) - invalid;
    for (let at = 0; at < bytes.length && this.#sampled < SAMPLE_BYTES; at += SNIFF_BYTES) {
      const part = bytes.subarray(at, at + SNIFF_BYTES);
      if (isAscii(part)) continue;
      this.#sample.push(part);
      this.#sampled += part.length;
    }
  }

  encoding(): string {
    const [first = 0, second = 0, third = 0] = this.head;
    if (first === 0xff && second === 0xfe) return 'utf-16le';
    if (first === 0xfe && second === 0xff) return 'utf-16be';
    if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
    const zeros = [0, 1].map((parity) => this.head.filter((byte, at) => at % 2 === parity && byte === 0));
    const [even = 0, odd = 0] = zeros.map(({ length }) => length / Math.max(1, this.head.length / 2));
    if (odd >= ZERO_SHARE && even < ZERO_SHARE / 8) return 'utf-16le';
    if (even >= ZERO_SHARE && odd < ZERO_SHARE / 8) return 'utf-16be';
    if (this.#invalid === 0 || this.#valid > this.#invalid) return 'utf-8';
    const [best] = chardet.analyse(Buffer.concat(this.#sample));
    if (best === undefined || best.confidence < MIN_CONFIDENCE || best.name.startsWith('UTF')) return USUAL;
    const name = WINDOWS.get(best.name) ?? best.name;
    return iconv.encodingExists(name) ? name : USUAL;
  }

  lines(encoding: string): number {
    const ends = this.lineFeeds === 0 && !encoding.startsWith('utf-16') ? this.returns : this.lineFeeds;
    return ends + (this.last === LF || this.last === CR || this.last === 0 ? 0 : 1);
  }
}
