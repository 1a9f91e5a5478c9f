import { inBackground } from '../platform/clients.js';
import { FairCache } from '../platform/fair-cache.js';
import { SharedWork } from '../platform/shared-work.js';
import { MAX_RENDERED_WIDTH, renderImage } from '../vision/decode.js';
import { isOfImage } from '../vision/decode-errors.js';
import { paidBy } from '../platform/request-payer.js';
import { DECODED_AT_ONCE } from '../vision/decode-queue.js';
import type { RenderFormat } from '../vision/image-budget.js';
import { limiter } from '../vision/limiter.js';
import { renderedWidth } from '../vision/widths.js';
import { isUpload } from '../images/upload-id.js';
import { strongTag } from './etag.js';
import type { Sender } from './sender.js';

/** Enough for the thumbnails of about ten thousand products, or a thousand large pictures. */
const MAX_CACHED_BYTES = 128 * 1024 * 1024;

/** What a rendition takes besides its bytes: pictures of a pixel have 44, and three million of them would fit. */
const ENTRY_BYTES = 1024;

/** How long a rendition may outlive the upload that it shows. */
const UPLOAD_MS = 60 * 60 * 1_000;

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

interface Kept {
  readonly rendition: Rendition;
  /** In milliseconds since 1970. */
  readonly until: number;
}

interface Wanted {
  /** Id of the image. */
  readonly id: string;
  /** In pixels; undefined: MAX_RENDERED_WIDTH, which is the maximum. */
  readonly width: number | undefined;
  readonly format: RenderFormat;
}

export interface Renditions {
  /** The rendition, if it is in memory; else null. */
  known(wanted: Wanted): Rendition | null;
  /**
   * The image, at least `width` pixels wide if the original is. Simultaneous identical requests are rendered once, in
   * the turn of whichever client has its turn first; whoever came first pays. Null if there is no such image.
   *
   * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED, THROTTLED
   */
  render(wanted: Wanted, sender: Pick<Sender, 'name' | 'pay'>): Promise<Rendition | null>;
}

const keyOf = ({ id, width, format }: Wanted): string =>
  `${id} ${renderedWidth(width ?? MAX_RENDERED_WIDTH)} ${format}`;

/** Points of reading an original and decoding a small one; INCLUDED_DECODING is part of it. */
const ORIGINAL_COST = 500;
/** Pixels that cost one point to encode. AVIF takes several times as long as the other formats. */
const ENCODED_PIXELS_A_POINT = 2_500;
const AVIF_PIXELS_A_POINT = 400;

/** Points of rendering an image with this width. */
function renditionCost({ width, format }: Wanted): number {
  const pixels = renderedWidth(width ?? MAX_RENDERED_WIDTH) ** 2;
  return (
    ORIGINAL_COST + Math.ceil(pixels / (format === 'avif' ? AVIF_PIXELS_A_POINT : ENCODED_PIXELS_A_POINT))
  );
}

/**
 * `countLookup` is told whether the cache had the rendition. When it is full, the client that had most of it rendered
 * gives way, so that none pushes out what the others look at.
 */
export function createRenditions(
  load: (id: string) => Promise<Buffer | null>,
  countLookup: (isHit: boolean) => void,
  capacity = MAX_CACHED_BYTES,
): Renditions {
  const inTurn = limiter(RENDERED_AT_ONCE, {
    maxWaiting: MAX_WAITING,
    maxWaitMs: MAX_WAIT_MS,
    isPriced: true,
  });
  const cache = new FairCache<Kept>(capacity);
  const rendering = new SharedWork<Rendition | null>(isOfImage);
  const render = async ({ id, width = MAX_RENDERED_WIDTH, format }: Wanted): Promise<Rendition | null> => {
    // Others wait for this place among the renditions, so it does not wait for the client's turn at the database.
    const original = await inBackground(() => load(id));
    if (original === null) return null;
    const { bytes, contentType } = await renderImage(original, { width: renderedWidth(width), format });
    return { bytes, contentType, etag: strongTag(bytes) };
  };
  return {
    known(wanted) {
      const kept = cache.get(keyOf(wanted));
      const known = kept !== undefined && Date.now() < kept.until ? kept.rendition : null;
      countLookup(known !== null);
      return known;
    },
    render: (wanted, sender) =>
      rendering.get(keyOf(wanted), async () => {
        const cost = renditionCost(wanted);
        const payer = await sender.pay(cost);
        const rendition = await paidBy(payer, () => inTurn(() => render(wanted), undefined, cost));
        if (rendition !== null) {
          const until = isUpload(wanted.id) ? Date.now() + UPLOAD_MS : Infinity;
          const size = rendition.bytes.byteLength + ENTRY_BYTES;
          cache.set(keyOf(wanted), { rendition, until }, size, sender.name);
        }
        return rendition;
      }),
  };
}
