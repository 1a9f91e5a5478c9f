import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PictureFragment } from '../generated/graphql.js';
import { toDataUrl } from './thumbhash.js';

const LADDER = [
  ['w256', 256],
  ['w512', 512],
  ['w1024', 1024],
] as const;

/** The files of a picture by width, up to the first that has all of its pixels. */
export function srcSetOf(picture: PictureFragment): string {
  const needed = LADDER.findIndex(([, width]) => width >= picture.width);
  const rungs = needed === -1 ? LADDER : LADDER.slice(0, needed + 1);
  return rungs
    .flatMap(([name, width]) => {
      const url = picture[name];
      return url == null ? [] : [`${url} ${Math.min(width, picture.width)}w`];
    })
    .join(', ');
}

/** A picture that nobody has asked for before is made first, which a busy gateway or a small budget puts off. */
const MAX_TRIES = 4;
const FIRST_WAIT_MS = 1_500;

/** Pictures that have been shown, with their sizes: what comes back into view does not fade in again. */
const shown = new Set<string>();

interface PictureProps {
  readonly picture: PictureFragment;
  /** The width on the screen, as `sizes` takes it. */
  readonly sizes: string;
  /** Whether it is seen at once, and not only after scrolling. */
  readonly eager?: boolean;
  readonly alt?: string;
}

/** A picture whose place is reserved: first its color, then a blur, then itself. */
export function Picture({ picture, sizes, eager = false, alt }: PictureProps) {
  const image = useRef<HTMLImageElement>(null);
  const name = `${picture.id} ${sizes}`;
  const [isThere, setThere] = useState(() => shown.has(name));
  const [tries, setTries] = useState(0);
  const arrive = (): void => {
    shown.add(name);
    setThere(true);
  };
  // One from the cache is complete before anybody listens.
  useLayoutEffect(() => {
    if (!isThere && image.current?.complete && image.current.naturalWidth > 0) arrive();
  }, []);
  return (
    <span
      class={`picture ${isThere ? 'picture-there' : ''} ${eager ? 'picture-eager' : ''}`}
      style={isThere ? {} : { backgroundImage: `url(${toDataUrl(picture.thumbhash)})` }}
    >
      <img
        key={tries}
        ref={image}
        src={picture.w512 ?? ''}
        srcset={srcSetOf(picture)}
        sizes={sizes}
        width={picture.width}
        height={picture.height}
        alt={alt ?? picture.altText ?? ''}
        loading={eager ? 'eager' : 'lazy'}
        fetchpriority={eager ? 'high' : 'auto'}
        decoding="async"
        draggable={false}
        onLoad={arrive}
        onError={() => {
          if (tries < MAX_TRIES) setTimeout(() => setTries(tries + 1), FIRST_WAIT_MS * 2 ** tries);
        }}
      />
    </span>
  );
}
