import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { ask } from '../api/ask.js';
import { useAnswer } from '../api/use-answer.js';
import { DesignIt } from '../studio/design-it.js';
import { OpenBoardDocument, type OpenBoardQuery } from '../generated/graphql.js';
import type { Item } from '../list/item.js';
import { listingOf } from '../list/listing.js';
import { MasonryList } from '../list/masonry-list.js';
import { Picture } from '../list/picture.js';
import { ideas } from '../list/sources.js';
import { useSettled } from '../list/use-settled.js';
import { t } from '../texts/texts.js';
import { type Hold, useHold } from '../ui/hold-in-place.js';
import { Icon } from '../ui/icon.js';
import { Link } from '../ui/link.js';
import { Main } from '../ui/main.js';
import { FailureNotice, Notice } from '../ui/notice.js';
import { say } from '../ui/said.js';
import { ShareButton } from './share-button.js';
import { BoardChanges, pinnableOf, type PinPlace } from './board-changes.js';
import { briefText } from './brief-text.js';
import { myBoard, UNNAMED } from './my-board.js';

type Board = NonNullable<OpenBoardQuery['board']>;

interface BoardViewProps {
  readonly channel: string;
  readonly id: string;
}

/** What somebody likes and does not like, that in colors and words, and what would fit. */
export function BoardView({ channel, id }: BoardViewProps) {
  const { value, failure, retry } = useAnswer(
    `board ${channel} ${id}`,
    async (signal) => {
      const askedAt = performance.now();
      const board = await ask(OpenBoardDocument, { channel, board: id }, (data) => data.board, signal);
      return { ...board, askedAt };
    },
    { fresh: true },
  );
  const changes = useMemo(() => new BoardChanges(id, retry), [channel, id]);
  useLayoutEffect(() => {
    if (value !== null) changes.learn(value.pins?.nodes ?? [], value.askedAt);
  }, [changes, value]);
  const hold = useHold();
  const designs = useHold();
  // What is there stays: to ask again after a change may fail too.
  if (failure !== null && value === null) {
    return (
      <Main>
        <FailureNotice failure={failure} retry={retry} />
      </Main>
    );
  }
  const isMine = id === myBoard.value;
  if (value === null) {
    return (
      <Main>
        <div class="board-head">
          <h1 class="title">{isMine ? t.value.board : t.value.sharedBoard}</h1>
        </div>
        <ul class="pins pins-expected" aria-hidden="true">
          <li class="pin-picture" />
          <li class="pin-picture" />
        </ul>
      </Main>
    );
  }
  const pins = value.pins?.nodes ?? [];
  const places = changes.places.value;
  const theirs = value.title === UNNAMED ? t.value.sharedBoard : value.title;
  return (
    <Main>
      <div class="board-head">
        <h1 class="title">{isMine ? t.value.board : theirs}</h1>
        <ShareButton title={theirs} />
      </div>
      <p class="board-secret">
        {isMine ? '' : `${t.value.boardShared} `}
        {t.value.boardSecret}
      </p>
      {pins.length === 0 && places.length === 0 ? (
        <Notice title={t.value.emptyBoard} text={t.value.emptyBoardText} />
      ) : null}
      <ul class="pins" aria-label={t.value.pins} tabIndex={-1}>
        {places.map((place) => (
          <PinTile
            key={place.key}
            place={place}
            toggle={() => {
              hold.isHeld.current = false;
              designs.isHeld.current = false;
              changes.toggle(place);
            }}
          />
        ))}
      </ul>
      <Brief board={value} />
      {pins.some(({ positive }) => positive) ? (
        <>
          <DesignIt
            channel={channel}
            board={id}
            places={places}
            element={designs.element}
            holdStill={() => {
              hold.isHeld.current = false;
              designs.isHeld.current = true;
            }}
            changed={retry}
          />
          <Ideas
            channel={channel}
            board={id}
            isMine={isMine}
            // Other pins are another search.
            version={pins.map((pin) => `${pin.id}${pin.positive ? '+' : '-'}`).join(' ')}
            changes={changes}
            hold={hold}
            holdStill={() => {
              hold.isHeld.current = true;
              designs.isHeld.current = false;
            }}
          />
        </>
      ) : null}
    </Main>
  );
}

interface PinTileProps {
  readonly place: PinPlace;
  readonly toggle: () => void;
}

function PinTile({ place: { pin, isOff }, toggle }: PinTileProps) {
  const { image, product, positive } = pin;
  const title = product?.title ?? t.value.aPicture;
  const picture =
    image == null ? null : (
      <span class="pin-picture">
        <Picture picture={image} sizes="10rem" alt={title} />
      </span>
    );
  return (
    <li class={positive && !isOff ? 'pin' : 'pin pin-faded'}>
      {product != null ? (
        <Link to={{ at: 'product', handle: product.handle }}>{picture}</Link>
      ) : image == null ? null : (
        <Link to={{ at: 'picture', id: image.id, box: null }}>{picture}</Link>
      )}
      {isOff || !positive ? (
        <span class="pin-said">{isOff ? t.value.takenOff : t.value.notLikeThis}</span>
      ) : null}
      {isOff && pinnableOf(pin) === null ? null : (
        <button
          class={isOff ? 'chip' : 'round round-small'}
          type="button"
          aria-label={isOff ? t.value.putBack(title) : t.value.unpin(title)}
          onClick={() => {
            toggle();
            say(isOff ? t.value.putBackSaid(title) : t.value.takenOffSaid(title));
          }}
        >
          {isOff ? t.value.undo : <Icon name="close" />}
        </button>
      )}
    </li>
  );
}

/** The board in colors and words. */
function Brief({ board: { palette, brief } }: { readonly board: Board }) {
  const text = briefText(brief?.words ?? []);
  if ((palette ?? []).length === 0 && text === '') return null;
  return (
    <section class="brief">
      <h2>{t.value.brief}</h2>
      {/* The text has their names. */}
      <ul class="palette" aria-hidden="true">
        {(palette ?? []).map((color) => (
          <li key={color} style={{ background: color }} />
        ))}
      </ul>
      {text === '' ? null : <p class="brief-text">{text}</p>}
      {brief == null || brief.negativePrompt === '' ? null : (
        <p class="brief-not">
          {t.value.without} {/* The catalog's words. */}
          <span lang="en">{brief.negativePrompt}</span>
        </p>
      )}
    </section>
  );
}

interface IdeasProps {
  readonly channel: string;
  readonly board: string;
  /** Whether it is this browser's own. */
  readonly isMine: boolean;
  readonly version: string;
  readonly changes: BoardChanges;
  readonly hold: Hold;
  /** To be called before the board is changed, which must not move the ideas. */
  readonly holdStill: () => void;
}

function Ideas({ channel, board, isMine, version, changes, hold, holdStill }: IdeasProps) {
  const shown = useRef<readonly Item[]>([]);
  const asked = listingOf(
    `${channel} ideas ${board} ${version}`,
    () => ideas(channel, board),
    // Those among which somebody just chose stay where they are, and what comes after them is new.
    () => (hold.isHeld.current ? shown.current.slice(0, seenIn(hold.element.current)) : []),
  );
  const listing = useSettled(asked);
  shown.current = listing.items.value;
  const unliking = useMemo(
    () => ({
      isUnliked: (product: string) => changes.isUnliked(product),
      toggle(product: string) {
        holdStill();
        changes.toggleUnliked(product);
      },
      liking: isMine
        ? null
        : {
            isLiked: (product: string) => changes.isLiked(product),
            toggle(product: string) {
              holdStill();
              changes.toggleLiked(product);
            },
          },
    }),
    [changes, isMine],
  );
  return (
    <section class="more" aria-label={t.value.ideas} ref={hold.element}>
      <h2>{t.value.ideas}</h2>
      <MasonryList listing={listing} label={t.value.ideas} unliking={unliking} />
    </section>
  );
}

/** How many tiles are above the foot of the screen, or near it. */
function seenIn(section: HTMLElement | null): number {
  const tiles = [...(section?.querySelectorAll('[aria-posinset]') ?? [])];
  const seen = tiles.filter((tile) => tile.getBoundingClientRect().top < 1.5 * innerHeight);
  return Math.max(0, ...seen.map((tile) => Number(tile.getAttribute('aria-posinset'))));
}
