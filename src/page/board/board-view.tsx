import { ask } from '../api/ask.js';
import { useAnswer } from '../api/use-answer.js';
import { OpenBoardDocument, type OpenBoardQuery } from '../generated/graphql.js';
import { listingOf } from '../list/listing.js';
import { MasonryList } from '../list/masonry-list.js';
import { Picture } from '../list/picture.js';
import { ideas } from '../list/sources.js';
import { t } from '../texts/texts.js';
import { Icon } from '../ui/icon.js';
import { Link } from '../ui/link.js';
import { Main } from '../ui/main.js';
import { FailureNotice, Notice } from '../ui/notice.js';
import { tell } from '../ui/said.js';
import { briefText } from './brief-text.js';
import { myBoard, pinOn, unpin } from './my-board.js';

type Board = NonNullable<OpenBoardQuery['board']>;
type Pin = NonNullable<Board['pins']>['nodes'][number];

interface BoardViewProps {
  readonly channel: string;
  readonly id: string;
}

/** What somebody likes and does not like, what that has in common, and what would fit. */
export function BoardView({ channel, id }: BoardViewProps) {
  const { value, failure, retry } = useAnswer(
    `board ${channel} ${id}`,
    (signal) => ask(OpenBoardDocument, { channel, board: id }, (data) => data.board, signal),
    { fresh: true },
  );
  const change = (work: Promise<void>): void => {
    work.then(retry).catch(() => tell(t.value.notChanged));
  };
  if (failure !== null) {
    return (
      <Main>
        <FailureNotice failure={failure} retry={retry} />
      </Main>
    );
  }
  if (value === null) return <Main />;
  const pins = value.pins?.nodes ?? [];
  const isMine = id === myBoard.value;
  return (
    <Main>
      <div class="board-head">
        <h1 class="title">{isMine ? t.value.board : value.title}</h1>
        <ShareButton title={value.title} />
      </div>
      <p class="board-secret">
        {isMine ? '' : `${t.value.boardShared} `}
        {t.value.boardSecret}
      </p>
      {pins.length === 0 ? <Notice title={t.value.emptyBoard} text={t.value.emptyBoardText} /> : null}
      <ul class="pins" aria-label={t.value.pins} tabIndex={-1}>
        {pins.map((pin) => (
          <PinTile key={pin.id} pin={pin} remove={() => change(unpin(id, pin.id))} />
        ))}
      </ul>
      <Brief board={value} />
      {pins.some(({ positive }) => positive) ? (
        <Ideas
          channel={channel}
          board={id}
          // Other pins are another search.
          version={pins.map((pin) => `${pin.id}${pin.positive ? '+' : '-'}`).join(' ')}
          lessLike={(product) => change(pinOn(id, { product }, false))}
        />
      ) : null}
    </Main>
  );
}

function PinTile({ pin, remove }: { readonly pin: Pin; readonly remove: () => void }) {
  const { image, product, positive } = pin;
  const title = product?.title ?? t.value.aPicture;
  const picture =
    image == null ? null : (
      <span style={{ display: 'block', aspectRatio: `${image.width} / ${image.height}` }}>
        <Picture picture={image} sizes="10rem" alt={title} />
      </span>
    );
  return (
    <li class={positive ? 'pin' : 'pin pin-unlike'}>
      {product != null ? (
        <Link to={{ at: 'product', handle: product.handle }}>{picture}</Link>
      ) : image == null ? null : (
        <Link to={{ at: 'picture', id: image.id, box: null }}>{picture}</Link>
      )}
      {positive ? null : <span class="pin-unlike-text">{t.value.notLikeThis}</span>}
      <button class="round round-small" type="button" aria-label={t.value.unpin(title)} onClick={remove}>
        <Icon name="close" />
      </button>
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
          {t.value.without} {brief.negativePrompt}
        </p>
      )}
    </section>
  );
}

interface IdeasProps {
  readonly channel: string;
  readonly board: string;
  readonly version: string;
  readonly lessLike: (product: string) => void;
}

function Ideas({ channel, board, version, lessLike }: IdeasProps) {
  const listing = listingOf(`${channel} ideas ${board} ${version}`, () => ideas(channel, board));
  return (
    <section class="more" aria-label={t.value.ideas}>
      <h2>{t.value.ideas}</h2>
      <MasonryList listing={listing} label={t.value.ideas} lessLike={lessLike} />
    </section>
  );
}

function ShareButton({ title }: { readonly title: string }) {
  const share = async (): Promise<void> => {
    const url = location.href;
    if ('share' in navigator) await navigator.share({ title, url });
    else {
      await (navigator as Navigator).clipboard.writeText(url);
      tell(t.value.copied);
    }
  };
  return (
    <button class="button button-quiet" type="button" onClick={() => void share().catch(() => {})}>
      <Icon name="share" /> {t.value.share}
    </button>
  );
}
