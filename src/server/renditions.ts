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
  /**
   * The image, at least `width` pixels wide if the original is, and at most MAX_RENDERED_WIDTH. Simultaneous
   * identical requests are rendered once. Null if there is no such image.
   *
   * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED
   */
  get(id: string, width: number | undefined, format: RenderFormat): Promise<Rendition | null>;
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
  return {
    async get(id, wanted = MAX_RENDERED_WIDTH, format) {
      const width = renderedWidth(wanted);
      const key = `${id} ${width} ${format}`;
      countLookup(cache.has(key));
      return (await cache.fetch(key, { context: { id, width, format } })) ?? null;
    },
  };
}
