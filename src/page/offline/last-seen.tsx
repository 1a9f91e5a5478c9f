import { useMemo } from 'preact/hooks';
import { Listing } from '../list/listing.js';
import { MasonryList } from '../list/masonry-list.js';
import { moment, t } from '../texts/texts.js';
import { lastSeen } from './seen.js';

/** What the shopper saw on the last visit, for one without a connection; nothing when that is unknown. */
export function LastSeen() {
  const seen = useMemo(lastSeen, []);
  const listing = useMemo(() => Listing.of(seen?.items ?? []), [seen]);
  if (seen === null) return null;
  return (
    <section class="last-seen">
      <h2>{t.value.lastSeen}</h2>
      <p class="quiet">{t.value.lastSeenText(moment(seen.at))}</p>
      <MasonryList listing={listing} label={t.value.lastSeen} />
    </section>
  );
}
