import { createHash } from 'node:crypto';
import type { Sharp } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import type { z } from 'zod';
import { RequestError } from '../errors.js';
import { dominantColor } from './color.js';
import { DECODE_TIMEOUT_SECONDS, heic, tooSlow, undecodable } from './decode-errors.js';
import { type DecoderWork, type factsResult, type pixelsResult, pointsOf } from './decoder.protocol.js';
import { isSimpleProfile } from './color-profile.js';
import { assertDecodable, FORMATS, type ImageHeader } from './image-budget.js';
import { assertOnePass, isHeic } from './image-file.js';
import { toSquare } from './raster.js';
import sharp from './sharp.js';

/** Enough for a placeholder and a color. */
const THUMBNAIL_SIDE = 48;

/**
 * With any more effort, encoding 2000 × 2000 pixels of noise takes 4 to 50 s on one core. With none, it takes 1 s.
 */
const AVIF_EFFORT = 0;

/**
 * Reads an image file in this process: for decoder.process.ts only, because the file may come from anyone.
 * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED
 */
export async function decodeFile(file: Uint8Array, work: DecoderWork): Promise<unknown> {
  try {
    switch (work.kind) {
      case 'header':
        return await readHeader(file);
      case 'facts':
        return await readFacts(file, work);
      case 'rendition':
        return await render(file, work);
      case 'raster':
        return await bytesOf(
          upright(openImage(file, work))
            .resize({ width: work.side, height: work.side, fit: 'inside', withoutEnlargement: true })
            .raw(),
        );
      case 'square':
        return await bytesOf(toWholeSquare(upright(openImage(file, work)), work));
    }
  } catch (cause) {
    throw cause instanceof RequestError ? cause : explained(cause, work);
  }
}

/** What is known of an image from its header. */
type Told = Pick<Exclude<DecoderWork, { kind: 'header' }>, 'pixels' | 'ignoresProfile'>;

async function readHeader(file: Uint8Array): Promise<ImageHeader> {
  if (isHeic(file)) throw heic();
  assertOnePass(file);
  const { format, autoOrient, channels, depth, isProgressive, pages, icc } = await openImage(
    file,
    null,
  ).metadata();
  if (!isFormat(format)) throw undecodable();
  const header: ImageHeader = {
    format: FORMATS[format],
    width: autoOrient.width,
    height: autoOrient.height,
    channels,
    sampleBytes: depth === 'uchar' ? 1 : 2,
    isProgressive,
    frames: pages ?? 1,
    ignoresProfile: icc !== undefined && !isSimpleProfile(icc),
  };
  assertDecodable(header);
  return header;
}

async function readFacts(file: Uint8Array, work: Told): Promise<z.infer<typeof factsResult>> {
  const { data, info } = await upright(openImage(file, work))
    .resize({ width: THUMBNAIL_SIDE, height: THUMBNAIL_SIDE, fit: 'inside', withoutEnlargement: true })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    thumbhash: Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64'),
    dominantColor: dominantColor(data, info.width, info.height),
    sha256: createHash('sha256').update(file).digest('hex'),
  };
}

function render(
  file: Uint8Array,
  work: Extract<DecoderWork, { kind: 'rendition' }>,
): Promise<z.infer<typeof pixelsResult>> {
  const { width, height, format } = work;
  const image = openImage(file, work).resize({ width, height, fit: 'inside', withoutEnlargement: true });
  if (format === 'jpeg') image.flatten({ background: 'white' });
  if (format === 'avif') image.avif({ effort: AVIF_EFFORT, chromaSubsampling: '4:2:0' });
  else image.toFormat(format);
  return bytesOf(image);
}

function toWholeSquare(
  image: Sharp,
  { width, height, frame }: Extract<DecoderWork, { kind: 'square' }>,
): Sharp {
  return toSquare(image, { width, height }, { left: 0, top: 0, width, height }, frame);
}

async function bytesOf(image: Sharp): Promise<z.infer<typeof pixelsResult>> {
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
}

/** Opens the first frame; refuses images with more pixels than expected, and truncated or damaged ones. */
function openImage(file: Uint8Array, told: Told | null): Sharp {
  return sharp(Buffer.from(file.buffer, file.byteOffset, file.byteLength), {
    // 'warning' would also refuse the slightly irregular files that some phones write.
    failOn: 'error',
    limitInputPixels: told?.pixels ?? false,
    ignoreIcc: told?.ignoresProfile ?? false,
    autoOrient: true,
  }).timeout({ seconds: DECODE_TIMEOUT_SECONDS });
}

/** Converts to 8-bit sRGB on white. */
function upright(image: Sharp): Sharp {
  return image.flatten({ background: 'white' }).toColorspace('srgb');
}

function isFormat(format: string): format is keyof typeof FORMATS {
  return Object.hasOwn(FORMATS, format);
}

/** Translates the errors of sharp. */
const explained = (cause: unknown, work: DecoderWork): RequestError =>
  String(cause).includes('timeout') ? tooSlow(pointsOf(work), cause) : undecodable(cause);
