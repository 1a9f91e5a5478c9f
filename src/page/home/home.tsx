import { FilterBar } from '../filter/filter-bar.js';
import { chosenLabel } from '../filter/chosen-label.js';
import { chosenIn, hasChoice } from '../filter/filters.js';
import { Empty } from '../list/empty.js';
import { type Counts, EXPECTED, listingOf } from '../list/listing.js';
import { MasonryList } from '../list/masonry-list.js';
import { browse, newest } from '../list/sources.js';
import { useSettled } from '../list/use-settled.js';
import { LiveButton } from '../live/live-button.js';
import { LastSeen } from '../offline/last-seen.js';
import { PickButton } from '../picture/pick-button.js';
import { type Filters, type Place, writePlace } from '../place.js';
import { askedWords } from '../list/asked-words.js';
import { t } from '../texts/texts.js';
import { Icon } from '../ui/icon.js';
import { Main } from '../ui/main.js';
import { Kinds } from './kinds.js';

interface ListViewProps {
  readonly place: Place;
  readonly channel: string;
}

interface HomeProps {
  readonly place: Place;
  /** Null while the market is being found out: the invitation does not wait for it. */
  readonly channel: string | null;
}

/** An invitation to show a picture, above all products, newest first. */
export function Home({ place, channel }: HomeProps) {
  const { filters, sort } = place;
  const isNarrowed = hasChoice(filters);
  // Links lead to a kind or a brand, which has a page of its own; any other choice must not move what is being tapped.
  const isPartOfShop = filters.categories.length > 0 || filters.brands.length > 0;
  const asked =
    channel === null
      ? EXPECTED
      : listingOf(`${channel}${writePlace(place)}`, () =>
          isNarrowed || sort !== 'BEST' ? browse(channel, null, filters, sort) : newest(channel),
        );
  const listing = useSettled(asked);
  const isEmpty = listing.items.value.length === 0;
  return (
    <Main>
      {isPartOfShop ? (
        <h1 class="unseen">{t.value.allProducts}</h1>
      ) : (
        <section class="hero">
          <h1>{t.value.invitation}</h1>
          <p>{t.value.promise}</p>
          <div class="hero-ways">
            <PickButton class="button button-large">
              <Icon name="picture" /> {t.value.usePicture}
            </PickButton>
            <LiveButton channel={channel} />
          </div>
          <p class="hero-hint">
            <span class="hero-drop">{t.value.otherWays}</span> {t.value.pictureDeleted}
          </p>
        </section>
      )}
      {isPartOfShop ? null : <Kinds />}
      <FilterBar counts={asked.counts.value} title={titleOf(filters, asked.counts.value)} />
      <MasonryList listing={listing} label={t.value.products} />
      <Empty listing={listing} />
      {isEmpty && listing.failure.value?.code === 'OFFLINE' ? <LastSeen /> : null}
    </Main>
  );
}

/** The kind or brand that a link leads to is called by its name, whatever else is chosen of it. */
function titleOf(filters: Filters, counts: Counts | null): string {
  const [part, other] = chosenIn(filters).filter(({ name }) => name === 'category' || name === 'brand');
  if (part !== undefined && other === undefined) return chosenLabel(part.name, part.value, counts);
  return hasChoice(filters) ? t.value.chosen : t.value.newIn;
}

/** What words find. */
export function Words({ place, channel, text }: ListViewProps & { readonly text: string }) {
  const { filters, sort } = place;
  const words = askedWords(text) ?? text;
  const asked = listingOf(`${channel} ${words} ${writePlace(place)}`, () =>
    browse(channel, words, filters, sort),
  );
  const listing = useSettled(asked);
  return (
    <Main>
      <h1 class="title">
        {t.value.quoted(text)}
        {words === text ? null : <small>{t.value.searchedAs(t.value.quoted(words))}</small>}
      </h1>
      <FilterBar counts={asked.counts.value} title={t.value.found} />
      <MasonryList listing={listing} label={t.value.products} />
      <Empty listing={listing} />
    </Main>
  );
}
