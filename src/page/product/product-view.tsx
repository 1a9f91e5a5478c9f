import { useEffect, useState } from 'preact/hooks';
import { ask } from '../api/ask.js';
import { useAnswer } from '../api/use-answer.js';
import { Heart } from '../board/heart.js';
import { here } from '../filter/stores.js';
import { OpenProductDocument } from '../generated/graphql.js';
import { listingOf } from '../list/listing.js';
import { MasonryList } from '../list/masonry-list.js';
import { alikeProduct } from '../list/sources.js';
import { t, translated } from '../texts/texts.js';
import { Facts } from '../ui/facts.js';
import { Icon } from '../ui/icon.js';
import { Link } from '../ui/link.js';
import { FailureNotice } from '../ui/notice.js';
import { Buy } from './buy.js';
import { Gallery } from './gallery.js';
import type { Product } from './offers.js';
import { NO_FILTERS } from '../place.js';
import { entry } from '../route.js';
import { Main } from '../ui/main.js';

interface ProductViewProps {
  readonly channel: string;
  readonly handle: string;
}

/** A product: its pictures, what can be bought of it now, what it is, and what looks like it. */
export function ProductView({ channel, handle }: ProductViewProps) {
  const { value, failure, retry } = useAnswer(
    `product ${channel} ${handle}`,
    (leaving) =>
      ask(OpenProductDocument, { channel, handle, near: here.value }, (data) => data.product, leaving),
    { fresh: true },
  );
  useEffect(() => {
    if (value !== null) document.title = `${value.title} – Vitrine`;
  }, [value]);
  if (failure !== null) {
    return (
      <Main>
        <Back />
        <FailureNotice failure={failure} retry={retry} />
      </Main>
    );
  }
  return (
    <Main>
      {value === null ? (
        <div class="product product-expected" aria-hidden="true">
          <span />
          <div>
            <span />
            <span />
            <span />
          </div>
        </div>
      ) : (
        <Shown key={channel} channel={channel} product={value} />
      )}
    </Main>
  );
}

function Shown({ channel, product }: { readonly channel: string; readonly product: Product }) {
  const listing = listingOf(`${channel} alike ${product.id}`, () => alikeProduct(channel, product.id));
  const [picture, setPicture] = useState<string | null>(null);
  const { brand, category } = product;
  return (
    <>
      <Back />
      <article class="product">
        <Gallery product={product} picture={picture} />
        <div class="product-side">
          {brand == null ? null : (
            <Link
              class="product-brand"
              to={{ at: 'home' }}
              filters={{ ...NO_FILTERS, brands: [brand.handle] }}
            >
              {brand.name}
            </Link>
          )}
          <div class="product-head">
            <h1>{product.title}</h1>
            <Heart product={product.id} title={product.title} />
          </div>
          <Buy channel={channel} product={product} look={setPicture} />
          {product.description == null ? null : <p class="product-text">{product.description}</p>}
          <dl class="attributes">
            {category == null ? null : (
              <div>
                <dt>{t.value.facets['category']}</dt>
                <dd>
                  <Link to={{ at: 'home' }} filters={{ ...NO_FILTERS, categories: [category.handle] }}>
                    {translated(category.name)}
                  </Link>
                </dd>
              </div>
            )}
            {attributesOf(product).map(([name, values]) => (
              <div key={name}>
                <dt>{t.value.facets[name] ?? name}</dt>
                <dd>{values.map(translated).join(', ')}</dd>
              </div>
            ))}
          </dl>
          <Facts facts={product.facts ?? []} />
        </div>
      </article>
      <section class="more" aria-label={t.value.looksLike}>
        <div class="more-head">
          <h2>{t.value.looksLike}</h2>
          <Link class="button button-quiet" to={{ at: 'alike', handle: product.handle }}>
            <Icon name="similar" /> {t.value.narrowAlike}
          </Link>
        </div>
        <MasonryList listing={listing} label={t.value.looksLike} />
      </section>
    </>
  );
}

/** The way to where the shopper came from: an installed page has no button of the browser. */
const Back = () =>
  entry.value > 0 ? (
    <button class="link back" type="button" onClick={() => history.back()}>
      <Icon name="back" /> {t.value.back}
    </button>
  ) : (
    <Link class="link back" to={{ at: 'home' }}>
      <Icon name="back" /> {t.value.allProducts}
    </Link>
  );

/** What feeds require and shoppers know. */
const UNTOLD = new Set(['age_group', 'condition']);

/** The values of the attributes by name. */
function attributesOf({ attributes }: Product): [string, string[]][] {
  const byName = new Map<string, string[]>();
  for (const { name, value } of attributes ?? [])
    if (!UNTOLD.has(name)) byName.set(name, [...(byName.get(name) ?? []), value]);
  return [...byName];
}
