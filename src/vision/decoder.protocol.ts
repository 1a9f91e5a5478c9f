import { z } from 'zod';
import { frame } from './framing.js';
import { FORMATS, type ImageHeader, RENDER_FORMATS } from './image-budget.js';

// Values from another process may belong to another realm, where `instanceof` fails.
const bytes = z.custom<Uint8Array<ArrayBuffer>>((value) => ArrayBuffer.isView(value));

/** Width times height of the upright image, from its header: a decoder refuses an image that has more. */
const pixels = z.number();

/** Of decoding the image once: they decide whose fault it is when that takes too long. */
const points = z.number();

/** Whether the colors are taken as sRGB: the color profile would take too long. */
const ignoresProfile = z.boolean();

/** What a decoder does with an image file. */
export const decoderWork = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('header') }),
  z.object({ kind: z.literal('facts'), pixels, points, ignoresProfile }),
  z.object({
    kind: z.literal('rendition'),
    pixels,
    points,
    ignoresProfile,
    width: z.number(),
    height: z.number(),
    format: z.enum(RENDER_FORMATS),
  }),
  z.object({ kind: z.literal('raster'), pixels, points, ignoresProfile, side: z.number() }),
  z.object({
    kind: z.literal('square'),
    pixels,
    points,
    ignoresProfile,
    /** Of the upright image. */
    width: z.number(),
    height: z.number(),
    frame,
  }),
]);
export type DecoderWork = z.infer<typeof decoderWork>;

/** Points of decoding; a header takes next to nothing. */
export const pointsOf = (work: DecoderWork): number => (work.kind === 'header' ? 0 : work.points);

/** The message to a decoder. */
export const decoderJob = z.object({ file: bytes, work: decoderWork });

/** The codes of what a decoder refuses. */
export const REFUSALS = ['IMAGE_TOO_LARGE', 'IMAGE_UNDECODABLE', 'SERVICE_OVERLOADED'] as const;

/** Its answer. */
export const decoderAnswer = z.object({
  /** Memory of the process after the work, in bytes. */
  rss: z.number(),
  /** CPU time of the process during the work, in microseconds. */
  cpu: z.number(),
  outcome: z.union([
    z.object({ result: z.unknown() }),
    z.object({
      refused: z.object({ code: z.enum(REFUSALS), message: z.string() }),
    }),
    z.object({ failed: z.string() }),
  ]),
});
export type DecoderAnswer = z.infer<typeof decoderAnswer>;

/** Results, by the kind of work. */
export const headerResult: z.ZodType<ImageHeader> = z.object({
  format: z.enum(Object.values(FORMATS)),
  width: z.number(),
  height: z.number(),
  channels: z.number(),
  sampleBytes: z.number(),
  isProgressive: z.boolean(),
  frames: z.number(),
  ignoresProfile: z.boolean(),
});
export const factsResult = z.object({
  /** ThumbHash, base64. */
  thumbhash: z.string(),
  /** `#rrggbb` */
  dominantColor: z.string(),
  /** SHA-256 of the file, in hex. */
  sha256: z.string(),
});
export const pixelsResult = z.object({ data: bytes, width: z.number(), height: z.number() });

/** The exit codes of a decoder that took too much memory, or too much CPU time. */
export const EXIT_OVER_MEMORY = 3;
export const EXIT_OVER_TIME = 4;
