import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { entry, scrollOf } from '../route.js';
import { t } from '../texts/texts.js';
import { FailureNotice } from '../ui/notice.js';
import { useWidth } from '../ui/use-width.js';
import type { Listing } from './listing.js';
import { layOut } from './masonry.js';
import { spotStyle, Tile } from './tile.js';

/** In rem: two lines of text and the space around them. */
const CAPTION_REM = 4.25;
const NARROW_PX = 640;
/** More than two screens of a phone: the next page is there before the shopper is. */
const AHEAD_PX = 2_000;
/** Gray places shown before the first page is there, with the proportions of clothes in catalogs. */
const EXPECTED = Array<number>(12).fill(1.25);
/** Seen without scrolling on most screens. */
const EAGER = 6;

interface MasonryListProps {
  readonly listing: Listing;
  readonly label: string;
  readonly lessLike?: ((product: string) => void) | undefined;
}

/** The pictures of a list without end. Places are computed before pictures load, so that nothing ever moves. */
export function MasonryList({ listing, label, lessLike }: MasonryListProps) {
  const frame = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const items = listing.items.value;
  const isEmpty = items.length === 0;
  const masonry = useMemo(() => {
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    const isNarrow = width < NARROW_PX;
    return layOut(isEmpty ? EXPECTED : items.map(({ picture }) => picture.height / picture.width), {
      width,
      column: isNarrow ? 140 : 228,
      gap: isNarrow ? 12 : 28,
      caption: Math.round(CAPTION_REM * rem),
    });
  }, [items, width, isEmpty]);
  // The list has its height now, so that the page can be as far down as it was.
  useLayoutEffect(() => {
    if (width > 0) scrollTo(0, scrollOf(entry.value));
    // Choosing a filter is no move to another place.
  }, [entry.value, width > 0]);
  useEffect(() => {
    const { current } = end;
    if (current === null) return;
    const observer = new IntersectionObserver(
      ([seen]) => {
        if (seen?.isIntersecting === true && listing.failure.value === null) void listing.more();
      },
      { rootMargin: `${AHEAD_PX}px` },
    );
    observer.observe(current);
    return () => observer.disconnect();
    // Observed anew after each page: its end may be within reach again.
  }, [listing, items]);
  const failure = listing.failure.value;
  const isWaiting = isEmpty && failure === null && !listing.isComplete.value;
  return (
    <div class="masonry-frame" ref={frame}>
      {isWaiting ? (
        <div class="masonry" style={{ height: `${masonry.height}px` }} aria-hidden="true">
          {masonry.spots.map(({ start, top, height }) => (
            <div
              key={`${start} ${top}`}
              class="tile tile-expected"
              style={spotStyle(start, top, masonry.columnWidth, height)}
            />
          ))}
        </div>
      ) : (
        <ul class="masonry" aria-label={label} style={{ height: `${masonry.height}px` }}>
          {width === 0
            ? null
            : items.map((item, index) => {
                const spot = masonry.spots[index];
                return spot === undefined ? null : (
                  <Tile
                    key={item.product.id}
                    item={item}
                    start={spot.start}
                    top={spot.top}
                    width={masonry.columnWidth}
                    height={spot.height}
                    eager={index < EAGER}
                    lessLike={lessLike}
                  />
                );
              })}
        </ul>
      )}
      <div ref={end} />
      {failure === null ? null : <FailureNotice failure={failure} retry={() => void listing.more()} />}
      {isEmpty ? null : (
        <p class="list-end" role="status">
          {listing.isLoading.value ? t.value.more : listing.isComplete.value ? t.value.thatIsAll : ''}
        </p>
      )}
    </div>
  );
}
