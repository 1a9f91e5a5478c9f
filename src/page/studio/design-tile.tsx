import { useEffect, useState } from 'preact/hooks';
import { Picture } from '../list/picture.js';
import { money, t } from '../texts/texts.js';
import { Icon } from '../ui/icon.js';
import { Link } from '../ui/link.js';
import { say, tell } from '../ui/said.js';
import type { Design } from './designing.js';
import { Nearest } from './nearest.js';
import { TechPackLink } from './tech-pack-link.js';

interface DesignTileProps {
  readonly channel: string;
  readonly title: string;
  readonly design: Design;
  readonly isPinned: boolean;
  readonly togglePin: () => Promise<void>;
  readonly drop: () => Promise<void>;
}

/** A draft, or a finished design with what can be done with it. */
export function DesignTile({ channel, title, design, isPinned, togglePin, drop }: DesignTileProps) {
  const { id, image, isFinished, garment, estimatedPrice } = design;
  const words = garment === null ? '' : wordsOf(garment);
  const picture = (
    <span class="design-picture">
      {/* The next draft is another picture. */}
      <Picture
        key={image.id}
        picture={image}
        sizes="(min-width: 720px) 24rem, 9.5rem"
        alt={words === '' ? title : `${title}: ${words}`}
        eager
      />
    </span>
  );
  if (!isFinished) {
    return (
      <li class="design">
        {picture}
        <span class="pin-said">{t.value.designDraft}</span>
      </li>
    );
  }
  return (
    <li class="design">
      <Link to={{ at: 'picture', id: image.id, box: null }}>{picture}</Link>
      <p class="design-words">
        <b>{title}</b>
        {words === '' ? null : (
          <>
            {' · '}
            {/* The catalog's words. */}
            <span lang="en">{words}</span>
          </>
        )}
      </p>
      {estimatedPrice === null ? null : (
        <p class="design-price">
          {t.value.aboutPrice(money(estimatedPrice.amount, estimatedPrice.currencyCode))}{' '}
          <small>{t.value.aboutPriceText}</small>
        </p>
      )}
      <div class="design-acts">
        <PinIt title={title} isPinned={isPinned} toggle={togglePin} />
        <TechPackLink design={id} title={title} />
        <DeleteIt title={title} drop={drop} />
      </div>
      <Nearest channel={channel} design={id} title={title} />
    </li>
  );
}

const wordsOf = ({ silhouette, pattern, material, type }: NonNullable<Design['garment']>): string =>
  [silhouette, ...(pattern === 'solid' ? [] : [pattern]), material, type].join(' ');

interface PinItProps {
  readonly title: string;
  readonly isPinned: boolean;
  readonly toggle: () => Promise<void>;
}

function PinIt({ title, isPinned, toggle }: PinItProps) {
  const [isAsking, setAsking] = useState(false);
  const change = async (): Promise<void> => {
    setAsking(true);
    try {
      await toggle();
      say(isPinned ? t.value.takenOffSaid(title) : t.value.pinnedSaid(title));
    } catch {
      tell(t.value.notPinned(title));
    } finally {
      setAsking(false);
    }
  };
  return (
    <button
      class={isPinned ? 'chip chip-on' : 'chip'}
      type="button"
      aria-pressed={isPinned}
      aria-disabled={isAsking}
      onClick={() => {
        if (!isAsking) void change();
      }}
    >
      <Icon name="heart" /> {t.value.pinIt}
      <span class="unseen"> {title}</span>
    </button>
  );
}

/** Long enough to think again. */
const SURE_MS = 6_000;

interface DeleteItProps {
  readonly title: string;
  readonly drop: () => Promise<void>;
}

/** Asks once more: a deleted design cannot be put back. */
function DeleteIt({ title, drop }: DeleteItProps) {
  const [step, setStep] = useState<'offer' | 'sure' | 'asking'>('offer');
  useEffect(() => {
    if (step !== 'sure') return;
    const timer = setTimeout(() => setStep('offer'), SURE_MS);
    return () => clearTimeout(timer);
  }, [step]);
  const remove = async (): Promise<void> => {
    setStep('asking');
    try {
      await drop();
      say(t.value.deleted(title));
    } catch {
      setStep('offer');
      tell(t.value.notDeleted(title));
    }
  };
  return (
    <button
      class="chip"
      type="button"
      aria-disabled={step === 'asking'}
      onClick={() => {
        if (step === 'sure') void remove();
        else if (step === 'offer') {
          setStep('sure');
          say(t.value.deleteForGood);
        }
      }}
    >
      {step === 'offer' ? t.value.deleteIt : t.value.deleteForGood}
      <span class="unseen"> {title}</span>
    </button>
  );
}
