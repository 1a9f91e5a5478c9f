import sharp, { type Sharp } from 'sharp';

/** Images whose decoding costs far more than their file size suggests, and files that contain more than an image. */

export const flat = (width: number, height = width): Sharp =>
  sharp({ create: { width, height, channels: 3, background: '#a04030' } });

/** A few hundred bytes for 16 megapixels per frame: the same frame repeatedly, as one item. */
export function repeatedAvif(avif: Buffer, times: number): Buffer {
  const start = avif.indexOf('mdat') + 4;
  const frame = avif.subarray(start);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(frame.length);
  const file = Buffer.concat([avif.subarray(0, start), ...Array.from({ length: times }, () => frame)]);
  file.writeUInt32BE(frame.length * times, avif.indexOf(length, avif.indexOf('iloc')));
  file.writeUInt32BE(8 + frame.length * times, start - 8);
  return file;
}

/** An AVIF whose container states another size than its picture has. */
export function lyingAvif(avif: Buffer, side: number): Buffer {
  const file = Buffer.from(avif);
  const size = file.indexOf('ispe') + 8;
  file.writeUInt32BE(side, size);
  file.writeUInt32BE(side, size + 4);
  return file;
}

/** A progressive JPEG with one scan for each coefficient; each scan is about 20 bytes with no data. */
export function manyScans(progressive: Buffer, scans: number): Buffer {
  const found: { readonly start: number; readonly end: number }[] = [];
  for (let at = 2; progressive[at + 1] !== 0xd9;) {
    const start = at;
    const isScan = progressive[at + 1] === 0xda;
    at += 2 + progressive.readUInt16BE(at + 2);
    if (!isScan) continue;
    for (; progressive[at] !== 0xff || progressive[at + 1] === 0; at += 1);
    found.push({ start, end: at });
  }
  const [, second] = found;
  if (second === undefined) throw new Error('the JPEG is not progressive');
  const of = (coefficient: number): Buffer => {
    const scan = Buffer.from(progressive.subarray(second.start, second.end));
    scan.set([coefficient, coefficient, 0], 7);
    return scan;
  };
  return Buffer.concat([
    progressive.subarray(0, second.start),
    ...Array.from({ length: scans }, (_, index) => of(index + 1)),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** The picture file with additional bytes inside that are not part of the picture. */
export function stuffedPng(png: Buffer, bytes: number): Buffer {
  // A private chunk that decoders skip is inserted before IEND, which is the last 12 bytes.
  const chunk = Buffer.alloc(12 + bytes);
  chunk.writeUInt32BE(bytes);
  chunk.write('xxXx', 4, 'latin1');
  return Buffer.concat([png.subarray(0, -12), chunk, png.subarray(-12)]);
}

/** A GIF or a lossless WebP whose header states this width and height. */
export function withSize(image: Buffer, side: number): Buffer {
  const file = Buffer.from(image);
  if (file.toString('latin1', 0, 3) === 'GIF') {
    file.writeUInt16LE(side, 6);
    file.writeUInt16LE(side, 8);
    // The frame's size, after its separator and position.
    const frame = file.indexOf(Buffer.from([0x2c, 0, 0, 0, 0])) + 5;
    file.writeUInt16LE(side, frame);
    file.writeUInt16LE(side, frame + 2);
    return file;
  }
  // Width and height minus one, in 14 bits each, after the signature of VP8L.
  const at = file.indexOf('VP8L') + 9;
  const flags = file.readUInt32LE(at) & 0xf0000000;
  file.writeUInt32LE(((side - 1) | ((side - 1) << 14) | flags) >>> 0, at);
  return file;
}
