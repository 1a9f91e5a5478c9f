import { RequestError } from '../errors.js';
import { endOfAvif, isOneFrame } from './avif-file.js';
import type { ImageFormat } from './image-budget.js';
import { partCounter } from './file-parts.js';
import { MAX_JPEG_SCANS, readJpegFile } from './jpeg-file.js';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

const isJpeg = (file: Buffer): boolean => file.length > 2 && file.readUInt16BE(0) === 0xffd8;
/** Brands of ISO/IEC 23008-12 (annex B) whose pictures are HEVC. */
const HEVC_BRANDS: ReadonlySet<string> = new Set([
  'heic',
  'heix',
  'heim',
  'heis',
  'hevc',
  'hevx',
  'hevm',
  'hevs',
]);
/** More than files name; the list of a hostile file may be as long as the file. */
const MAX_BRANDS = 32;

const isAvif = (file: Buffer): boolean => file.length > 12 && file.toString('latin1', 4, 8) === 'ftyp';

/** The file without any data after the picture, which no decoder reads. Files that are not images are unchanged. */
export function trimImage(bytes: Uint8Array): Buffer {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOf(file);
  return end === null ? file : file.subarray(0, end);
}

/** @throws RequestError IMAGE_TOO_LARGE when a decoder would go over the picture too many times */
export function assertOnePass(bytes: Uint8Array, format: ImageFormat): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === 'jpeg' && readJpegFile(file).scans > MAX_JPEG_SCANS) {
    throw new RequestError(
      'IMAGE_TOO_LARGE',
      `The JPEG has more than ${MAX_JPEG_SCANS} scans; save it as a baseline JPEG.`,
    );
  }
  if (format === 'avif' && !isOneFrame(file)) {
    throw new RequestError(
      'IMAGE_TOO_LARGE',
      'The AVIF has several frames or parts, or is malformed; save it as a single still image, or as JPEG.',
    );
  }
}

/** Whether the file is HEIC. AVIF files have the same structure, and some also name the general brands of both. */
export function isHeic(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isAvif(file)) return false;
  // The major brand, a version, and the compatible brands.
  const end = Math.min(file.readUInt32BE(0), file.length, 16 + 4 * MAX_BRANDS);
  const brands = [file.toString('latin1', 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(file.toString('latin1', at, at + 4));
  return !brands.includes('avif') && brands.some((brand) => HEVC_BRANDS.has(brand));
}

function endOf(file: Buffer): number | null {
  if (isJpeg(file)) return readJpegFile(file).end;
  if (isAvif(file)) return endOfAvif(file);
  if (file.subarray(0, PNG.length).equals(PNG)) return endOfPng(file);
  const magic = file.toString('latin1', 0, 4);
  if (magic === 'RIFF' && file.length > 12) return Math.min(file.length, 8 + file.readUInt32LE(4));
  return magic === 'GIF8' ? endOfGif(file) : null;
}

function endOfPng(file: Buffer): number | null {
  const countPart = partCounter();
  // A chunk consists of length, type, data, and checksum.
  for (let at = PNG.length; at + 12 <= file.length;) {
    countPart();
    const end = at + 12 + file.readUInt32BE(at);
    if (file.toString('latin1', at + 4, at + 8) === 'IEND') return Math.min(file.length, end);
    at = end;
  }
  return null;
}

const GIF_IMAGE = 0x2c;
const GIF_EXTENSION = 0x21;
const GIF_TRAILER = 0x3b;

function endOfGif(file: Buffer): number | null {
  const tableBytes = (flags = 0): number => ((flags & 128) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
  const countPart = partCounter();
  let at = 13 + tableBytes(file[10]);
  for (;;) {
    countPart();
    const block = file[at];
    if (block === GIF_TRAILER) return at + 1;
    if (block === GIF_IMAGE) at += 11 + tableBytes(file[at + 9]);
    else if (block === GIF_EXTENSION) at += 2;
    else return null;
    // Data is stored in blocks, each preceded by its length; a block of length zero is the last.
    for (let length = file[at]; length !== 0; length = file[at]) {
      countPart();
      if (length === undefined) return null;
      at += 1 + length;
    }
    at += 1;
  }
}
