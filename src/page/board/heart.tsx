import { useState } from 'preact/hooks';
import { t } from '../texts/texts.js';
import { Icon } from '../ui/icon.js';
import { say } from '../ui/said.js';
import { myBoard, pin, pinned, unpin } from './my-board.js';

interface HeartProps {
  /** The id of a product. */
  readonly product: string;
  readonly title: string;
}

/** Pins a product on the board, or takes it off. */
export function Heart({ product, title }: HeartProps) {
  const [isAsking, setAsking] = useState(false);
  const known = pinned.value.get(product);
  const isPinned = known?.positive === true;
  const toggle = async (): Promise<void> => {
    setAsking(true);
    try {
      if (known !== undefined && isPinned && myBoard.value !== null) await unpin(myBoard.value, known.pin);
      else await pin({ product });
      say(isPinned ? t.value.unpinned(title) : t.value.pinnedSaid(title));
    } catch {
      say(t.value.notPinned(title));
    } finally {
      setAsking(false);
    }
  };
  return (
    <button
      class={isPinned ? 'round round-small heart heart-full' : 'round round-small heart'}
      type="button"
      aria-pressed={isPinned}
      aria-label={t.value.pin(title)}
      disabled={isAsking}
      onClick={() => void toggle()}
    >
      <Icon name="heart" />
    </button>
  );
}
