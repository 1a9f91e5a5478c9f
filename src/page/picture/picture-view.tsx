import { useState } from 'preact/hooks';
import { ask, patiently } from '../api/ask.js';
import { useAnswer } from '../api/use-answer.js';
import { PinPicture } from '../board/heart.js';
import { FilterBar } from '../filter/filter-bar.js';
import { hasChoice, withoutWords } from '../filter/filters.js';
import { FindItemsDocument, SharedPictureDocument } from '../generated/graphql.js';
import { Empty } from '../list/empty.js';
import { listingOf } from '../list/listing.js';
import { MasonryList } from '../list/masonry-list.js';
import { alike } from '../list/sources.js';
import { useSettled } from '../list/use-settled.js';
import { type Box, NO_FILTERS, type Place, writePlace } from '../place.js';
import { go } from '../route.js';
import { t } from '../texts/texts.js';
import { Icon } from '../ui/icon.js';
import { Main } from '../ui/main.js';
import { focusSoon } from '../ui/keep-focus.js';
import { FailureNotice } from '../ui/notice.js';
import { BoxEditor, type Found } from './box-editor.js';
import { around, overlap } from './box.js';
import { localPicture, type LocalPicture } from './intake.js';
import { kindOf, Known, shownKind, useFirst, useIdentified } from './known.js';

interface PictureViewProps {
  readonly place: Place;
  readonly channel: string;
  readonly id: string;
  readonly box: Box | null;
}

/** A picture: the items in it, what they are, and what looks like them. */
export function PictureView({ place, channel, id, box }: PictureViewProps) {
  const picture = useAnswer(`picture ${id}`, (signal) => openPicture(id, signal));
  const items = useAnswer(`items ${channel} ${id}`, (signal) =>
    patiently(() => findItems(channel, id, signal), signal),
  );
  const like = [{ image: { id }, box }];
  const asked = listingOf(`${channel}${writePlace(place)}`, () =>
    alike(channel, like, place.filters, place.sort),
  );
  const listing = useSettled(asked);
  const waits = asked.isLoading.value && asked.items.value.length === 0;
  const identified = useIdentified(channel, id, box, waits);
  const first = useFirst(
    `first ${channel} ${id} ${JSON.stringify(box)}`,
    hasChoice(place.filters) || place.sort !== 'BEST' ? null : listing.items.value,
    waits,
    async (signal) => (await alike(channel, like, NO_FILTERS, 'BEST').page(null, signal)).items,
  );
  const [isDrawing, setDrawing] = useState(false);
  const { value: known, failure: unknown } = identified;
  const isNamed = known?.match != null;
  const kind =
    (known === null ? null : kindOf(known)) ?? foundKind(items.value ?? [], box ?? listing.region.value);
  const isAlike = known === null || isNamed || known.labels.length > 0;
  const choose = (next: Box | null): void => {
    if (next === null) setDrawing(false);
    const onFrame = document.activeElement?.classList.contains('frame') === true;
    const isOther = overlap(box ?? listing.region.value ?? WHOLE, next ?? WHOLE) < SAME_ITEM;
    const filters = isOther ? withoutWords(place.filters) : place.filters;
    go({ ...place, filters, view: { at: 'picture', id, box: next } }, { replace: true });
    // Keys go on with the button that draws a box again.
    if (next === null && onFrame) focusSoon('[data-part]');
  };
  if (picture.failure !== null) {
    return (
      <Main>
        <FailureNotice failure={picture.failure} retry={picture.retry} />
      </Main>
    );
  }
  return (
    <Main class="picture-view">
      <h1 class="unseen">{t.value.pictureTitle}</h1>
      <div class="picture-side">
        {picture.value === null ? (
          <div class="stage stage-expected" />
        ) : (
          <BoxEditor
            src={picture.value.url}
            width={picture.value.width}
            height={picture.value.height}
            box={box}
            region={box === null ? listing.region.value : null}
            found={items.value ?? []}
            isDrawing={isDrawing}
            choose={choose}
          />
        )}
        <p class="picture-hint">
          <span role="status">
            {items.value === null
              ? t.value.lookingForItems
              : items.value.length === 0
                ? t.value.noItems
                : isDrawing
                  ? t.value.drawAround
                  : t.value.tapADot}
          </span>
          <span class="picture-acts">
            {box === null ? (
              <button
                key="draw"
                class="link"
                type="button"
                data-part=""
                onClick={() => {
                  choose(around(0.5, 0.5));
                  setDrawing(true);
                  // The next keys move the box.
                  focusSoon('.frame');
                }}
              >
                {t.value.drawABox}
              </button>
            ) : (
              <button
                key="whole"
                class="link"
                type="button"
                onClick={() => {
                  choose(null);
                  focusSoon('[data-part]');
                }}
              >
                <Icon name="whole" /> {t.value.wholePicture}
              </button>
            )}
            <PinPicture
              // What is being pinned of one part says nothing of another.
              key={JSON.stringify(box)}
              image={id}
              url={picture.value?.url ?? null}
              box={box}
            />
          </span>
        </p>
        <Known identified={identified} kind={first === null ? undefined : shownKind(kind, first)} />
      </div>
      <div class="picture-results">
        <FilterBar
          counts={asked.counts.value}
          title={isAlike ? t.value.looksLike : t.value.nearest}
          kind={isNamed ? null : kind}
          isCounted={isAlike && (known !== null || unknown !== null)}
        />
        <MasonryList listing={listing} label={t.value.products} />
        <Empty listing={listing} />
      </div>
    </Main>
  );
}

async function openPicture(id: string, signal: AbortSignal): Promise<LocalPicture> {
  const local = localPicture(id);
  if (local !== undefined) return local;
  return ask(
    SharedPictureDocument,
    { id },
    ({ node }) =>
      node?.__typename === 'Image' && node.w1024 != null
        ? { url: node.w1024, width: node.width, height: node.height }
        : null,
    signal,
  );
}

/** The items in a picture. An item that fills it is the picture itself, which needs no dot. */
async function findItems(channel: string, image: string, signal: AbortSignal): Promise<Found[]> {
  const { items } = await ask(FindItemsDocument, { channel, image }, ({ look }) => look, signal);
  return items.map(({ box, label }) => ({
    box,
    name: label == null || label.confidence < SURE_ENOUGH ? null : label.value,
  }));
}

/** Two boxes of the same garment share at least so much. */
const SAME_ITEM = 0.5;
const WHOLE: Box = { x: 0, y: 0, width: 1, height: 1 };

/** The handle of the category of the found item that is searched for; null when there is none, or no name for it. */
function foundKind(found: readonly Found[], part: Box | null): string | null {
  if (part === null) return found.length === 1 ? (found[0]?.name ?? null) : null;
  const [nearest] = found
    .map(({ box, name }) => ({ name, shared: overlap(box, part) }))
    .sort((one, other) => other.shared - one.shared);
  return nearest !== undefined && nearest.shared >= SAME_ITEM ? nearest.name : null;
}

/** Below, a name is more often wrong than right. */
const SURE_ENOUGH = 0.5;
