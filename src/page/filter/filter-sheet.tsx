import { useEffect, useState } from 'preact/hooks';
import type { ChoiceFragment } from '../generated/graphql.js';
import type { Counts } from '../list/listing.js';
import { useMounted } from '../list/use-mounted.js';
import { market } from '../market.js';
import { type Filters, isEmptyRange, NO_FILTERS, readAmount } from '../place.js';
import { narrow, place } from '../route.js';
import { number, t } from '../texts/texts.js';
import { Sheet } from '../ui/sheet.js';
import { bucketLabel } from './chosen-label.js';
import { toggled, toggledIn, toggledKind } from './filters.js';
import { priceLabel } from './price-label.js';
import { here, loadStores, locate, stores } from './stores.js';
import { swatchOf } from './swatch.js';

/** As many as a phone renders within a frame or two. The tap is answered by what is around them alone. */
const PARTS_A_FRAME = 1;
/** No names of facets. */
const AROUND = ' around';
const STORES = ' stores';

interface FilterSheetProps {
  readonly counts: Counts | null;
  /** How many products there are with what is chosen now; null until that is known. */
  readonly total: Counts['total'];
  /** The name of the facet whose values are all shown at once; null: none. */
  readonly whole: string | null;
  readonly close: () => void;
}

/** All ways to narrow the list. Each choice applies at once. */
export function FilterSheet({ counts, total, whole, close }: FilterSheetProps) {
  const { filters } = place.value;
  // The best matches of a picture, for one, are only a part of what comes with a filter.
  const isAnyCounted = counts?.facets.some(isCounted) === true;
  const facets = counts?.facets ?? [];
  const shown = useMounted([AROUND, ...facets.map(({ name }) => name), STORES], PARTS_A_FRAME);
  return (
    <Sheet title={t.value.filter} close={close} tall>
      {facets.map((facet) =>
        !shown.has(facet.name) ? null : facet.kind === 'PRICE' ? (
          <PriceFacet key="price" facet={facet} filters={filters} isAnyCounted={isAnyCounted} />
        ) : (
          <ValueFacet
            key={facet.name}
            facet={facet}
            filters={filters}
            isAnyCounted={isAnyCounted}
            isAsked={facet.name === whole}
          />
        ),
      )}
      {shown.has(STORES) ? <StoreFacet store={filters.store} /> : null}
      {/* What is said outside of the sheet is not heard in it. */}
      <p class="unseen" role="status">
        {total === null
          ? ''
          : `${t.value.count(number(total.count), total.precision === 'AT_LEAST')} ${t.value.products}`}
      </p>
      <div class="sheet-foot">
        {counts === null || isAnyCounted ? null : <p class="sheet-note">{t.value.notCounted}</p>}
        <button class="button button-quiet" type="button" onClick={() => narrow(NO_FILTERS)}>
          {t.value.clearAll}
        </button>
        <button class="button" type="button" onClick={close}>
          {total === null
            ? t.value.show
            : t.value.showCount(number(total.count), total.precision === 'AT_LEAST')}
        </button>
      </div>
    </Sheet>
  );
}

interface FacetProps {
  readonly facet: ChoiceFragment;
  readonly filters: Filters;
  /** Whether any group says how many products each choice would leave. */
  readonly isAnyCounted: boolean;
}

const isCounted = ({ precision }: ChoiceFragment): boolean => precision === 'EXACT';

const nameOf = ({ name }: ChoiceFragment): string => t.value.facets[name] ?? name;

/** Beside numbers in other groups, a group without any would look as if it had nothing. */
const FacetName = ({ facet, isAnyCounted }: Omit<FacetProps, 'filters'>) => (
  <legend>
    {nameOf(facet)}{' '}
    {isAnyCounted && !isCounted(facet) ? <small class="facet-note">{t.value.notCountedHere}</small> : null}
  </legend>
);

/** Two or three lines of a phone; a facet with a few more shows these too, as a button would take as much room. */
const FEW_VALUES = 8;
const STILL_FEW_VALUES = 12;

function ValueFacet({ facet, filters, isAnyCounted, isAsked }: FacetProps & { readonly isAsked: boolean }) {
  const [isWhole, setWhole] = useState(isAsked);
  if (facet.buckets.length === 0) return null;
  // At once, and not when the counts are there.
  const chosen = chosenOf(facet, filters);
  const isLong = facet.buckets.length > STILL_FEW_VALUES;
  const buckets = facet.buckets.filter(
    ({ value }, index) => isWhole || !isLong || index < FEW_VALUES || chosen.includes(value),
  );
  const change = (value: string): Partial<Filters> => {
    switch (facet.kind) {
      case 'CATEGORY':
        return { categories: toggledKind(filters.categories, value) };
      case 'BRAND':
        return { brands: toggled(filters.brands, value) };
      case 'ATTRIBUTE':
        return { attributes: toggledIn(filters.attributes, facet.name, value) };
      default:
        return { options: toggledIn(filters.options, facet.name, value) };
    }
  };
  return (
    <fieldset class="facet" tabIndex={-1}>
      <FacetName facet={facet} isAnyCounted={isAnyCounted} />
      <div class="facet-values">
        {buckets.map(({ value, label, count }) => (
          <button
            key={value}
            type="button"
            class={chosen.includes(value) ? 'chip chip-on' : 'chip'}
            aria-pressed={chosen.includes(value)}
            onClick={() => narrow(change(value))}
          >
            {facet.name === 'color' ? <i class="swatch" style={{ background: swatchOf(value) }} /> : null}
            {bucketLabel(facet.name, { value, label })}{' '}
            {isCounted(facet) ? <small>{number(count)}</small> : null}
          </button>
        ))}
        {buckets.length === facet.buckets.length ? null : (
          <button class="chip chip-plain" type="button" onClick={() => setWhole(true)}>
            {t.value.showAll(number(facet.buckets.length))}
          </button>
        )}
      </div>
    </fieldset>
  );
}

function chosenOf({ kind, name }: ChoiceFragment, filters: Filters): readonly string[] {
  switch (kind) {
    case 'CATEGORY':
      return filters.categories;
    case 'BRAND':
      return filters.brands;
    case 'ATTRIBUTE':
      return filters.attributes[name] ?? [];
    default:
      return filters.options[name] ?? [];
  }
}

function PriceFacet({ facet, filters, isAnyCounted }: FacetProps) {
  return (
    <fieldset class="facet" tabIndex={-1}>
      <FacetName facet={facet} isAnyCounted={isAnyCounted} />
      <div class="facet-values">
        {facet.buckets.map(({ label, count, min, max }) => {
          const isChosen = isSame(filters.min, min) && isSame(filters.max, max);
          return (
            <button
              key={label}
              type="button"
              class={isChosen ? 'chip chip-on' : 'chip'}
              aria-pressed={isChosen}
              onClick={() => narrow(isChosen ? { min: null, max: null } : { min, max })}
            >
              {priceLabel({ min, max })} {isCounted(facet) ? <small>{number(count)}</small> : null}
            </button>
          );
        })}
      </div>
      <div class="range">
        <PriceField end="min" filters={filters} />
        <PriceField end="max" filters={filters} />
      </div>
    </fieldset>
  );
}

/** "50" is "50.00". */
const isSame = (one: string | null, other: string | null): boolean =>
  one === null || other === null ? one === other : Number(one) === Number(other);

/** Shorter than a look from the keys to the number of products; longer than from one key to the next. */
const TYPING_PAUSE_MS = 400;

interface PriceFieldProps {
  readonly end: 'min' | 'max';
  readonly filters: Filters;
}

/** One end of the price range. It applies while it is typed, unless no price would be left: it may not be finished. */
function PriceField({ end, filters }: PriceFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  useEffect(() => {
    if (typed === null) return;
    const change = withAmount(filters, end, typed);
    const isWhole = (['min', 'max'] as const).every(
      (other) => other === end || change[other] === filters[other],
    );
    if (!isWhole || change[end] === filters[end]) return;
    const timer = setTimeout(() => narrow(change), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, filters]);
  return (
    <label>
      {t.value.price[end]}
      <input
        type="number"
        inputMode="decimal"
        min={0}
        value={typed ?? filters[end] ?? ''}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        onChange={({ currentTarget }) => {
          setTyped(null);
          narrow(withAmount(filters, end, currentTarget.value));
        }}
        onBlur={() => setTyped(null)}
      />
    </label>
  );
}

/** What was typed last counts: the other end is given up when no price would be between them. */
function withAmount({ min, max }: Filters, end: 'min' | 'max', typed: string): Pick<Filters, 'min' | 'max'> {
  const amount = readAmount(typed);
  if (end === 'min') return { min: amount, max: isEmptyRange(amount, max) ? null : max };
  return { max: amount, min: isEmptyRange(min, amount) ? null : min };
}

function StoreFacet({ store }: { readonly store: string | null }) {
  const [isRefused, setRefused] = useState(false);
  useEffect(() => {
    if (market.value !== null) loadStores(market.value).catch(() => {});
  }, [market.value, here.value]);
  if (stores.value.length === 0) return null;
  return (
    <fieldset class="facet" tabIndex={-1}>
      <legend>{t.value.inStore}</legend>
      {here.value === null ? (
        <button
          class="button button-quiet"
          type="button"
          onClick={() => void locate().then((isKnown) => setRefused(!isKnown))}
        >
          {t.value.nearMe}
        </button>
      ) : null}
      {isRefused ? <p role="status">{t.value.whereUnknown}</p> : null}
      <div class="facet-values">
        {stores.value.map(({ id, name, distanceKm }) => (
          <button
            key={id}
            type="button"
            class={store === id ? 'chip chip-on' : 'chip'}
            aria-pressed={store === id}
            onClick={() => narrow({ store: store === id ? null : id })}
          >
            {name} {distanceKm === null ? null : <small>{t.value.km(number(distanceKm))}</small>}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
