import { useEffect, useRef, useState } from 'preact/hooks';
import { ask } from '../api/ask.js';
import { isAbort, toFailure } from '../api/failure.js';
import { FindAlikeDocument } from '../generated/graphql.js';
import { type Item, toItems } from '../list/item.js';
import { Picture } from '../list/picture.js';
import { ProductPrice } from '../list/tile.js';
import { take } from '../picture/intake.js';
import { PickButton } from '../picture/pick-button.js';
import { t } from '../texts/texts.js';
import { Icon } from '../ui/icon.js';
import { Link } from '../ui/link.js';
import { Sheet } from '../ui/sheet.js';
import { FrameFilter } from './frames.js';

/** Several times a second is as often as the eye follows. */
const LOOK_EVERY_MS = 150;
/** More pixels find nothing more at this size of a garment, and take longer to send. */
const FRAME_WIDTH = 384;
const FRAME_QUALITY = 0.7;
const SHOWN = 6;

interface LiveCameraProps {
  readonly channel: string;
  readonly close: () => void;
}

/** What looks like whatever the camera sees, as long as somebody looks. */
export function LiveCamera({ channel, close }: LiveCameraProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [items, setItems] = useState<readonly Item[]>([]);
  const [isRefused, setRefused] = useState(false);
  useEffect(() => {
    const leaving = new AbortController();
    follow(channel, video.current, setItems, leaving.signal).catch((error: unknown) => {
      if (!isAbort(error)) setRefused(true);
    });
    return () => leaving.abort();
  }, [channel]);
  const keep = async (): Promise<void> => {
    // Before its first frame, a camera has no size.
    if (video.current === null || video.current.videoWidth === 0) return;
    const picture = await snapshot(video.current, video.current.videoWidth, 0.9);
    close();
    void take(picture);
  };
  return (
    <Sheet title={t.value.live} close={close} wide>
      {isRefused ? (
        <>
          <p role="alert">{t.value.noCamera}</p>
          <div class="sheet-foot">
            <PickButton class="button">
              <Icon name="picture" /> {t.value.usePicture}
            </PickButton>
          </div>
        </>
      ) : (
        <>
          <div class="live-frame">
            <video ref={video} autoPlay playsInline muted />
            <p role="status">{items.length === 0 ? t.value.pointAt : ''}</p>
          </div>
          <ul class="live-shelf" aria-label={t.value.looksLike}>
            {items.map(({ product, picture }) => (
              <li key={product.id}>
                <Link to={{ at: 'product', handle: product.handle }}>
                  <span style={{ display: 'block', aspectRatio: `${picture.width} / ${picture.height}` }}>
                    <Picture picture={picture} sizes="9rem" alt="" />
                  </span>
                  <span class="tile-title">{product.title}</span>
                  <ProductPrice range={product.priceRange ?? null} />
                </Link>
              </li>
            ))}
          </ul>
          <div class="sheet-foot">
            <button class="button" type="button" onClick={() => void keep()}>
              {t.value.keepFrame}
            </button>
          </div>
        </>
      )}
    </Sheet>
  );
}

/**
 * Asks with one frame after the other until the signal aborts. Never two at a time, none that shows what the last one
 * showed, and none while the page is hidden.
 */
async function follow(
  channel: string,
  video: HTMLVideoElement | null,
  show: (items: readonly Item[]) => void,
  signal: AbortSignal,
): Promise<void> {
  if (video === null) return;
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: 'environment', width: { ideal: 1_280 } },
  });
  const stop = (): void => stream.getTracks().forEach((track) => track.stop());
  signal.addEventListener('abort', stop);
  const hasLeft = (): boolean => signal.aborted;
  if (hasLeft()) {
    stop();
    return;
  }
  video.srcObject = stream;
  const filter = new FrameFilter();
  while (!hasLeft()) {
    await sleep(LOOK_EVERY_MS);
    // Unplugged, or taken by a call.
    if (!stream.active) throw new Error('The camera has ended.');
    if (document.hidden || video.videoWidth === 0 || !filter.keep(video)) continue;
    const frame = await snapshot(video, FRAME_WIDTH, FRAME_QUALITY);
    try {
      const { edges } = await ask(
        FindAlikeDocument,
        { channel, query: { like: [{ image: { base64: await toBase64(frame) } }] }, first: SHOWN },
        (data) => data.visualSearch,
        signal,
      );
      show(toItems(edges));
    } catch (error) {
      if (isAbort(error)) return;
      // The camera goes on when the gateway has time again.
      await sleep(toFailure(error).retryAfterMs ?? 1_000);
    }
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A frame as JPEG, at most this wide. */
async function snapshot(video: HTMLVideoElement, width: number, quality: number): Promise<Blob> {
  const scale = Math.min(1, width / video.videoWidth);
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
  if (blob === null) throw new Error('This browser cannot write a JPEG.');
  return blob;
}

async function toBase64(blob: Blob): Promise<string> {
  let text = '';
  for (const byte of new Uint8Array(await blob.arrayBuffer())) text += String.fromCharCode(byte);
  return btoa(text);
}
