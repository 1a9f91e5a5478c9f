import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { Unliking } from '../board/less-like.js';
import { entry, scrollOf } from '../route.js';
import { t } from '../texts/texts.js';
import { FailureNotice } from '../ui/notice.js';
import { useWidth } from '../ui/use-width.js';
import type { Listing } from './listing.js';
import { layOut, within } from './masonry.js';
import { spotStyle, Tile } from './tile.js';
import { useBand } from './use-band.js';
import { useMounted } from './use-mounted.js';

/** In rem: three lines of text and the space around them, as `--caption` in list.css. */
const CAPTION_REM = 5.65;
const NARROW_PX = 640;
/** More than two screens of a phone: the next page is there before the shopper is. */
const AHEAD_PX = 2_000;
/** Gray places shown before the first page is there, with the proportions of clothes in catalogs. */
const EXPECTED = Array<number>(12).fill(1.25);
/** One tile on a phone: as many as it renders while it scrolls smoothly. */
const ROWS_A_FRAME = 0.5;
/** Seen without scrolling on most screens. */
const EAGER = 6;

interface MasonryListProps {
  readonly listing: Listing;
  readonly label: string;
  readonly unliking?: Unliking | undefined;
}

/**
 * The pictures of a list without end. Places are computed before pictures load, so that nothing ever moves. Only tiles
 * on the screen and around it are in the document, so that a long list is as quick as a short one.
 */
export function MasonryList({ listing, label, unliking }: MasonryListProps) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const { band, measure } = useBand(frame);
  /** The position of the tile with the focus: it stays, and so do its neighbors, which the Tab key goes to. */
  const focused = useRef(Number.NaN);
  const items = listing.items.value;
  const isEmpty = items.length === 0;
  const isComplete = listing.isComplete.value;
  const failure = listing.failure.value;
  const isWaiting = isEmpty && failure === null && !isComplete;
  const rem = useMemo(() => Number.parseFloat(getComputedStyle(document.documentElement).fontSize), [width]);
  const masonry = useMemo(() => {
    const isNarrow = width < NARROW_PX;
    return layOut(isWaiting ? EXPECTED : items.map(({ picture }) => picture.height / picture.width), {
      width,
      column: isNarrow ? 140 : 228,
      gap: isNarrow ? 12 : 28,
      caption: Math.round(CAPTION_REM * rem),
    });
  }, [items, width, rem, isWaiting]);
  // The list has its height now, so that the page can be as far down as it was.
  useLayoutEffect(() => {
    if (width === 0) return;
    scrollTo(0, scrollOf(entry.value));
    measure();
    // Choosing a filter is no move to another place.
  }, [entry.value, width > 0]);
  const near = within(masonry.spots, band.from, band.to);
  const kept = [focused.current - 1, focused.current, focused.current + 1];
  const wished = [...kept, ...near].flatMap((index) => items[index]?.product.id ?? []);
  const shown = useMounted(wished, Math.ceil(ROWS_A_FRAME * masonry.columns));
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
        <ul
          class="masonry"
          aria-label={label}
          style={{ height: `${masonry.height}px` }}
          onFocusIn={({ target }) => {
            const tile = target instanceof Element ? target.closest('[aria-posinset]') : null;
            focused.current = Number(tile?.getAttribute('aria-posinset') ?? Number.NaN) - 1;
          }}
          onFocusOut={() => {
            focused.current = Number.NaN;
          }}
        >
          {width === 0
            ? null
            : items.map((item, index) => {
                const spot = masonry.spots[index];
                return spot === undefined || !shown.has(item.product.id) ? null : (
                  <Tile
                    key={item.product.id}
                    item={item}
                    start={spot.start}
                    top={spot.top}
                    width={masonry.columnWidth}
                    height={spot.height}
                    position={index + 1}
                    // -1: how many there are is not known yet.
                    count={isComplete ? items.length : -1}
                    eager={index < EAGER}
                    unliking={unliking}
                  />
                );
              })}
        </ul>
      )}
      <End listing={listing} />
      {failure === null ? null : <FailureNotice failure={failure} retry={() => void listing.more()} />}
    </div>
  );
}

/** Loads the next page before the shopper reaches the end, and says so. */
function End({ listing }: { readonly listing: Listing }) {
  const end = useRef<HTMLDivElement>(null);
  const items = listing.items.value;
  const isComplete = listing.isComplete.value;
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
  return (
    <>
      <div ref={end} />
      {items.length === 0 ? null : (
        <p class={isComplete ? 'list-end' : 'unseen'} role="status">
          {listing.isLoading.value ? t.value.more : isComplete ? t.value.thatIsAll : ''}
        </p>
      )}
      {items.length === 0 || isComplete || listing.failure.value !== null ? null : <div class="list-room" />}
    </>
  );
}
