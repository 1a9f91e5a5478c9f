import { ask } from '../api/ask.js';
import { useAnswer } from '../api/use-answer.js';
import { MoreAlikeDocument } from '../generated/graphql.js';
import { toItems } from '../list/item.js';
import { Picture } from '../list/picture.js';
import { ProductPrice } from '../list/tile.js';
import { t, translated } from '../texts/texts.js';
import { Link } from '../ui/link.js';
import { type Product, type Sku, valueOf } from './offers.js';

interface InsteadProps {
  readonly channel: string;
  readonly product: Product;
  /** What cannot be bought. */
  readonly chosen: Sku;
  readonly skus: readonly Sku[];
  readonly choose: (sku: Sku) => void;
}

/** The nearest that can be bought: the same in another color or size, and what looks like it in this size. */
export function Instead({ channel, product, chosen, skus, choose }: InsteadProps) {
  const size = valueOf(chosen, 'size');
  const { value } = useAnswer(
    `instead ${channel} ${product.id} ${size ?? ''}`,
    (signal) =>
      ask(
        MoreAlikeDocument,
        {
          channel,
          product: product.id,
          first: 3,
          where: size === undefined ? {} : { options: [{ name: 'size', values: [size] }] },
        },
        (data) => data.product?.similar,
        signal,
      ),
    // What was there before may be sold out by now.
    { fresh: true },
  );
  const others = skus
    .filter(({ availability }) => availability.sellable)
    // The more options it shares, the nearer it is.
    .map((sku) => ({ sku, shared: shared(sku, chosen) }))
    .sort((one, other) => other.shared - one.shared)
    .slice(0, 3);
  return (
    <section class="instead" aria-label={t.value.instead}>
      <h2>{t.value.instead}</h2>
      {others.length === 0 ? null : (
        <div class="facet-values">
          {others.map(({ sku }) => (
            <button key={sku.id} class="chip" type="button" onClick={() => choose(sku)}>
              {sku.options.map((option) => translated(option.value)).join(' · ')}
            </button>
          ))}
        </div>
      )}
      <ul class="instead-list">
        {toItems(value?.edges ?? []).map(({ product: other, picture }) => (
          <li key={other.id}>
            <Link to={{ at: 'product', handle: other.handle }}>
              <span style={{ display: 'block', aspectRatio: `${picture.width} / ${picture.height}` }}>
                <Picture picture={picture} sizes="8rem" alt="" />
              </span>
              <span class="tile-title">{other.title}</span>
              <ProductPrice range={other.priceRange ?? null} />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

const shared = (one: Sku, other: Sku): number =>
  one.options.filter(({ name, value }) => valueOf(other, name) === value).length;
