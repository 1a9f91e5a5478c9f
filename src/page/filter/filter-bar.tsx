import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ChoiceFragment } from '../generated/graphql.js';
import type { Counts } from '../list/listing.js';
import { type Filters, NO_FILTERS, SORTS, type View } from '../place.js';
import { go, hrefOf, narrow, place } from '../route.js';
import { number, t, translated, word } from '../texts/texts.js';
import { Icon } from '../ui/icon.js';
import { chosenLabel } from './chosen-label.js';
import { FilterSheet } from './filter-sheet.js';
import { type Chosen, chosenIn, toggledIn, withRefinement } from './filters.js';
import { OtherMarket } from './other-market.js';

interface FilterBarProps {
  /** Of the list that the filters ask for; null until they are there. */
  readonly counts: Counts | null;
  /** Said before the number of products. */
  readonly title: string;
  /** The handle of a category to offer beside the words for what is seen; null: none. */
  readonly kind?: string | null;
  /** Whether to say how many there are where nothing is chosen: of what nothing resembles, any number would be a lie. */
  readonly isCounted?: boolean;
}

/** How many there are, the sizes that can be bought, words for what is seen, and all other ways to narrow the list. */
export function FilterBar({ counts: known, title, kind = null, isCounted = true }: FilterBarProps) {
  const [isOpen, setOpen] = useState(false);
  const { filters, sort, view } = place.value;
  const counts = useLastCounts(known, view);
  // Without a question, nothing matches better than what is new.
  const sorts = view.at === 'home' ? SORTS.filter((one) => one !== 'BEST') : SORTS;
  const chosen = chosenIn(filters);
  const isSize = (value: string): boolean => filters.options['size']?.includes(value) === true;
  const sizes = (counts?.facets.find(({ name }) => name === 'size')?.buckets ?? [])
    .filter(({ value, count }) => count > 0 || isSize(value))
    .filter(({ value }, index) => index < MAX_SIZES || isSize(value));
  const { leading, stay } = useLeadingSizes(chosen);
  const inPlace = sizes.filter(({ value }) => !leading.includes(value));
  const before = chosen.filter(
    ({ name, value }) => name !== 'size' || !inPlace.some((size) => size.value === value),
  );
  const chips = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLElement>(null);
  const goesOn = useGoesOn(chips, end);
  // What is in force is seen, also when a word far along the row was tapped.
  useLayoutEffect(() => chips.current?.scrollTo({ left: 0 }), [before.length]);
  const words = (counts?.refinements ?? []).filter(({ count }) => count > 0);
  const isOffered =
    kind !== null &&
    !filters.categories.includes(kind) &&
    !words.some(({ filter }) => filter.categories?.includes(kind) === true);
  // What was chosen is counted in any case.
  const total = isCounted || chosen.length > 0 ? counts?.total : null;
  return (
    <section class="bar" aria-label={t.value.narrow} tabIndex={-1}>
      <div class="bar-head">
        <h2 class="bar-title">
          {title}
          <span class="bar-count" role="status">
            {total == null ? ' ' : t.value.count(number(total.count), total.precision === 'AT_LEAST')}
            <span class="unseen"> {t.value.products}</span>
          </span>
        </h2>
        <label class="sort">
          <span class="unseen">{t.value.sortBy}</span>
          <select
            value={sort === 'BEST' && view.at === 'home' ? 'NEWEST' : sort}
            onChange={({ currentTarget }) => {
              const wished = SORTS.find((one) => one === currentTarget.value);
              if (wished !== undefined) go({ ...place.value, sort: wished }, { replace: true });
            }}
          >
            {sorts.map((one) => (
              <option key={one} value={one}>
                {t.value.sorts[one]}
              </option>
            ))}
          </select>
        </label>
        <button class="button button-quiet" type="button" onClick={() => setOpen(true)}>
          <Icon name="filter" /> <span class="bar-filter">{t.value.filter}</span>
          {chosen.length === 0 ? null : <span class="badge">{chosen.length}</span>}
        </button>
      </div>
      <OtherMarket />
      <div class={goesOn ? 'bar-chips bar-chips-on' : 'bar-chips'} ref={chips}>
        {before.map(({ name, value, without }) => (
          <Chip
            key={`${name} ${value}`}
            label={chosenLabel(name, value, counts)}
            isOn
            said={t.value.remove(chosenLabel(name, value, counts))}
            change={without}
          />
        ))}
        {isOffered ? (
          <Chip label={word(kind)} said={t.value.onlyKind(word(kind))} change={{ categories: [kind] }} />
        ) : null}
        {words.map((refinement) => (
          // Without a number: the count is of the best 250 matches, and all that have it come.
          <Chip
            key={`${refinement.label.kind} ${refinement.label.value}`}
            label={
              refinement.label.kind === 'BRAND'
                ? chosenLabel('brand', refinement.label.value, counts)
                : word(refinement.label.value)
            }
            change={withRefinement(filters, refinement)}
          />
        ))}
        {inPlace.map(({ value, label }) => (
          <Chip
            key={value}
            label={translated(label)}
            isOn={isSize(value)}
            // A cross would make it wider, and move the sizes after it out of sight.
            isPlain
            said={isSize(value) ? t.value.remove(translated(label)) : t.value.onlySize(translated(label))}
            change={{ options: toggledIn(filters.options, 'size', value) }}
            tapped={() => stay(value)}
          />
        ))}
        {chosen.length < 2 ? null : (
          <button class="chip chip-plain" type="button" onClick={() => narrow(NO_FILTERS)}>
            {t.value.clearAll}
          </button>
        )}
        <i class="bar-end" ref={end} />
      </div>
      {isOpen ? (
        <FilterSheet counts={counts} total={known?.total ?? null} close={() => setOpen(false)} />
      ) : null}
    </section>
  );
}

interface ChipProps {
  readonly label: string;
  readonly isOn?: boolean;
  /** Without a cross where it is on. */
  readonly isPlain?: boolean;
  /** What it does, where the label alone does not say it. */
  readonly said?: string;
  readonly change: Partial<Filters>;
  readonly tapped?: () => void;
}

const Chip = ({ label, isOn = false, isPlain = false, said, change, tapped }: ChipProps) => (
  <button
    class={isOn ? 'chip chip-on' : 'chip'}
    type="button"
    aria-label={said}
    onClick={() => {
      tapped?.();
      narrow(change);
    }}
  >
    {label} {isOn && !isPlain ? <Icon name="close" /> : null}
  </button>
);

/** Whether the end of a row that scrolls is out of sight. */
function useGoesOn(row: RefObject<HTMLElement | null>, end: RefObject<HTMLElement | null>): boolean {
  const [goesOn, setGoesOn] = useState(false);
  useEffect(() => {
    if (end.current === null) return;
    const observer = new IntersectionObserver((seen) => setGoesOn(seen.at(-1)?.isIntersecting === false), {
      root: row.current,
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, []);
  return goesOn;
}

/**
 * The sizes that come first, with the other choices: among many words for what is seen, they would be out of sight. A size
 * that was tapped in the row stays there until another choice changes, so that a second tap takes it back.
 */
function useLeadingSizes(chosen: readonly Chosen[]) {
  const key = chosen
    .filter(({ name }) => name !== 'size')
    .map(({ name, value }) => `${name} ${value}`)
    .join('\n');
  const last = useRef({ key, staying: new Set<string>() });
  if (last.current.key !== key) last.current = { key, staying: new Set() };
  const { staying } = last.current;
  return {
    leading: chosen
      .filter(({ name, value }) => name === 'size' && !staying.has(value))
      .map(({ value }) => value),
    /** To be called with a size that is tapped in the row. */
    stay: (size: string): void => void staying.add(size),
  };
}

/**
 * The counts of the same question before a filter changed, until the new ones are there: what somebody is about to press
 * must not vanish under the finger. When the gateway could not count, its choices stay, without numbers.
 */
function useLastCounts(counts: Counts | null, view: View): Counts | null {
  const question = hrefOf(view);
  const last = useRef<{ readonly question: string; readonly counts: Counts } | null>(null);
  const before = last.current?.question === question ? last.current.counts : null;
  if (counts === null) return before;
  const isCounted = counts.facets.length > 0;
  const shown = isCounted || before === null ? counts : { ...counts, facets: before.facets.map(uncounted) };
  last.current = { question, counts: shown };
  return shown;
}

const uncounted = (facet: ChoiceFragment): ChoiceFragment => ({ ...facet, precision: 'AT_LEAST' });

/** Clothes' sizes, before those of shoes and belts. */
const MAX_SIZES = 8;
