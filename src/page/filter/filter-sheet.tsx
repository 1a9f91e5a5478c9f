import { useEffect, useState } from 'preact/hooks';
import type { ChoiceFragment } from '../generated/graphql.js';
import type { Counts } from '../list/listing.js';
import { market } from '../market.js';
import { type Filters, isEmptyRange, NO_FILTERS, readAmount } from '../place.js';
import { narrow, place } from '../route.js';
import { number, t } from '../texts/texts.js';
import { Sheet } from '../ui/sheet.js';
import { toggled, toggledIn } from './filters.js';
import { here, loadStores, locate, stores } from './stores.js';
import { swatchOf } from './swatch.js';

interface FilterSheetProps {
  readonly counts: Counts | null;
  readonly close: () => void;
}

/** All ways to narrow the list, with counts. Each choice applies at once. */
export function FilterSheet({ counts, close }: FilterSheetProps) {
  const { filters } = place.value;
  const total = counts?.total;
  return (
    <Sheet title={t.value.filter} close={close}>
      {(counts?.facets ?? []).map((facet) =>
        facet.kind === 'PRICE' ? (
          <PriceFacet key="price" facet={facet} filters={filters} />
        ) : (
          <ValueFacet key={facet.name} facet={facet} filters={filters} />
        ),
      )}
      <StoreFacet store={filters.store} />
      {/* What is said outside of the sheet is not heard in it. */}
      <p class="unseen" role="status">
        {total == null
          ? ''
          : `${t.value.count(number(total.count), total.precision === 'AT_LEAST')} ${t.value.products}`}
      </p>
      <div class="sheet-foot">
        <button class="button button-quiet" type="button" onClick={() => narrow(NO_FILTERS)}>
          {t.value.clearAll}
        </button>
        <button class="button" type="button" onClick={close}>
          {total == null
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
}

function ValueFacet({ facet, filters }: FacetProps) {
  if (facet.buckets.length === 0) return null;
  // At once, and not when the counts are there.
  const chosen = chosenOf(facet, filters);
  const change = (value: string): Partial<Filters> => {
    switch (facet.kind) {
      case 'CATEGORY':
        return { categories: toggled(filters.categories, value) };
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
      <legend>{t.value.facets[facet.name] ?? facet.name}</legend>
      <div class="facet-values">
        {facet.buckets.map(({ value, label, count }) => (
          <button
            key={value}
            type="button"
            class={chosen.includes(value) ? 'chip chip-on' : 'chip'}
            aria-pressed={chosen.includes(value)}
            onClick={() => narrow(change(value))}
          >
            {facet.name === 'color' ? <i class="swatch" style={{ background: swatchOf(value) }} /> : null}
            {label} <small>{number(count)}</small>
          </button>
        ))}
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

function PriceFacet({ facet, filters }: FacetProps) {
  return (
    <fieldset class="facet" tabIndex={-1}>
      <legend>{t.value.facets[facet.name] ?? facet.name}</legend>
      <div class="facet-values">
        {facet.buckets.map(({ label, count, selected, min, max }) => (
          <button
            key={label}
            type="button"
            class={selected ? 'chip chip-on' : 'chip'}
            aria-pressed={selected}
            onClick={() =>
              narrow(selected ? { min: null, max: null } : { min: min ?? null, max: max ?? null })
            }
          >
            {label} <small>{number(count)}</small>
          </button>
        ))}
      </div>
      <div class="range">
        {(['min', 'max'] as const).map((end) => (
          <label key={end}>
            {t.value.price[end]}
            <input
              type="number"
              inputMode="decimal"
              min={0}
              value={filters[end] ?? ''}
              onChange={({ currentTarget }) => narrow(withAmount(filters, end, currentTarget.value))}
            />
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** What was typed last counts: the other end is given up when no price would be between them. */
function withAmount({ min, max }: Filters, end: 'min' | 'max', typed: string): Partial<Filters> {
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
