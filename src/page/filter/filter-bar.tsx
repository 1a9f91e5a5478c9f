import { useRef, useState } from 'preact/hooks';
import type { ChoiceFragment } from '../generated/graphql.js';
import { askedWords } from '../list/asked-words.js';
import type { Counts } from '../list/listing.js';
import { kinds as shopKinds } from '../market.js';
import { NO_FILTERS, SORTS, type View } from '../place.js';
import { go, hrefOf, narrow, place } from '../route.js';
import { number, t, word } from '../texts/texts.js';
import { Icon } from '../ui/icon.js';
import { Chip, ChipRow } from './chip-row.js';
import { chosenLabel } from './chosen-label.js';
import { FilterSheet } from './filter-sheet.js';
import { chosenIn, toggledIn, withRefinement } from './filters.js';
import { colorIn, isColor } from './swatch.js';
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

/**
 * How many there are, the sizes that can be bought, words for what is seen, and all other ways to narrow the list. Where
 * words may come, their row is there before them, so that nothing moves; where there are none, it has the kinds of what
 * comes nearest: who looks at the picture knows what it shows.
 */
export function FilterBar({ counts: known, title, kind = null, isCounted = true }: FilterBarProps) {
  const [opened, setOpened] = useState<{ readonly whole: string | null } | null>(null);
  const { filters, sort, view } = place.value;
  const counts = useLastCounts(known, view);
  // Without a question, nothing matches better than what is new.
  const sorts = view.at === 'home' ? SORTS.filter((one) => one !== 'BEST') : SORTS;
  const chosen = chosenIn(filters);
  const before = chosen.filter(({ name }) => name !== 'size');
  const sizesOn = filters.options['size'] ?? [];
  const isSize = (value: string): boolean => sizesOn.includes(value);
  const toBuy = (counts?.facets.find(({ name }) => name === 'size')?.buckets ?? []).filter(
    ({ value, count }) => count > 0 || isSize(value),
  );
  const inPlace = toBuy.slice(0, MAX_SIZES);
  const hasMoreSizes = toBuy.length > MAX_SIZES;
  const sizes = [
    // What is in force is seen, also before it is counted.
    ...sizesOn.filter((size) => !inPlace.some(({ value }) => value === size)),
    ...inPlace.map(({ value }) => value),
  ];
  const words = (counts?.refinements ?? []).filter(({ count }) => count > 0);
  const isOffered =
    kind !== null &&
    !filters.categories.includes(kind) &&
    !words.some(({ filter }) => filter.categories?.includes(kind) === true);
  const isTold = hasNoWords(view) || words.length > 0 || isOffered || filters.categories.length > 0;
  const kinds = isTold ? [] : kindsIn(counts);
  const absent = filters.words === null ? null : absentColor(filters.words, known);
  // What was chosen is counted in any case, once it is: the number before was that of no choice.
  const total = isCounted ? counts?.total : chosen.length > 0 ? known?.total : null;
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
        <button class="button button-quiet" type="button" onClick={() => setOpened({ whole: null })}>
          <Icon name="filter" /> <span class="bar-filter">{t.value.filter}</span>
          {chosen.length === 0 ? null : <span class="badge">{chosen.length}</span>}
        </button>
      </div>
      <OtherMarket />
      <ChipRow first={sizes.length}>
        {sizes.map((size) => {
          const label = chosenLabel('size', size, counts);
          return (
            <Chip
              key={size}
              label={label}
              isOn={isSize(size)}
              // A cross would make it wider, and move the sizes after it out of sight.
              isPlain
              said={isSize(size) ? t.value.remove(label) : t.value.onlySize(label)}
              change={{ options: toggledIn(filters.options, 'size', size) }}
            />
          );
        })}
        {hasMoreSizes ? (
          <button class="chip chip-plain" type="button" onClick={() => setOpened({ whole: 'size' })}>
            {t.value.moreSizes}
          </button>
        ) : null}
      </ChipRow>
      {hasNoWords(view) && before.length === 0 ? null : (
        <ChipRow first={before.length}>
          {before.map(({ name, value, without }) => (
            <Chip
              key={`${name} ${value}`}
              label={chosenLabel(name, value, counts)}
              isOn
              said={t.value.remove(chosenLabel(name, value, counts))}
              change={without}
            />
          ))}
          {chosen.length < 2 ? null : (
            <button class="chip chip-plain" type="button" onClick={() => narrow(NO_FILTERS)}>
              {t.value.clearAll}
            </button>
          )}
          {isOffered ? (
            <Chip label={word(kind)} said={t.value.onlyKind(word(kind))} change={{ categories: [kind] }} />
          ) : null}
          {kinds.map((one) => (
            <Chip
              key={one}
              label={word(one)}
              said={t.value.onlyKind(word(one))}
              change={{ categories: [one] }}
            />
          ))}
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
        </ChipRow>
      )}
      {absent === null ? null : (
        <p class="bar-note" role="status">
          {t.value.noneIn(word(absent))}
        </p>
      )}
      {opened === null ? null : (
        <FilterSheet
          counts={counts}
          total={known?.total ?? null}
          whole={opened.whole}
          close={() => setOpened(null)}
        />
      )}
    </section>
  );
}

/** In the languages of the page. */
const NEGATION = /(?:^|\s)(?:not|no|without|nicht|kein\p{L}*|ohne|-\p{L}+)(?=\s|$)/iu;

/** The color among words that nothing in the list has; null where there is none, or nobody knows. */
function absentColor(words: string, counts: Counts | null): string | null {
  // Who wants no yellow is not told that there is none.
  if (NEGATION.test(words)) return null;
  const color = colorIn(askedWords(words) ?? words);
  const facet = counts?.facets.find(({ name }) => name === 'color');
  if (color === null || facet?.precision !== 'EXACT') return null;
  return facet.buckets.some(({ value, count }) => count > 0 && isColor(value, color)) ? null : color;
}

/** Whether no words for what is seen can come. */
const hasNoWords = ({ at }: View): boolean => at === 'home' || at === 'words';

/** The handles of the widest kinds of what was counted, in the order of the shop: other choices do not move them. */
function kindsIn(counts: Counts | null): string[] {
  const buckets = counts?.facets.find(({ name }) => name === 'category')?.buckets ?? [];
  const counted = new Set(buckets.filter(({ count }) => count > 0).map(({ value }) => value));
  return shopKinds.value.map(({ handle }) => handle).filter((handle) => counted.has(handle));
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
