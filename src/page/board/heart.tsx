import { useState } from 'preact/hooks';
import { t } from '../texts/texts.js';
import { Icon } from '../ui/icon.js';
import { say, tell } from '../ui/said.js';
import { myBoard, pin, pinned, type Pinnable, unpin } from './my-board.js';

/** Whether something is on the board, and putting it there or taking it off. */
function useHeart(
  what: Pinnable,
  title: string,
): { isPinned: boolean; isAsking: boolean; toggle: () => void } {
  const [isAsking, setAsking] = useState(false);
  const known = pinned.value.get(what.product ?? what.image);
  const isPinned = known?.positive === true;
  const change = async (): Promise<void> => {
    setAsking(true);
    try {
      if (known !== undefined && isPinned && myBoard.value !== null) await unpin(myBoard.value, known.pin);
      else await pin(what);
      say(isPinned ? t.value.unpinned(title) : t.value.pinnedSaid(title));
    } catch {
      tell(t.value.notPinned(title));
    } finally {
      setAsking(false);
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
  const { isPinned, isAsking, toggle } = useHeart({ product }, title);
  return (
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
}

/** Pins the shopper's own picture on the board, or takes it off; `image` is its id. */
export function PinPicture({ image }: { readonly image: string }) {
  const { isPinned, isAsking, toggle } = useHeart({ image }, t.value.yourPicture);
  return (
    <button
      class={isPinned ? 'link heart heart-full' : 'link heart'}
      type="button"
      aria-pressed={isPinned}
      aria-disabled={isAsking}
      onClick={toggle}
    >
      <Icon name="heart" /> {t.value.pinPicture}
    </button>
  );
}
