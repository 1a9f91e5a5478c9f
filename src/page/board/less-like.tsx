import { t } from '../texts/texts.js';
import { Icon } from '../ui/icon.js';
import type { Liking } from './heart.js';

/** How ideas are made less like a product. */
export interface Unliking {
  readonly isUnliked: (product: string) => boolean;
  readonly toggle: (product: string) => void;
  /** How a product is pinned on the board that is open, if it is somebody else's; null: on this browser's own. */
  readonly liking: Liking | null;
}

interface LessLikeProps {
  /** The id of a product. */
  readonly product: string;
  readonly title: string;
  readonly unliking: Unliking;
}

/** Asks for ideas that are less like this one, which stays in its place, and takes that back. */
export function LessLike({ product, title, unliking }: LessLikeProps) {
  const isUnliked = unliking.isUnliked(product);
  return (
    <div class={isUnliked ? 'less less-on' : 'less'}>
      {isUnliked ? <p>{t.value.lessSaid}</p> : null}
      <button
        class="chip"
        type="button"
        aria-label={isUnliked ? t.value.undoLess(title) : t.value.lessLike(title)}
        onClick={() => unliking.toggle(product)}
      >
        {isUnliked ? (
          t.value.undo
        ) : (
          <>
            <Icon name="less" /> {t.value.lessLikeThis}
          </>
        )}
      </button>
    </div>
  );
}
