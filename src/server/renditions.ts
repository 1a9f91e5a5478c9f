import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { MAX_RENDERED_WIDTH, renderImage } from '../vision/decode.js';
import { DECODED_AT_ONCE } from '../vision/decode-queue.js';
import type { RenderFormat } from '../vision/image-budget.js';
import { limiter } from '../vision/limiter.js';
import { renderedWidth } from '../vision/widths.js';

/** Enough for the thumbnails of about ten thousand products, or a thousand large pictures. */
const MAX_CACHED_BYTES = 128 * 1024 * 1024;

/** Leaves one place of the decode queue free for searches, which a rendition would delay. */
const RENDERED_AT_ONCE = DECODED_AT_ONCE - 1;

/** Pictures of a few screens that open at the same time. Originals are read in their turn, so only names wait. */
const MAX_WAITING = 500;

/**
 * Longer than other images wait: a browser shows the page meanwhile, and does not ask again for a picture that failed.
 */
const MAX_WAIT_MS = 15_000;

/** An image ready to send. */
interface Rendition {
  readonly bytes: Buffer;
  readonly contentType: string;
  /** Quoted, from the content. */
  readonly etag: string;
}

export interface Renditions {
  /** Whether it is in memory, or being rendered. */
  has(id: string, width: number | undefined, format: RenderFormat): boolean;
  /**
   * The image, at least `width` pixels wide if the original is, and at most MAX_RENDERED_WIDTH. Simultaneous
   * identical requests are rendered once. Null if there is no such image.
   *
   * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED, THROTTLED
   */
  get(id: string, width: number | undefined, format: RenderFormat): Promise<Rendition | null>;
}

const keyOf = (id: string, width: number, format: RenderFormat): string => `${id} ${width} ${format}`;

/** Points of reading an original and decoding a small one; INCLUDED_DECODING is part of it. */
const ORIGINAL_COST = 500;
/** Pixels that cost one point to encode. AVIF takes several times as long as the other formats. */
const ENCODED_PIXELS_A_POINT = 2_500;
const AVIF_PIXELS_A_POINT = 400;

/** Points of rendering an image with this width. */
export function renditionCost(wanted: number = MAX_RENDERED_WIDTH, format: RenderFormat): number {
  const pixels = renderedWidth(wanted) ** 2;
  return (
    ORIGINAL_COST + Math.ceil(pixels / (format === 'avif' ? AVIF_PIXELS_A_POINT : ENCODED_PIXELS_A_POINT))
  );
}

/** `countLookup` is told whether the cache had the rendition. */
export function createRenditions(
  load: (id: string) => Promise<Buffer | null>,
  countLookup: (isHit: boolean) => void,
): Renditions {
  const inTurn = limiter(RENDERED_AT_ONCE, MAX_WAITING, MAX_WAIT_MS);
  const cache = new LRUCache<string, Rendition, { id: string; width: number; format: RenderFormat }>({
    maxSize: MAX_CACHED_BYTES,
    sizeCalculation: ({ bytes }) => bytes.byteLength,
    // A rendition that no longer fits in the cache is still returned to waiting requests.
    ignoreFetchAbort: true,
    fetchMethod: (_key, _stale, { context: { id, width, format } }) =>
      inTurn(async () => {
        const original = await load(id);
        if (original === null) return undefined;
        const { bytes, contentType } = await renderImage(original, { width, format });
        const etag = `"${createHash('sha256').update(bytes).digest('base64url')}"`;
        return { bytes, contentType, etag };
      }),
  });
  const rendering = new Set<string>();
  return {
    has(id, wanted = MAX_RENDERED_WIDTH, format) {
      const key = keyOf(id, renderedWidth(wanted), format);
      return rendering.has(key) || cache.has(key);
    },
    async get(id, wanted = MAX_RENDERED_WIDTH, format) {
      const width = renderedWidth(wanted);
      const key = keyOf(id, width, format);
      countLookup(cache.has(key));
      rendering.add(key);
      try {
        return (await cache.fetch(key, { context: { id, width, format } })) ?? null;
      } finally {
        rendering.delete(key);
      }
    },
  };
}
