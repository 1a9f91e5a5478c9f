import { RequestError } from '../../errors.js';
import { formatAmount } from '../../graph/money.js';
import { instantiate } from '../../graph/node.js';
import { fold } from '../../graph/text.js';
import type { Channel } from '../channel.types.js';
import type { ProductCondition } from '../product-filter.js';
import { type AskedFacet, choiceOf } from './check-facets.js';
import { type CountedValue, type Counts, MAX_VALUES, PRICE_BANDS } from './count.store.js';
import type { CheckedTally } from './counter.js';
import { Count, CountPrecision, Facet, FacetBucket, FacetKind } from './facet.types.js';
import { compareSizes, isSizeName } from './size-order.js';

/** Counts as clients read them. */
export const tallyOf = (
  asked: readonly AskedFacet[],
  counts: Counts,
  { condition, channel }: { readonly condition: ProductCondition; readonly channel: Channel },
): CheckedTally => ({
  total: instantiate(Count, {
    count: counts.total,
    precision: precisionOf(counts),
  }),
  facets: asked.flatMap((facet, i) => {
    const counted = counts.facets[i];
    return counted === undefined ? [] : [describeFacet(facet, counted, condition, channel.currencyCode)];
  }),
  passing: counts.facets.map(({ passing }) => passing),
});

const precisionOf = ({ isCut }: { readonly isCut: boolean }): CountPrecision =>
  isCut ? CountPrecision.AT_LEAST : CountPrecision.EXACT;

/** A facet with its counted values. What the shopper chose is among them, even if no product has it any more. */
function describeFacet(
  asked: AskedFacet,
  counted: Counts['facets'][number],
  condition: ProductCondition,
  currency: string,
): Facet {
  const { kind, name } = asked;
  const { values, valueCount } = counted;
  const buckets =
    kind === FacetKind.PRICE
      ? values.map((value) => priceBucket(value, condition, currency))
      : namedBuckets(asked, values, condition);
  return instantiate(Facet, {
    kind,
    name: name === '' ? kind.toLowerCase() : name,
    values: buckets,
    valueCount: Math.max(valueCount, buckets.length),
    precision: precisionOf(counted),
  });
}

function namedBuckets(
  asked: AskedFacet,
  values: readonly CountedValue[],
  condition: ProductCondition,
): FacetBucket[] {
  // Options and attributes are shown as the merchant wrote them, and compared in any case; handles are exact.
  const isText = asked.kind === FacetKind.OPTION || asked.kind === FacetKind.ATTRIBUTE;
  const compared = (value: string): string => (isText ? fold(value) : value);
  const chosen = choiceOf(condition, asked);
  const choice = new Set(chosen.map(compared));
  const counted = new Set(values.map(({ value }) => compared(value)));
  const gone = chosen.filter((value) => !counted.has(compared(value)));
  const range = { min: null, max: null };
  return [
    ...values.map(({ value, label, parent, count }) => {
      const selected = choice.has(compared(value));
      return instantiate(FacetBucket, {
        ...{ value: isText ? label : value, label, parent, count, selected },
        ...range,
      });
    }),
    ...gone.map((value) =>
      instantiate(FacetBucket, { value, label: value, parent: null, count: 0, selected: true, ...range }),
    ),
  ];
}

function priceBucket(
  { value, count, width }: CountedValue,
  { minAmount, maxAmount }: ProductCondition,
  currency: string,
): FacetBucket {
  if (width === null) throw new Error('a price band has a width');
  const from = Number(value) * width;
  const to = Number(value) === PRICE_BANDS - 1 ? null : from + width - 1;
  const min = formatAmount(from, currency);
  const max = to === null ? null : formatAmount(to, currency);
  return instantiate(FacetBucket, {
    value: `${min}..${max ?? ''}`,
    label: max === null ? `${min} and more` : `${min} – ${max}`,
    parent: null,
    count,
    selected: minAmount === from && maxAmount === to,
    min,
    max,
  });
}

/**
 * The buckets that a client asked for: the most frequent ones, in the order in which shoppers expect them.
 * @throws RequestError BAD_USER_INPUT
 */
export function firstBuckets({ kind, name, values }: Facet, first: number): FacetBucket[] {
  if (first < 1 || first > MAX_VALUES)
    throw new RequestError('BAD_USER_INPUT', `first is ${first}: it must be from 1 to ${MAX_VALUES}.`);
  const chosen = values.filter(({ selected }) => selected);
  const others = values.filter(({ selected }) => !selected);
  const kept = [...chosen, ...others.slice(0, Math.max(0, first - chosen.length))];
  if (kind === FacetKind.PRICE) return kept.sort((a, b) => Number(a.min) - Number(b.min));
  if (kind === FacetKind.OPTION && isSizeName(name))
    return kept.sort((a, b) => compareSizes(a.label, b.label));
  // Equally frequent values stay in the order of Postgres.
  return kept.sort((a, b) => b.count - a.count);
}
