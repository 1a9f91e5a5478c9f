import { useState } from 'preact/hooks';
import { partId, uploadPart } from '../picture/part.js';
import type { Box } from '../place.js';
import { t } from '../texts/texts.js';
import { Icon } from '../ui/icon.js';
import { say, tell } from '../ui/said.js';
import { myBoard, pin, pinned, type Pinnable, unpin } from './my-board.js';

interface HeartOf {
  /** The id under which it is pinned; null while nobody knows it. */
  readonly id: string | null;
  readonly title: string;
  /** What to pin. */
  readonly what: () => Promise<Pinnable>;
}

/** Whether something is on the board, and putting it there or taking it off: to be seen at once, and undone if it fails. */
function useHeart({ id, title, what }: HeartOf): {
  isPinned: boolean;
  isAsking: boolean;
  toggle: () => void;
} {
  const [wished, setWished] = useState<boolean | null>(null);
  const known = id === null ? undefined : pinned.value.get(id);
  const isPinned = wished ?? known?.positive === true;
  const isAsking = wished !== null;
  const change = async (): Promise<void> => {
    setWished(!isPinned);
    try {
      if (known !== undefined && isPinned && myBoard.value !== null) await unpin(myBoard.value, known.pin);
      else await pin(await what());
      say(isPinned ? t.value.unpinned(title) : t.value.pinnedSaid(title));
    } catch {
      tell(t.value.notPinned(title));
    } finally {
      setWished(null);
    }
  };
  return {
    isPinned,
    isAsking,
    toggle: () => {
      if (!isAsking) void change();
    },
  };
}

interface HeartProps {
  /** The id of a product. */
  readonly product: string;
  readonly title: string;
}

/** Pins a product on the board, or takes it off. */
export function Heart({ product, title }: HeartProps) {
  const heart = useHeart({ id: product, title, what: () => Promise.resolve({ product }) });
  return <RoundHeart title={title} {...heart} />;
}

/** How products are pinned on a board, and taken off. */
export interface Liking {
  readonly isLiked: (product: string) => boolean;
  readonly toggle: (product: string) => void;
}

/** Pins a product on the board that is open, or takes it off. */
export function HeartOn({ product, title, liking }: HeartProps & { readonly liking: Liking }) {
  const isPinned = liking.isLiked(product);
  const toggle = (): void => {
    liking.toggle(product);
    tell(isPinned ? t.value.takenOffSaid(title) : t.value.pinnedHereSaid(title));
  };
  return <RoundHeart title={title} isPinned={isPinned} isAsking={false} toggle={toggle} />;
}

interface RoundHeartProps {
  readonly title: string;
  readonly isPinned: boolean;
  readonly isAsking: boolean;
  readonly toggle: () => void;
}

const RoundHeart = ({ title, isPinned, isAsking, toggle }: RoundHeartProps) => (
  <button
    class={isPinned ? 'round round-small heart heart-full' : 'round round-small heart'}
    type="button"
    aria-pressed={isPinned}
    aria-label={t.value.pin(title)}
    // Disabled, it would lose the focus.
    aria-disabled={isAsking}
    onClick={toggle}
  >
    <Icon name="heart" />
  </button>
);

interface PinPictureProps {
  /** The id of the picture. */
  readonly image: string;
  /** Where it is; null while that is not known. */
  readonly url: string | null;
  /** The part to pin; null: the whole picture. */
  readonly box: Box | null;
}

/** Pins the shopper's own picture, or a part of it, on the board, or takes it off. */
export function PinPicture({ image, url, box }: PinPictureProps) {
  const { isPinned, isAsking, toggle } = useHeart({
    id: box === null ? image : partId(image, box),
    title: t.value.yourPicture,
    what: async () => ({ image: box === null ? image : await uploadPart(image, url, box) }),
  });
  return (
    <button
      class={isPinned ? 'link heart heart-full' : 'link heart'}
      type="button"
      aria-pressed={isPinned}
      aria-disabled={isAsking}
      onClick={toggle}
    >
      <Icon name="heart" /> {box === null ? t.value.pinPicture : t.value.pinPart}
    </button>
  );
}
