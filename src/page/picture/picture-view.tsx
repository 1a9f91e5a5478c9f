import { useEffect, useState } from 'preact/hooks';
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
import { around, holds, overlap, WHOLE } from './box.js';
import { localPicture, type LocalPicture } from './intake.js';
import { partKind } from './part-kind.js';
import { agreedKind, kindOf, Known, shownKind, useFirst, useIdentified } from './known.js';

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
  useEffect(() => {
    if (box === null) setDrawing(false);
  }, [box]);
  const { value: known, failure: unknown } = identified;
  const isNamed = known?.match != null;
  const isLooking = items.value === null && items.failure === null;
  const found = items.value ?? [];
  const part = box ?? listing.region.value;
  const item = foundAt(found, part);
  const kind = (known === null ? null : kindOf(known)) ?? item?.name ?? null;
  const named = box === null ? null : (item?.name ?? null);
  useEffect(() => {
    partKind.value = named;
    return () => void (partKind.value = null);
  }, [named]);
  const only = box === null ? null : (item?.only ?? null);
  /** Undefined while it is not known. */
  const said = first === null || isLooking ? undefined : shownKind(kind, first);
  const names = box === null ? namesOf(found) : [];
  // Several items are said by their names.
  const agreed = kind === null && names.length === 0 && first !== null ? agreedKind(first) : null;
  const isAlike = known === null || isNamed || known.labels.length > 0 || said !== null;
  /** Each part is a place of its own to come back to; steps of keys are on the way to one. */
  const choose = (next: Box | null, isStep = false): void => {
    const onFrame = document.activeElement?.classList.contains('frame') === true;
    const isOther = overlap(part ?? WHOLE, next ?? WHOLE) < SAME_ITEM;
    const filters = isOther ? withoutWords(place.filters) : place.filters;
    // A dot is tapped for what it is called.
    const isMeant = isOther || found.some((item) => item.box === next);
    const only = next === null || !isMeant ? null : (foundAt(found, next)?.only ?? null);
    go(
      {
        ...place,
        filters: only === null ? filters : { ...filters, categories: [only] },
        view: { at: 'picture', id, box: next },
      },
      isStep ? { replace: true } : { stay: true },
    );
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
            found={found}
            isDrawing={isDrawing}
            choose={choose}
          />
        )}
        <p class="picture-hint">
          <span role="status">
            {items.value === null
              ? t.value.lookingForItems
              : isDrawing || (found.length === 0 && box !== null)
                ? t.value.drawAround
                : found.length === 0
                  ? t.value.noItems
                  : t.value.tapADot}
          </span>
          {/* Readers have it in the name of the box. */}
          <span class="picture-keys" aria-hidden="true">
            {t.value.frameKeys}
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
        <Known
          identified={identified}
          kind={isNamed ? null : said === undefined ? said : (said ?? agreed)}
          maybe={kind}
          items={names}
          only={only !== null && place.filters.categories.includes(only) ? only : null}
        />
      </div>
      <div class="picture-results">
        <FilterBar
          counts={asked.counts.value}
          title={isAlike ? t.value.looksLike : t.value.nearest}
          kind={isNamed ? null : (kind ?? agreed)}
          isCounted={isAlike && said !== undefined && (known !== null || unknown !== null)}
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
async function findItems(channel: string, image: string, signal: AbortSignal): Promise<FoundItem[]> {
  const { items } = await ask(FindItemsDocument, { channel, image }, ({ look }) => look, signal);
  return items.map(({ box, label, matches }) => {
    const name = label == null || label.confidence < SURE_ENOUGH ? null : label.value;
    const nearest = matches?.nodes.map(({ category }) => category?.handle ?? '') ?? [];
    return { box, name, only: name === null ? null : unlikelyKind(name, nearest) };
  });
}

/** Below, a name is more often wrong than right. */
const SURE_ENOUGH = 0.5;

interface FoundItem extends Found {
  /** The handle of the category that a list for it has to be narrowed to; null: it is of it anyway. */
  readonly only: string | null;
}

/**
 * The widest category of an item if most of the nearest products are not of it: shoes are found by the feet that they
 * are on, and in a small part of a picture may look like a bag.
 */
function unlikelyKind(name: string, nearest: readonly string[]): string | null {
  const [widest = name] = name.split('/');
  const isOf = (handle: string): boolean => handle === widest || handle.startsWith(`${widest}/`);
  return 2 * nearest.filter(isOf).length < nearest.length ? widest : null;
}

/** Two boxes of the same garment share at least so much. */
const SAME_ITEM = 0.5;
/** A box that somebody drew loosely around a garment, and around nothing else, shares so much with that of the garment. */
const ALONE_IN_IT = 0.25;

/** The item in a part of the picture; null when there is none. The only one in a picture is what is in all of it. */
function foundAt(found: readonly FoundItem[], part: Box | null): FoundItem | null {
  if (part === null) return found.length === 1 ? (found[0] ?? null) : null;
  const [nearest] = found
    .map((item) => ({ item, shared: overlap(item.box, part) }))
    .sort((one, other) => other.shared - one.shared);
  if (nearest === undefined) return null;
  const [one, other] = found.filter(({ box }) => holds(part, box));
  const isAlone = one === nearest.item && other === undefined;
  return nearest.shared >= (isAlone ? ALONE_IN_IT : SAME_ITEM) ? nearest.item : null;
}

const namesOf = (found: readonly Found[]): string[] => [...new Set(found.flatMap(({ name }) => name ?? []))];
