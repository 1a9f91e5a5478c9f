import { ask, patiently } from '../api/ask.js';
import { useAnswer } from '../api/use-answer.js';
import { NearestToDesignDocument } from '../generated/graphql.js';
import { toItems } from '../list/item.js';
import { Picture } from '../list/picture.js';
import { ProductPrice } from '../list/tile.js';
import { t } from '../texts/texts.js';
import { Link } from '../ui/link.js';

/** A row below a design. */
const SHOWN = 3;

interface NearestProps {
  readonly channel: string;
  /** The id of the design. */
  readonly design: string;
  readonly title: string;
}

/** What can be bought now instead of a design that nobody sells. */
export function Nearest({ channel, design, title }: NearestProps) {
  const { value } = useAnswer(
    `nearest ${channel} ${design}`,
    (signal) =>
      patiently(
        () =>
          ask(
            NearestToDesignDocument,
            { channel, id: design, first: SHOWN },
            (data) => data.design?.similarProducts,
            signal,
          ),
        signal,
      ),
    // What was there before may be sold out by now.
    { fresh: true },
  );
  const items = toItems(value?.edges ?? []);
  if (value !== null && items.length === 0) return null;
  return (
    <section class="nearest" aria-label={`${t.value.nearestInStock}: ${title}`}>
      <h4>{t.value.nearestInStock}</h4>
      <ul class="nearest-list">
        {value === null
          ? Array.from({ length: SHOWN }, (_none, index) => (
              <li key={index} aria-hidden="true">
                <span class="nearest-picture" />
              </li>
            ))
          : items.map(({ product, picture }) => (
              <li key={product.id}>
                <Link to={{ at: 'product', handle: product.handle }}>
                  <span class="nearest-picture">
                    <Picture picture={picture} sizes="8rem" alt="" />
                  </span>
                  <span class="tile-title">{product.title}</span>
                  <ProductPrice range={product.priceRange ?? null} />
                </Link>
              </li>
            ))}
      </ul>
    </section>
  );
}
