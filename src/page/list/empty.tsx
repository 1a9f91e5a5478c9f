import { useEffect, useRef } from 'preact/hooks';
import { hasChoice } from '../filter/filters.js';
import { market } from '../market.js';
import { NO_FILTERS } from '../place.js';
import { narrow, place } from '../route.js';
import { t } from '../texts/texts.js';
import { Link } from '../ui/link.js';
import { Notice } from '../ui/notice.js';
import { LeaveOut } from './leave-out.js';
import type { Listing } from './listing.js';

/** What to do when a list has nothing: give up a choice, or look elsewhere. Comes into view. */
export function Empty({ listing }: { readonly listing: Listing }) {
  const frame = useRef<HTMLDivElement>(null);
  const isShown = listing.items.value.length === 0 && listing.isComplete.value;
  // Below an invitation, a phone would show the choices, and not that nothing has them all.
  useEffect(() => frame.current?.scrollIntoView({ block: 'nearest' }), [isShown]);
  if (!isShown) return null;
  const { view, filters } = place.value;
  // What looks like a picture cannot be counted so.
  const isCounted = view.at === 'words' || view.at === 'home';
  const leaveOut =
    isCounted && market.value !== null ? <LeaveOut place={place.value} channel={market.value} /> : null;
  return (
    <div class="empty" ref={frame}>
      {hasChoice(filters) ? (
        <Notice title={t.value.nothingSo} text={t.value.nothingSoText}>
          <button class="button" type="button" onClick={() => narrow(NO_FILTERS)}>
            {t.value.clearAll}
          </button>
          {leaveOut}
        </Notice>
      ) : (
        <Notice title={t.value.nothing} text={t.value.nothingText}>
          <Link class="button" to={{ at: 'home' }}>
            {t.value.seeAll}
          </Link>
          {leaveOut}
        </Notice>
      )}
    </div>
  );
}
