import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import sharp, { type Sharp } from 'sharp';
import { thumbHashToApproximateAspectRatio } from 'thumbhash';
import { decodeSquare, inspectImage, renderImage } from '../../src/vision/decode.js';
import { type Frame, PAD } from '../../src/vision/framing.js';
import { failure, fixture } from './support.js';

const photo = fixture('drawn-tee-striped.jpg');
const drawn = (): Sharp => sharp(photo);

const RED = { r: 200, g: 20, b: 30 };
const flat = (width: number, height: number, background: object = RED): Sharp =>
  sharp({ create: { width, height, channels: 3, background } });

const inSquare = (size: number): Frame => ({ size, framing: PAD });

/** Mean absolute difference of two decoded squares, in 1/255. */
async function difference(a: Uint8Array, b: Uint8Array): Promise<number> {
  const [{ pixels: x }, { pixels: y }] = await Promise.all([
    decodeSquare(a, inSquare(64)),
    decodeSquare(b, inSquare(64)),
  ]);
  return x.reduce((sum, value, index) => sum + Math.abs(value - (y[index] ?? NaN)), 0) / x.length;
}

describe('inspectImage', () => {
  test('reads size, format, placeholder, color and checksum', async () => {
    const facts = await inspectImage(photo);
    expect(facts).toMatchObject({ width: 480, height: 640, format: 'jpeg' });
    expect(facts.sha256).toBe(createHash('sha256').update(photo).digest('hex'));
    expect(thumbHashToApproximateAspectRatio(Buffer.from(facts.thumbhash, 'base64'))).toBeCloseTo(0.75, 0);
  });

  test.each(['jpeg', 'png', 'webp', 'avif', 'gif'] as const)('reads %s', async (format) => {
    const bytes = await drawn().toFormat(format).toBuffer();
    await expect(inspectImage(bytes)).resolves.toMatchObject({ width: 480, height: 640, format });
    expect(await difference(bytes, photo)).toBeLessThan(6);
  });

  test('reads 1 × 1 pixel, and a line', async () => {
    await expect(inspectImage(await flat(1, 1).png().toBuffer())).resolves.toMatchObject({
      width: 1,
      height: 1,
      dominantColor: '#c8141e',
    });
    await expect(inspectImage(await flat(1, 4000).png().toBuffer())).resolves.toMatchObject({ height: 4000 });
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'turns an image upright by E{ angle: 90, flop: true }IF orientation %d',
    async (orientation) => {
      // How a camera that writes each orientation stores an upright scene (EXIF 2.3, 4.6.4).
      const stored = [
        { angle: 0, flop: false },
        { angle: 0, flop: true },
        { angle: 180, flop: false },
        { angle: 180, flop: true },
        { angle: 90, flop: true },
        { angle: 270, flop: false },
        { angle: 270, flop: true },
        { angle: 90, flop: false },
      ][orientation - 1];
      const turned = await sharp(
        await drawn()
          .rotate(stored?.angle ?? 0)
          .png()
          .toBuffer(),
      )
        .flop(stored?.flop ?? false)
        .withMetadata({ orientation })
        .png()
        .toBuffer();
      await expect(inspectImage(turned)).resolves.toMatchObject({ width: 480, height: 640 });
      expect(await difference(turned, photo)).toBeLessThan(1);
    },
  );
});

describe('the dominant color', () => {
  const garment = async (color: string, ground: object) => {
    const svgFree = await flat(60, 90, ground)
      .composite([{ input: { create: { width: 30, height: 50, channels: 3, background: color } } }])
      .png()
      .toBuffer();
    return (await inspectImage(svgFree)).dominantColor;
  };

  test('is that of a small garment, not of the ground', async () => {
    await expect(garment('#1d5c33', { r: 250, g: 250, b: 248 })).resolves.toBe('#1d5c33');
    await expect(garment('#e8d9a0', { r: 40, g: 42, b: 48 })).resolves.toBe('#e8d9a0');
  });

  test('is white for white on white', async () => {
    await expect(garment('#fefefe', { r: 250, g: 250, b: 250 })).resolves.toMatch(/^#f[a-f]f[a-f]f[a-f]$/);
  });

  test('of a drawn dress is its cloth', async () => {
    const { dominantColor } = await inspectImage(fixture('drawn-dress-dotted.jpg'));
    const [r = 0, g = 0, b = 0] = Buffer.from(dominantColor.slice(1), 'hex');
    expect(r).toBeGreaterThan(2 * g);
    expect(r).toBeGreaterThan(2 * b);
  });
});

describe('colors become 8-bit sRGB on white', () => {
  test('from CMYK', async () => {
    const cmyk = await flat(40, 40).toColorspace('cmyk').jpeg({ quality: 95 }).toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    const [r = 0, g = 255, b = 255] = (await decodeSquare(cmyk, inSquare(32))).pixels;
    expect(r).toBeGreaterThan(150);
    expect(Math.max(g, b)).toBeLessThan(80);
  });

  test('from 16 bits a channel', async () => {
    const deep = await drawn().toColorspace('rgb16').png().toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    expect(await difference(deep, photo)).toBeLessThan(2);
  });

  test('from gray, with 8 and 16 bits', async () => {
    const gray = await drawn().grayscale().png().toBuffer();
    const deep = await drawn().grayscale().toColorspace('grey16').png().toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    expect((await decodeSquare(gray, inSquare(64))).pixels).toHaveLength(3 * 64 * 64);
    expect(await difference(deep, gray)).toBeLessThan(2);
  });

  test('from another color space', async () => {
    const wide = await drawn().withIccProfile('p3').jpeg({ quality: 95 }).toBuffer();
    expect(await difference(wide, photo)).toBeLessThan(3);
  });

  test('from transparency', async () => {
    const clear = await sharp({
      create: { width: 8, height: 8, channels: 4, background: { ...RED, alpha: 0.5 } },
    })
      .png()
      .toBuffer();
    const [r = 0, g = 0, b = 0] = (await decodeSquare(clear, inSquare(16))).pixels;
    expect([r, g, b].map((value) => Math.round(value / 4))).toEqual([57, 34, 36]);
  });

  test('from the first frame of an animation', async () => {
    const pixels = Buffer.concat([Buffer.alloc(300, 40), Buffer.alloc(300, 220)]);
    const frames = sharp(pixels, { raw: { width: 10, height: 20, channels: 3, pageHeight: 10 } });
    for (const animation of [await frames.clone().gif().toBuffer(), await frames.clone().webp().toBuffer()]) {
      expect((await sharp(animation).metadata()).pages).toBe(2);
      await expect(inspectImage(animation)).resolves.toMatchObject({ width: 10, height: 10 });
      expect((await decodeSquare(animation, inSquare(16))).pixels[0]).toBeLessThan(60);
    }
  });
});

describe('refuses', () => {
  const readers = {
    inspectImage: (bytes: Uint8Array) => inspectImage(bytes),
    decodeSquare: (bytes: Uint8Array) => decodeSquare(bytes, inSquare(64)),
    renderImage: (bytes: Uint8Array) => renderImage(bytes, { width: 50 }),
  };
  const refused = async (bytes: Uint8Array) =>
    new Set(await Promise.all(Object.values(readers).map(async (read) => (await failure(read(bytes))).code)));

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('a red dress')],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect/></svg>')],
    ['PDF', Buffer.from('%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>')],
    ['PPM', Buffer.concat([Buffer.from('P6\n2 2\n255\n'), Buffer.alloc(12)])],
  ])('%s', async (_, bytes) => {
    expect(await refused(bytes)).toEqual(new Set(['IMAGE_UNDECODABLE']));
  });

  test('TIFF', async () => {
    expect(await refused(await flat(9, 9).tiff().toBuffer())).toEqual(new Set(['IMAGE_UNDECODABLE']));
  });

  test.each(['jpeg', 'png', 'webp', 'avif', 'gif'] as const)('a truncated %s', async (format) => {
    const bytes = await drawn().toFormat(format).toBuffer();
    for (const share of [0.2, 0.7, 0.98]) {
      expect(await refused(bytes.subarray(0, bytes.length * share))).toEqual(new Set(['IMAGE_UNDECODABLE']));
    }
  });

  test('a PNG of 20,000 × 20,000 pixels', async () => {
    const header = Buffer.from(await flat(2, 2).png().toBuffer());
    header.writeUInt32BE(20_000, 16);
    header.writeUInt32BE(20_000, 20);
    header.writeUInt32BE(crc32(header.subarray(12, 29)), 29);
    expect(await refused(header)).toEqual(new Set(['IMAGE_TOO_LARGE']));
  });

  test('11 MB', async () => {
    expect(await refused(Buffer.concat([photo, Buffer.alloc(11 * 1024 * 1024)]))).toEqual(
      new Set(['IMAGE_TOO_LARGE']),
    );
  });

  test('with a message that names the remedy', async () => {
    expect((await failure(inspectImage(Buffer.from('a red dress')))).message).toMatch(/send a complete JPEG/);
  });
});

describe('renderImage', () => {
  test.each(['webp', 'jpeg', 'png', 'avif'] as const)('scales down to %s', async (format) => {
    const { bytes, contentType } = await renderImage(photo, { width: 120, format });
    expect(contentType).toBe(`image/${format}`);
    await expect(inspectImage(bytes)).resolves.toMatchObject({ width: 120, height: 160, format });
  });

  test('never enlarges', async () => {
    const { bytes } = await renderImage(await flat(30, 20).png().toBuffer(), { width: 900 });
    await expect(inspectImage(bytes)).resolves.toMatchObject({ width: 30, height: 20, format: 'webp' });
  });

  test('is upright and carries no metadata', async () => {
    const tagged = await flat(40, 20)
      .withExif({ IFD0: { Copyright: 'someone' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const rendered = await sharp(
      (await renderImage(tagged, { width: 2000, format: 'jpeg' })).bytes,
    ).metadata();
    expect(rendered).toMatchObject({ width: 20, height: 40 });
    expect(rendered.exif).toBeUndefined();
    expect(rendered.orientation).toBeUndefined();
  });

  // Failed on 2026-11-28: whoever sent noise had it encoded for half a minute.
  test('is encoded as AVIF with the least effort', async () => {
    const side = 100;
    const noise = await sharp(randomBytes(side * side * 3), {
      raw: { width: side, height: side, channels: 3 },
    })
      .png()
      .toBuffer();
    const encoded = (effort: number): Promise<Buffer> =>
      sharp(noise).avif({ effort, chromaSubsampling: '4:2:0' }).toBuffer();
    const { bytes } = await renderImage(noise, { width: side, format: 'avif' });
    expect(await encoded(0)).toEqual(Buffer.from(bytes));
    expect(await encoded(1)).not.toEqual(Buffer.from(bytes));
  });
});
