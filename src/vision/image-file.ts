import { RequestError } from '../errors.js';
import { undecodable } from './decode-errors.js';
import { endOfAvif, isOneFrame } from './avif-file.js';
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

/** For each frame of a WebP, its decoder goes over all of them. */
const MAX_FRAMES = 1_000;
const RIFF_HEADER_BYTES = 12;

const isRiff = (file: Buffer): boolean =>
  file.length > RIFF_HEADER_BYTES && file.toString('latin1', 0, 4) === 'RIFF';

const isAvif = (file: Buffer): boolean => file.length > 12 && file.toString('latin1', 4, 8) === 'ftyp';

/** The file without any data after the picture, which no decoder reads. Files that are not images are unchanged. */
export function trimImage(bytes: Uint8Array): Buffer {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOf(file);
  return end === null ? file : file.subarray(0, end);
}

/** @throws RequestError IMAGE_TOO_LARGE when a decoder would go over the file too many times */
export function assertOnePass(bytes: Uint8Array): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isJpeg(file) && readJpegFile(file).scans > MAX_JPEG_SCANS) {
    throw new RequestError(
      'IMAGE_TOO_LARGE',
      `The JPEG has more than ${MAX_JPEG_SCANS} scans; save it as a baseline JPEG.`,
    );
  }
  if (isAvif(file) && !isOneFrame(file)) {
    if (!brandsOf(file).includes('avif')) throw undecodable();
    throw new RequestError(
      'IMAGE_TOO_LARGE',
      'The AVIF has several frames or parts, or is malformed; save it as a single still image, or as JPEG.',
    );
  }
  if (isRiff(file) && framesOfWebp(file) > MAX_FRAMES) {
    throw new RequestError(
      'IMAGE_TOO_LARGE',
      `The WebP has more than ${MAX_FRAMES} frames; save its first frame as a still image.`,
    );
  }
}

function framesOfWebp(file: Buffer): number {
  const countPart = partCounter();
  let frames = 0;
  // A chunk consists of type, length, and data, and begins at an even place.
  for (let at = RIFF_HEADER_BYTES; at + 8 <= file.length;) {
    countPart();
    if (file.toString('latin1', at, at + 4) === 'ANMF') frames += 1;
    const length = file.readUInt32LE(at + 4);
    at += 8 + length + (length % 2);
  }
  return frames;
}

/** Whether the file is HEIC. AVIF files have the same structure, and some also name the general brands of both. */
export function isHeic(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isAvif(file)) return false;
  const brands = brandsOf(file);
  return !brands.includes('avif') && brands.some((brand) => HEVC_BRANDS.has(brand));
}

/** The major brand of a file with the structure of AVIF, and those that it is compatible with. */
function brandsOf(file: Buffer): readonly string[] {
  const end = Math.min(file.readUInt32BE(0), file.length, 16 + 4 * MAX_BRANDS);
  const brands = [file.toString('latin1', 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(file.toString('latin1', at, at + 4));
  return brands;
}

function endOf(file: Buffer): number | null {
  if (isJpeg(file)) return readJpegFile(file).end;
  if (isAvif(file)) return endOfAvif(file);
  if (file.subarray(0, PNG.length).equals(PNG)) return endOfPng(file);
  if (isRiff(file)) return Math.min(file.length, 8 + file.readUInt32LE(4));
  return file.toString('latin1', 0, 4) === 'GIF8' ? endOfGif(file) : null;
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
