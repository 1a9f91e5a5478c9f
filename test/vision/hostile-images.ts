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

/** A lossless WebP as the only picture of an animation, so many times. */
export function manyFrames(webp: Buffer, frames: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(data.length);
    return Buffer.concat([Buffer.from(type), length, data, Buffer.alloc(data.length % 2)]);
  };
  // Extended: animated, with transparency, of one pixel.
  const head = chunk('VP8X', Buffer.from('12000000000000000000', 'hex'));
  // Where it is, its size minus one, 40 ms.
  const frame = chunk(
    'ANMF',
    Buffer.concat([Buffer.from('00000000000000000000000028000000', 'hex'), webp.subarray(12)]),
  );
  const body = [
    Buffer.from('WEBP'),
    head,
    chunk('ANIM', Buffer.alloc(6)),
    ...Array<Buffer>(frames).fill(frame),
  ];
  return chunk('RIFF', Buffer.concat(body));
}

/** A JPEG with a color profile (ICC.1:2022) whose transform to the profile connection space has so many steps. */
export function manySteps(jpeg: Buffer, steps: number): Buffer {
  const words = (...values: number[]): Buffer => {
    const bytes = Buffer.alloc(4 * values.length);
    values.forEach((value, index) => bytes.writeInt32BE(value, 4 * index));
    return bytes;
  };
  const fixed = (...values: number[]): Buffer => words(...values.map((value) => Math.round(value * 65_536)));
  const type = (name: string, ...data: Buffer[]): Buffer =>
    Buffer.concat([Buffer.from(name), words(0), ...data]);
  const channels = Buffer.from([0, 3, 0, 3]);
  const identity = Buffer.alloc(48);
  [0, 4, 8].forEach((place) => identity.writeFloatBE(1, 4 * place));
  const step = type('matf', channels, identity);
  // All are the same one.
  const places = Array.from({ length: steps }, () => words(16 + 8 * steps, step.length));
  const tags: [string, Buffer][] = [
    ['wtpt', type('XYZ ', fixed(0.9642, 1, 0.8249))],
    ['rXYZ', type('XYZ ', fixed(0.4361, 0.2225, 0.0139))],
    ['gXYZ', type('XYZ ', fixed(0.3851, 0.7169, 0.0971))],
    ['bXYZ', type('XYZ ', fixed(0.1431, 0.0606, 0.7141))],
    ...['rTRC', 'gTRC', 'bTRC'].map((name): [string, Buffer] => [
      name,
      type('curv', words(1), Buffer.from([2, 51, 0, 0])),
    ]),
    ['D2B0', type('mpet', channels, words(steps), ...places, step)],
  ];
  let at = 132 + 12 * tags.length;
  const table = tags.map(([name, data]) => {
    const entry = Buffer.concat([Buffer.from(name), words(at, data.length)]);
    at += data.length;
    return entry;
  });
  const header = Buffer.alloc(128);
  header.writeUInt32BE(at);
  header.write('lcms\x04\x30\0\0mntrRGB XYZ ', 4, 'latin1');
  header.write('acspAPPL', 36, 'latin1');
  fixed(0.9642, 1, 0.8249).copy(header, 68);
  const profile = Buffer.concat([header, words(tags.length), ...table, ...tags.map(([, data]) => data)]);
  const segment = Buffer.concat([
    Buffer.from([0xff, 0xe2, 0, 0]),
    Buffer.from('ICC_PROFILE\0\x01\x01'),
    profile,
  ]);
  segment.writeUInt16BE(segment.length - 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}

/** A JPEG whose EXIF has a directory of so many entries (TIFF 6.0), all of which point to that directory. */
export function exifInItself(jpeg: Buffer, entries: number): Buffer {
  const EXIF_GPS_AND_INTEROPERABILITY = [0x8769, 0x8825, 0xa005];
  const directory = Buffer.alloc(2 + 12 * entries + 4);
  directory.writeUInt16LE(entries);
  for (let entry = 0; entry < entries; entry += 1) {
    const at = 2 + 12 * entry;
    directory.writeUInt16LE(EXIF_GPS_AND_INTEROPERABILITY[entry % 3] ?? 0, at);
    // One number of 32 bits: where the directory is.
    directory.writeUInt16LE(4, at + 2);
    directory.writeUInt32LE(1, at + 4);
    directory.writeUInt32LE(8, at + 8);
  }
  const segment = Buffer.concat([
    Buffer.from([0xff, 0xe1, 0, 0]),
    Buffer.from('Exif\0\0II*\0\x08\0\0\0', 'latin1'),
    directory,
  ]);
  segment.writeUInt16BE(segment.length - 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}
