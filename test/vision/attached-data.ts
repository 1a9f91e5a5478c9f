import { crc32 } from 'node:zlib';

// Data that cameras and editors put between the parts of a picture: Content Credentials (C2PA) here, but other
// metadata is similar.

/** Looks like the end of every format to a reader that searches for it instead of parsing part by part. */
const LOOKS_LIKE_AN_END = Buffer.concat([Buffer.from('c2pa\xff\xd9;', 'latin1'), Buffer.from('IEND')]);
/** Several sub-blocks of a GIF; one segment of a JPEG. */
const PADDING_BYTES = 600;
const CREDENTIALS = Buffer.concat([LOOKS_LIKE_AN_END, Buffer.alloc(PADDING_BYTES, 0x3b)]);

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const insert = (file: Buffer, at: number, part: Buffer): Buffer =>
  Buffer.concat([file.subarray(0, at), part, file.subarray(at)]);

/** The offset of each top-level box in an AVIF. */
function boxStarts(avif: Buffer): Map<string, number> {
  const starts = new Map<string, number>();
  for (let at = 0; at < avif.length; at += avif.readUInt32BE(at))
    starts.set(avif.toString('latin1', at + 4, at + 8), at);
  return starts;
}

/** Inserts a `uuid` box before the box of this type and corrects the offset of the picture, which moves. */
export function avifWithUuid(avif: Buffer, before: 'meta' | 'mdat'): Buffer {
  const starts = boxStarts(avif);
  const [meta = 0, mdat = 0] = [starts.get('meta'), starts.get('mdat')];
  const userType = Buffer.from('d8fec3d61b0e483c92975828877ec481', 'hex');
  const body = Buffer.concat([Buffer.from('uuid'), userType, CREDENTIALS]);
  const box = Buffer.concat([uint32(4 + body.length), body]);
  const moved = Buffer.from(avif);
  moved.writeUInt32BE(mdat + 8 + box.length, avif.indexOf(uint32(mdat + 8), avif.indexOf('iloc')));
  return insert(moved, before === 'meta' ? meta : mdat, box);
}

/** Inserts a `caBX` chunk before the pixels. */
export function pngWithChunk(png: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from('caBX'), CREDENTIALS]);
  const chunk = Buffer.concat([uint32(CREDENTIALS.length), body, uint32(crc32(body))]);
  const endOfHeader = 8 + 25;
  return insert(png, endOfHeader, chunk);
}

const segment = (marker: number, body: Buffer): Buffer => {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(2 + body.length, 2);
  return Buffer.concat([head, body]);
};

/** Inserts APP11 segments with JUMBF, over which credentials are split. */
export function jpegWithSegments(jpeg: Buffer): Buffer {
  const part = segment(0xeb, Buffer.concat([Buffer.from('JP\0\x01'), CREDENTIALS]));
  return insert(jpeg, 2, Buffer.concat([part, part]));
}

/** As phones write them: an index of the pictures in an APP2 segment, and a preview or gain map in APP1. */
export function jpegWithIndex(jpeg: Buffer, preview: Buffer): Buffer {
  const index = segment(0xe2, Buffer.concat([Buffer.from('MPF\0'), CREDENTIALS]));
  return insert(jpeg, 2, Buffer.concat([segment(0xe1, preview), index]));
}

/** Inserts fill bytes before the first segment, as some cameras write them. */
export const jpegWithFill = (jpeg: Buffer): Buffer => insert(jpeg, 2, Buffer.from([0xff, 0xff]));

/** Adds a chunk with an odd length after the picture; its length does not count the padding byte that follows. */
export function webpWithChunk(webp: Buffer): Buffer {
  const body = Buffer.concat([CREDENTIALS, Buffer.alloc(1 - (CREDENTIALS.length % 2), 1)]);
  const head = Buffer.from('C2PA\0\0\0\0');
  head.writeUInt32LE(body.length, 4);
  const file = Buffer.concat([webp, head, body, Buffer.alloc(1)]);
  file.writeUInt32LE(file.length - 8, 4);
  return file;
}

/** Inserts an application extension before the pictures. */
export function gifWithExtension(gif: Buffer): Buffer {
  const blocks = [Buffer.from('C2PA_GIF\x01\0\0')];
  for (let at = 0; at < CREDENTIALS.length; at += 255) blocks.push(CREDENTIALS.subarray(at, at + 255));
  const sized = blocks.flatMap((block) => [Buffer.from([block.length]), block]);
  const flags = gif[10] ?? 0;
  const colors = (flags & 128) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
  return insert(gif, 13 + colors, Buffer.concat([Buffer.from([0x21, 0xff]), ...sized, Buffer.alloc(1)]));
}
