import type { PictureFragment, TileProductFragment } from '../generated/graphql.js';
import { translated } from '../texts/texts.js';

/** A product in a list, with the picture that the list shows of it. */
export interface Item {
  readonly product: TileProductFragment;
  readonly picture: PictureFragment;
  /** The handle of its category; null when it has none, or the list does not ask for it. */
  readonly kind: string | null;
}

interface Edge {
  readonly image?: PictureFragment | null;
  readonly node: TileProductFragment & { readonly category?: { readonly handle: string } | null };
}

/** A product without a picture has no place among pictures. */
export const toItems = (edges: readonly Edge[]): Item[] =>
  edges.flatMap(({ image, node }) =>
    image ? [{ product: node, picture: image, kind: node.category?.handle ?? null }] : [],
  );

/** What shops write where there is only one size: it says nothing, and takes the room of the price. */
const ONE_SIZE = 'one size';

/** The sizes in which the product can be bought now, in the merchant's order; none where there is only one for all. */
export const sizesOf = ({ availability }: TileProductFragment): string[] => [
  ...new Set(
    (availability?.sellableOptions ?? []).flatMap(({ name, value }) =>
      name === 'size' && value.toLowerCase() !== ONE_SIZE ? [translated(value)] : [],
    ),
  ),
];

/** Sizes as far as they fit into so many letters, and how many more there are: a size that is cut off is another size. */
export function firstSizes(sizes: readonly string[], chars: number): string {
  const all = sizes.join(' ');
  if (all.length <= chars) return all;
  for (let count = sizes.length - 1; count > 0; count -= 1) {
    const some = `${sizes.slice(0, count).join(' ')} +${sizes.length - count}`;
    if (some.length <= chars) return some;
  }
  return '';
}
