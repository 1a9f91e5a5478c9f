import { useEffect, useRef } from 'preact/hooks';
import { Picture } from '../list/picture.js';
import { t } from '../texts/texts.js';
import type { Product } from './offers.js';

interface GalleryProps {
  readonly product: Product;
  /** The id of the picture that comes first; null: in the merchant's order. */
  readonly picture: string | null;
}

/** The pictures of a product: below each other, or side by side on a phone. */
export function Gallery({ product, picture }: GalleryProps) {
  const list = useRef<HTMLUListElement>(null);
  const pictures = product.images ?? [];
  useEffect(() => list.current?.scrollTo({ left: 0 }), [picture]);
  const first = pictures.find(({ id }) => id === picture);
  const ordered = first === undefined ? pictures : [first, ...pictures.filter((one) => one !== first)];
  return (
    <ul class="gallery" ref={list} aria-label={t.value.pictures} tabIndex={0}>
      {ordered.map((one, index) => (
        <li key={one.id} style={{ aspectRatio: `${one.width} / ${one.height}` }}>
          <Picture
            picture={one}
            sizes="(min-width: 900px) 50vw, 90vw"
            eager={index === 0}
            alt={one.altText ?? product.title}
          />
        </li>
      ))}
    </ul>
  );
}
