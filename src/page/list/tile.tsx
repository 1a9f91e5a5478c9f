import { Component } from 'preact';
import { Heart, HeartOn } from '../board/heart.js';
import { LessLike, type Unliking } from '../board/less-like.js';
import { decidedIn } from '../filter/filters.js';
import { NO_FILTERS } from '../place.js';
import { place } from '../route.js';
import { money, t } from '../texts/texts.js';
import { Icon } from '../ui/icon.js';
import { Link } from '../ui/link.js';
import { firstSizes, type Item, sizesOf } from './item.js';
import { Picture } from './picture.js';
import { noteTapped } from './tapped.js';

/**
 * The share of the pixels of the screen from which the eye sees no difference. Without it, a tile of 173 pixels on a screen
 * with three for each, as on most phones, would take a file of 1,024 pixels, and not the one of 512.
 */
const ENOUGH = 0.95;

/** Where a tile is, in pixels. */
export const spotStyle = (start: number, top: number, width: number, height: number) => ({
  insetInlineStart: `${start}px`,
  top: `${top}px`,
  width: `${width}px`,
  height: `${height}px`,
});

interface TileProps {
  readonly item: Item;
  readonly start: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** In the list, from 1: the document has only the tiles near the screen. */
  readonly position: number;
  /** Of products in the list; -1 while that is unknown. */
  readonly count: number;
  readonly eager: boolean;
  readonly unliking?: Unliking | undefined;
}

function TileContent({ item, start, top, width, height, position, count, eager, unliking }: TileProps) {
  const { product, picture } = item;
  const sizes = sizesOf(product);
  const { view, filters } = place.value;
  // What was chosen of a product says nothing of those that look like it.
  const decided = view.at === 'product' ? NO_FILTERS : decidedIn(filters);
  return (
    <li
      class="tile"
      style={spotStyle(start, top, width, height)}
      aria-posinset={position}
      aria-setsize={count}
    >
      <Link
        to={{ at: 'product', handle: product.handle }}
        filters={decided}
        class="tile-link"
        leaving={() => noteTapped(product.handle, picture.id)}
      >
        <Picture picture={picture} sizes={`${Math.round(width * ENOUGH)}px`} eager={eager} alt="" />
        <span class="tile-title">{product.title}</span>
        <span class="tile-facts">
          <ProductPrice range={product.priceRange} />
          {sizes.length === 0 ? null : (
            <span class="tile-sizes">
              <span class="unseen">
                {t.value.inSizes} {sizes.join(' ')}
              </span>
              <span aria-hidden="true">{firstSizes(sizes, charsBeside(width, product.priceRange))}</span>
            </span>
          )}
        </span>
      </Link>
      <div class="tile-tools">
        {unliking?.liking == null ? (
          <Heart product={product.id} title={product.title} />
        ) : (
          <HeartOn product={product.id} title={product.title} liking={unliking.liking} />
        )}
        <Link
          to={{ at: 'alike', handle: product.handle }}
          class="round round-small"
          label={t.value.moreLike(product.title)}
        >
          <Icon name="similar" />
        </Link>
      </div>
      {unliking === undefined ? null : (
        <LessLike product={product.id} title={product.title} unliking={unliking} />
      )}
    </li>
  );
}

interface Range {
  readonly min: {
    readonly amount: string;
    readonly compareAtAmount?: string | null;
    readonly currencyCode: string;
  };
  readonly max: { readonly amount: string };
}

/** About the width of a letter of the facts below a picture, and of the gap between them. */
const LETTER_PX = 7.5;
const GAP_PX = 12;

/** How many letters have room beside the price. */
function charsBeside(width: number, range: Range | null | undefined): number {
  if (range == null) return Math.floor(width / LETTER_PX);
  const { compareAtAmount, currencyCode } = range.min;
  const price = priceOf(range) + (compareAtAmount == null ? '' : ` ${money(compareAtAmount, currencyCode)}`);
  return Math.floor((width - GAP_PX) / LETTER_PX) - price.length;
}

/** The price, or the lowest of several. */
function priceOf({ min, max }: Range): string {
  const shown = money(min.amount, min.currencyCode);
  return max.amount === min.amount ? shown : t.value.from(shown);
}

/** The lowest price, with what it was before a sale. */
export function ProductPrice({ range }: { readonly range?: Range | null }) {
  if (range == null) return null;
  const { compareAtAmount, currencyCode } = range.min;
  return (
    <span class={compareAtAmount == null ? 'price' : 'price price-sale'}>
      {priceOf(range)}
      {compareAtAmount == null ? null : (
        <>
          {' '}
          <s>
            <span class="unseen">{t.value.before}</span>
            {money(compareAtAmount, currencyCode)}
          </s>
        </>
      )}
    </span>
  );
}

/** Rendered once while it is near: an item never changes, and its place only with the width of the page. */
export class Tile extends Component<TileProps> {
  override shouldComponentUpdate({ item, start, top, width, count }: TileProps): boolean {
    const { props } = this;
    return (
      item !== props.item ||
      start !== props.start ||
      top !== props.top ||
      width !== props.width ||
      count !== props.count
    );
  }

  override render(props: TileProps) {
    return <TileContent {...props} />;
  }
}
