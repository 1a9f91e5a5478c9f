import { useEffect, useRef, useState } from 'preact/hooks';
import { toFailure } from '../api/failure.js';
import { serverNow } from '../api/server-clock.js';
import { market, marketOf } from '../market.js';
import { duration, money, number, t, translated } from '../texts/texts.js';
import { Icon } from '../ui/icon.js';
import { Link } from '../ui/link.js';
import { useRoomBelow } from '../ui/room-below.js';
import { say, tell } from '../ui/said.js';
import { GivenBack } from './given-back.js';
import { extendHold, givenBack, type Held, holds, look, releaseHold } from './holds.js';

/** What the shopper holds, with the time that is left, on every view; and what they gave back a moment ago. */
export const HoldBar = () => (holds.value.length === 0 && givenBack.value === null ? null : <Bar />);

function Bar() {
  const bar = useRef<HTMLDivElement>(null);
  useRoomBelow(bar);
  const [areAllShown, setAllShown] = useState(false);
  const earlier = holds.value.slice(0, -1);
  return (
    <div class="holds" tabIndex={-1} ref={bar}>
      {holds.value.length === 0 ? null : (
        <section aria-label={t.value.heldForYou}>
          {earlier.length === 0 ? null : (
            <EarlierHolds
              earlier={earlier}
              areShown={areAllShown}
              toggle={() => setAllShown((before) => !before)}
            />
          )}
          {holds.value.map((held, index) => (
            <HoldCard
              key={held.hold.id}
              held={held}
              isHidden={!areAllShown && index < holds.value.length - 1}
            />
          ))}
        </section>
      )}
      {givenBack.value === null ? null : <GivenBack key={givenBack.value.hold.id} held={givenBack.value} />}
    </div>
  );
}

interface EarlierHoldsProps {
  readonly earlier: readonly Held[];
  readonly areShown: boolean;
  readonly toggle: () => void;
}

/** The line that stands for all holds but the last one: several cards would leave little of a phone for the shop. */
function EarlierHolds({ earlier, areShown, toggle }: EarlierHoldsProps) {
  const [next = ''] = earlier.map(({ hold }) => hold.expiresAt).sort();
  const seconds = useSecondsUntil(next);
  return (
    <button class="hold-earlier" type="button" aria-expanded={areShown} onClick={toggle}>
      <Icon name="back" />
      <span>{areShown ? t.value.holdLastOnly : t.value.holdsMore(number(earlier.length))}</span>
      {areShown ? null : (
        <span class={seconds <= WARN_SECONDS ? 'hold-left hold-left-little' : 'hold-left'}>
          <span class="unseen">{t.value.heldFor}</span> <span role="timer">{clock(seconds)}</span>
        </span>
      )}
    </button>
  );
}

/** Screen readers announce the hold again when this much time is left. */
const WARN_SECONDS = 60;
const OVER_PAUSE_MS = 1_000;
/** Extending is offered once this share of the usual time is left: a tap that adds a few seconds looks broken. */
const EXTENDABLE_SHARE = 0.9;

interface HoldCardProps {
  readonly held: Held;
  /** It goes on counting, and says when its time is nearly over. */
  readonly isHidden: boolean;
}

function HoldCard({ held, isHidden }: HoldCardProps) {
  const { hold, channel } = held;
  const seconds = useSecondsUntil(hold.expiresAt);
  const [problem, setProblem] = useState<string | null>(null);
  /** The end that is known to be the last possible one; null: none is. */
  const [lastEnd, setLastEnd] = useState<string | null>(null);
  const [line] = hold.lines;
  const title = line?.sku?.product?.title ?? t.value.product;
  const options = line?.sku?.options.map(({ value }) => translated(value)).join(' · ') ?? '';
  const heldIn = marketOf(channel);
  const usual = heldIn?.holdSeconds ?? null;
  /** In seconds. */
  const wait = usual === null ? 0 : Math.max(0, seconds - Math.floor(EXTENDABLE_SHARE * usual));
  const isExtendable = hold.expiresAt !== lastEnd && wait === 0;
  const checkout = hold.checkoutUrl ?? line?.sku?.checkoutUrl ?? null;
  const settle = async (signal?: AbortSignal): Promise<void> => {
    const status = await look(hold.id, channel, signal);
    if (status === 'CONFIRMED') tell(t.value.ordered(title));
    else if (status !== 'ACTIVE') tell(t.value.holdEnded(title));
  };
  useEffect(() => {
    if (seconds === WARN_SECONDS) say(t.value.oneMinuteLeft(title));
  }, [seconds]);
  const isOver = seconds === 0;
  // It may have been checked out or extended elsewhere, and the clock of the gateway may be a moment behind.
  useEffect(() => {
    if (!isOver) return;
    const leaving = new AbortController();
    const timer = setTimeout(() => void settle(leaving.signal).catch(() => {}), OVER_PAUSE_MS);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [isOver, held]);
  const act = <T,>(work: Promise<T>, done: (result: T) => void): void => {
    setProblem(null);
    work.then(done, (error: unknown) => {
      const { code } = toFailure(error);
      setProblem(t.value.holdProblem(code));
      if (code === 'HOLD_EXPIRED' || code === 'HOLD_NOT_ACTIVE') settle().catch(() => {});
    });
  };
  return (
    <article class="hold" id={`hold ${hold.id}`} tabIndex={-1} hidden={isHidden}>
      {line?.sku?.image?.w256 == null ? null : (
        <img src={line.sku.image.w256} alt="" width={48} height={60} />
      )}
      <div class="hold-what">
        {line?.sku?.product == null ? (
          title
        ) : (
          <Link to={{ at: 'product', handle: line.sku.product.handle }}>{title}</Link>
        )}
        <small>
          {[
            options,
            money(hold.total.amount, hold.total.currencyCode),
            // Its price is of the market where it was held.
            heldIn === undefined || channel === market.value ? '' : t.value.heldIn(heldIn.name),
          ]
            .filter((part) => part !== '')
            // A line does not end with what belongs to the next one.
            .join(' ·\u00a0')}
        </small>
      </div>
      <p class={seconds <= WARN_SECONDS ? 'hold-left hold-left-little' : 'hold-left'}>
        <span class="unseen">{t.value.heldFor}</span>
        <time role="timer" aria-live="off">
          {clock(seconds)}
        </time>
      </p>
      <div class="hold-acts">
        {checkout === null ? null : (
          <a
            class="button"
            href={checkout}
            onClick={(event) => {
              if (!isNowhere(checkout)) return;
              event.preventDefault();
              tell(t.value.demoCheckout);
            }}
          >
            {t.value.checkOut}
          </a>
        )}
        <button
          class="button button-quiet"
          type="button"
          aria-disabled={!isExtendable}
          onClick={() => {
            if (!isExtendable) {
              const isLast = hold.expiresAt === lastEnd;
              tell(
                isLast
                  ? t.value.longestAlready
                  : t.value.longerLater(duration(inMinutes(seconds)), duration(wait)),
              );
              return;
            }
            act(extendHold(held), (end) => {
              const left = secondsUntil(end);
              const isLongest = usual !== null && left < usual - LATE_SECONDS;
              if (isLongest) setLastEnd(end);
              tell(t.value[isLongest ? 'longestSaid' : 'longerSaid'](title, duration(inMinutes(left))));
            });
          }}
        >
          <Icon name="longer" />
          <span class="hold-word">{t.value.longer}</span>
        </button>
        <button
          class="button button-quiet"
          type="button"
          onClick={() => act(releaseHold(held), () => say(t.value.letGoSaid(title)))}
        >
          <Icon name="close" />
          <span class="hold-word">{t.value.letGo}</span>
        </button>
      </div>
      {problem === null ? null : (
        <p class="hold-problem" role="alert">
          {problem}
        </p>
      )}
    </article>
  );
}

/** Whether a URL is the demo's: names under .example belong to nobody (RFC 2606). */
const isNowhere = (url: string): boolean => new URL(url, location.href).hostname.endsWith('.example');

const secondsUntil = (moment: string): number =>
  Math.max(0, Math.ceil((Date.parse(moment) - serverNow()) / 1_000));

function useSecondsUntil(moment: string): number {
  const [seconds, setSeconds] = useState(() => secondsUntil(moment));
  useEffect(() => {
    setSeconds(secondsUntil(moment));
    const timer = setInterval(() => setSeconds(secondsUntil(moment)), 500);
    return () => clearInterval(timer);
  }, [moment]);
  return seconds;
}

/** An answer takes that long at most. */
const LATE_SECONDS = 20;

/** Whole minutes, from the first one on. */
const inMinutes = (seconds: number): number => (seconds < 60 ? seconds : Math.round(seconds / 60) * 60);

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
