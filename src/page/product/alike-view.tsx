import { ask } from '../api/ask.js';
import { useAnswer } from '../api/use-answer.js';
import { FilterBar } from '../filter/filter-bar.js';
import { OpenProductDocument } from '../generated/graphql.js';
import { Empty } from '../list/empty.js';
import { listingOf } from '../list/listing.js';
import { MasonryList } from '../list/masonry-list.js';
import { alike } from '../list/sources.js';
import { useSettled } from '../list/use-settled.js';
import { type Place, writePlace } from '../place.js';
import { t } from '../texts/texts.js';
import { Link } from '../ui/link.js';
import { Main } from '../ui/main.js';
import { FailureNotice } from '../ui/notice.js';
import type { Product } from './offers.js';

interface AlikeViewProps {
  readonly place: Place;
  readonly channel: string;
  readonly handle: string;
}

/** What looks like a product, with filters. */
export function AlikeView({ place, channel, handle }: AlikeViewProps) {
  const { value, failure, retry } = useAnswer(`product ${channel} ${handle}`, (signal) =>
    ask(OpenProductDocument, { channel, handle }, (data) => data.product, signal),
  );
  return (
    <Main>
      {failure === null ? null : <FailureNotice failure={failure} retry={retry} />}
      {value === null ? null : <Alike place={place} channel={channel} product={value} />}
    </Main>
  );
}

function Alike({ place, channel, product }: Omit<AlikeViewProps, 'handle'> & { readonly product: Product }) {
  const { filters, sort } = place;
  const asked = listingOf(`${channel}${writePlace(place)}`, () =>
    alike(channel, [{ product: product.id }], filters, sort),
  );
  const listing = useSettled(asked);
  const picture = product.images?.[0]?.w256;
  return (
    <>
      <div class="alike-head">
        {picture == null ? null : <img src={picture} alt="" width={72} height={90} />}
        <h1 class="title">
          <small>{t.value.looksLike}</small>
          <Link to={{ at: 'product', handle: product.handle }}>{product.title}</Link>
        </h1>
      </div>
      <FilterBar counts={asked.counts.value} title={t.value.found} />
      <MasonryList listing={listing} label={t.value.products} />
      <Empty listing={listing} />
    </>
  );
}
