import { useEffect, useRef } from 'preact/hooks';
import { Picture } from '../list/picture.js';
import { t } from '../texts/texts.js';
import type { Product } from './offers.js';

interface GalleryProps {
  readonly product: Product;
  /** The id of the picture to bring into view. */
  readonly picture: string | null;
}

/** The pictures of a product: below each other, or side by side on a phone. */
export function Gallery({ product, picture }: GalleryProps) {
  const list = useRef<HTMLUListElement>(null);
  const pictures = product.images ?? [];
  useEffect(() => {
    const index = pictures.findIndex(({ id }) => id === picture);
    const shown = list.current?.children[index];
    if (index < 0 || !(shown instanceof HTMLElement) || list.current === null) return;
    list.current.scrollTo({ left: shown.offsetLeft - list.current.offsetLeft, behavior: 'smooth' });
  }, [picture]);
  const first = pictures.find(({ id }) => id === picture);
  // Side by side, they keep their places; below each other, the chosen one comes first.
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
