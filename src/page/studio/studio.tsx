import { useEffect, useMemo, useState } from 'preact/hooks';
import { toFailure } from '../api/failure.js';
import type { PinPlace } from '../board/board-changes.js';
import { pinOn, unpin } from '../board/my-board.js';
import type { DesignWorkFragment } from '../generated/graphql.js';
import { Picture } from '../list/picture.js';
import { number, t } from '../texts/texts.js';
import { FailureNotice, Notice } from '../ui/notice.js';
import { say, tell } from '../ui/said.js';
import { DesignTile } from './design-tile.js';
import { type Design, Designing, DESIGNS } from './designing.js';
import { WishForm } from './wish-form.js';

export interface StudioProps {
  readonly channel: string;
  /** The id of the board. */
  readonly board: string;
  readonly places: readonly PinPlace[];
  /** To be called before the board is changed, which must not move what is below it. */
  readonly holdStill: () => void;
  /** To be called when the board is another one. */
  readonly changed: () => void;
}

/** Orders designs from a board, shows them as they come, and what can be done with them. */
export function Studio({ channel, board, places, holdStill, changed }: StudioProps) {
  const designing = useMemo(() => new Designing(board), [board]);
  useEffect(() => designing.open(), [designing]);
  const { value: work } = designing.work;
  const { value: trouble } = designing.trouble;
  // Whether they were waited for: who comes back later is told nothing.
  const [isWaited, setWaited] = useState(false);
  const isRunning = work?.state === 'WAITING' || work?.state === 'RUNNING';
  const count = work?.designs?.length ?? 0;
  useEffect(() => {
    if (isRunning) setWaited(true);
    else if (isWaited && work !== null) {
      setWaited(false);
      say(count === 0 ? t.value.noDesign.title : t.value.designsReady(number(count)));
    }
  }, [isRunning, work === null]);

  const togglePin = async ({ image }: Design): Promise<void> => {
    const known = pinOf(places, image.id);
    holdStill();
    if (known === undefined) await pinOn(board, { image: image.id }, true);
    else await unpin(board, known.pin.id);
    changed();
  };

  const failed = trouble === null ? null : <FailureNotice failure={trouble.failure} retry={trouble.retry} />;
  if (designing.isExpected.value) return failed;
  if (work === null) {
    return (
      <>
        <WishForm
          channel={channel}
          isAsking={designing.isAsking.value}
          refusal={designing.refusal.value}
          order={(wishes) => void designing.order(channel, wishes)}
        />
        {failed}
      </>
    );
  }
  const designs = work.designs ?? [];
  const liked = places.filter(
    ({ pin, isOff }) => pin.positive && !isOff && !designs.some(({ image }) => image.id === pin.image?.id),
  );
  return (
    <>
      {isRunning || designs.length > 0 ? <Before places={liked} /> : null}
      {isRunning ? (failed ?? <Progress work={work} designing={designing} />) : null}
      {!isRunning && designs.length === 0 ? (
        <Notice title={t.value.noDesign.title} text={t.value.noDesign.text}>
          {work.error === null ? null : (
            <p class="studio-reason">
              {t.value.noDesign.reason} <span lang="en">{work.error}</span>
            </p>
          )}
        </Notice>
      ) : (
        <>
          <h3>{isRunning ? t.value.designing : t.value.afterDesigns}</h3>
          <ul class="designs" tabIndex={-1} aria-label={t.value.designing}>
            {designs.map((design, index) => (
              <DesignTile
                key={design.id}
                channel={channel}
                title={t.value.designNumber(number(index + 1))}
                design={design}
                isPinned={pinOf(places, design.image.id) !== undefined}
                togglePin={() => togglePin(design)}
                drop={() => designing.drop(design.id)}
              />
            ))}
            {isRunning
              ? Array.from({ length: Math.max(0, DESIGNS - designs.length) }, (_none, index) => (
                  <li key={index} class="design" aria-hidden="true">
                    <span class="design-picture design-expected" />
                  </li>
                ))
              : null}
          </ul>
        </>
      )}
      {isRunning ? null : (
        <button class="button button-quiet" type="button" onClick={() => designing.forget()}>
          {t.value.designAgain}
        </button>
      )}
    </>
  );
}

const pinOf = (places: readonly PinPlace[], image: string): PinPlace | undefined =>
  places.find(({ pin, isOff }) => !isOff && pin.product == null && pin.image?.id === image);

/** As many as fit in a row of a phone; a long board is above. */
const MAX_BEFORE = 6;

/** What the designs are from. */
const Before = ({ places }: { readonly places: readonly PinPlace[] }) => (
  <>
    <h3>{t.value.beforeDesigns}</h3>
    <ul class="before">
      {places.slice(0, MAX_BEFORE).map(({ key, pin: { image, product } }) =>
        image == null ? null : (
          <li key={key}>
            <Picture picture={image} sizes="4rem" alt={product?.title ?? t.value.aPicture} />
          </li>
        ),
      )}
    </ul>
  </>
);

/** The search is nearly over, and the best are drawn in full. */
const FINISHING = 0.9;

function stepOf({ state, progress, error }: DesignWorkFragment): keyof (typeof t.value)['designSteps'] {
  if (state === 'WAITING') return error === null ? 'waiting' : 'again';
  return progress >= FINISHING ? 'finishing' : 'trying';
}

interface ProgressProps {
  readonly work: DesignWorkFragment;
  readonly designing: Designing;
}

/** How far the designs are, in words, and a way to stop them. */
function Progress({ work, designing }: ProgressProps) {
  const step = stepOf(work);
  const [isStopping, setStopping] = useState(false);
  // Not each percent.
  useEffect(() => say(t.value.designSteps[step]), [step]);
  const stop = async (): Promise<void> => {
    setStopping(true);
    try {
      await designing.stop();
      say(t.value.designsStopped);
    } catch (error) {
      const { code } = toFailure(error);
      tell(code === 'OFFLINE' ? t.value.failures.offline.title : t.value.failures.other.title);
      setStopping(false);
    }
  };
  return (
    <div class="studio-progress">
      <p>
        {t.value.designSteps[step]}
        {work.state === 'WAITING' ? null : (
          <small> {t.value.percentDone(number(Math.floor(work.progress * 100)))}</small>
        )}
      </p>
      <progress aria-label={t.value.designProgress} max={1} value={work.progress} />
      <button
        class="button button-quiet"
        type="button"
        aria-disabled={isStopping}
        onClick={() => {
          if (!isStopping) void stop();
        }}
      >
        {t.value.stopDesigning}
      </button>
    </div>
  );
}
