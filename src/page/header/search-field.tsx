import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { ask } from '../api/ask.js';
import { useAnswer } from '../api/use-answer.js';
import { decidedIn } from '../filter/filters.js';
import { SizesToBuyDocument, SuggestDocument, type SuggestQuery } from '../generated/graphql.js';
import { askedWords } from '../list/asked-words.js';
import { currency, market } from '../market.js';
import { partKind } from '../picture/part-kind.js';
import {
  type Filters,
  MOST_WORDS_CHARS,
  NO_FILTERS,
  type Place,
  placeOfWish,
  placeOfWishWith,
  readWish,
  type Wish,
} from '../place.js';
import { go, place } from '../route.js';
import { t, translated, word } from '../texts/texts.js';
import { Icon } from '../ui/icon.js';

type Suggestions = NonNullable<SuggestQuery['suggest']>;

interface Suggestion {
  readonly key: string;
  readonly label: string;
  readonly kind: string;
  readonly image: string | null;
  readonly to: Place;
}

const toPlace = (view: Place['view'], filters = NO_FILTERS): Place => ({ view, filters, sort: 'BEST' });

/** What was found for the words, within the prices and sizes that were typed with them. */
function listed({ texts, categories, brands, products }: Suggestions, filters: Filters): Suggestion[] {
  const { kinds } = t.value;
  const shownCategories = (categories ?? []).slice(0, 2);
  const named = [...shownCategories.map(({ name }) => name), ...(brands ?? []).map(({ name }) => name)];
  return [
    ...withoutTwins(texts ?? [], named)
      .slice(0, 4)
      .map((text) => ({
        key: `text ${text}`,
        label: text,
        kind: '',
        image: null,
        to: toPlace({ at: 'words', text }, filters),
      })),
    ...shownCategories.map(({ id, name, handle }) => ({
      key: id,
      label: translated(name),
      kind: kinds.category,
      image: null,
      to: toPlace({ at: 'home' }, { ...filters, categories: [handle] }),
    })),
    ...(brands ?? []).slice(0, 2).map(({ id, name, handle }) => ({
      key: id,
      label: name,
      kind: kinds.brand,
      image: null,
      to: toPlace({ at: 'home' }, { ...filters, brands: [handle] }),
    })),
    ...(products ?? [])
      .filter((product) => isWithin(product, filters))
      .slice(0, 4)
      .map(({ id, title, handle, featuredImage }) => ({
        key: id,
        label: title,
        kind: '',
        image: featuredImage?.w64 ?? null,
        to: toPlace({ at: 'product', handle }, decidedIn(filters)),
      })),
  ];
}

/** One of each: "sweaters" finds what "sweater" does, and a category with that name is listed itself. */
function withoutTwins(texts: readonly string[], named: readonly string[]): string[] {
  const kept: string[] = [];
  for (const text of texts) if (![...named, ...kept].some((other) => areTwins(text, other))) kept.push(text);
  return kept;
}

/** Plurals in the languages of the page: "dresses", "Kleider", "Hosen". */
const ENDING = /^(?:e?s|e[nr]?|n)?$/;

function areTwins(one: string, other: string): boolean {
  const [short = '', long = ''] = [one.toLowerCase(), other.toLowerCase()].sort(
    (a, b) => a.length - b.length,
  );
  return long.startsWith(short) && ENDING.test(long.slice(short.length));
}

type Suggested = NonNullable<Suggestions['products']>[number];

/** Whether a product can have a price and a size that were typed. */
function isWithin({ priceRange, availability }: Suggested, { min, max, options }: Filters): boolean {
  if (priceRange == null) return min === null && max === null;
  const wished = options['size'] ?? [];
  const has = (availability?.sellableOptions ?? []).filter(({ name }) => name === 'size');
  return (
    (max === null || Number(priceRange.min.amount) <= Number(max)) &&
    (min === null || Number(priceRange.max.amount) >= Number(min)) &&
    (wished.length === 0 || has.some(({ value }) => wished.includes(value)))
  );
}

async function sizesOf(channel: string, signal: AbortSignal): Promise<string[]> {
  const by = [{ kind: 'OPTION', name: 'size' }] as const;
  const { facets } = await ask(SizesToBuyDocument, { channel, by: [...by] }, (data) => data.products, signal);
  return (facets ?? []).flatMap(({ buckets }) => buckets.map(({ value }) => value));
}

/** Words to search for, with suggestions while they are typed (the ARIA pattern of a combobox with a list). */
export function SearchField() {
  const { view } = place.value;
  const [text, setText] = useState(view.at === 'words' ? view.text : '');
  const [suggestions, setSuggestions] = useState<readonly Suggestion[]>([]);
  const [active, setActive] = useState(-1);
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const channel = market.value;
  const [isUsed, setUsed] = useState(false);
  // Nobody who types no words needs them.
  const { value: sizes } = useAnswer(isUsed && channel !== null ? `sizes ${channel}` : null, (signal) =>
    sizesOf(channel ?? '', signal),
  );
  /** What Enter chooses; -1: what is in the field. */
  const first = view.at === 'picture' ? 0 : -1;
  const wish = (): Wish => readWish(text, currency(), sizes ?? []);

  useEffect(() => setText(view.at === 'words' ? view.text : ''), [view]);
  useEffect(() => {
    const { words, filters } = wish();
    if (!isOpen || words === '' || channel === null) {
      setSuggestions([]);
      return;
    }
    const leaving = new AbortController();
    ask(
      SuggestDocument,
      { text: askedWords(words) ?? words, channel },
      (data) => data.suggest,
      leaving.signal,
    )
      .then((found) => {
        setSuggestions(listed(found, filters));
        setActive(first);
      })
      // Whoever types needs no suggestion.
      .catch(() => {});
    return () => leaving.abort();
  }, [text, isOpen, channel, sizes]);

  /** Words beside a picture are about it, if not otherwise chosen, and about the item that is looked at. */
  const kind = place.value.filters.categories.length === 0 ? partKind.value : null;
  const withPicture = placeOfWishWith(place.value, wish());
  const options =
    view.at === 'picture' && text.trim() !== ''
      ? [
          ...(kind === null
            ? []
            : [
                {
                  key: 'with kind',
                  label: t.value.likePicture(t.value.quoted(text.trim())),
                  kind: t.value.onlyKind(word(kind)),
                  image: null,
                  to: { ...withPicture, filters: { ...withPicture.filters, categories: [kind] } },
                },
              ]),
          {
            key: 'with',
            label: t.value.likePicture(t.value.quoted(text.trim())),
            kind: '',
            image: null,
            to: withPicture,
          },
          {
            key: 'without',
            label: t.value.quoted(text.trim()),
            kind: t.value.kinds.all,
            image: null,
            to: placeOfWish(wish()),
          },
          ...suggestions,
        ]
      : suggestions;
  const choose = (to: Place): void => {
    setOpen(false);
    // What is beside a picture is a choice above the list, which is where it is taken back.
    setText(to.view.at === 'words' ? to.view.text : '');
    input.current?.blur();
    go(to);
  };
  const submit = (): void => {
    const chosen = options[active];
    if (chosen) choose(chosen.to);
    else if (text.trim() !== '') choose(placeOfWish(wish()));
  };
  const isShown = isOpen && options.length > 0;
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onFocusOut={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setOpen(false);
      }}
    >
      <Icon name="search" />
      <input
        ref={input}
        type="text"
        enterkeyhint="search"
        autocomplete="off"
        maxLength={MOST_WORDS_CHARS}
        value={text}
        placeholder={t.value.searchFor}
        aria-label={t.value.search}
        role="combobox"
        aria-expanded={isShown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={active < 0 ? undefined : `${id}-${active}`}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          setActive(first);
          setOpen(true);
        }}
        onFocus={() => {
          setUsed(true);
          setOpen(true);
        }}
        onKeyDown={(event) => {
          const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (step !== undefined && isShown) {
            event.preventDefault();
            const count = options.length + 1;
            // One position is the field itself.
            setActive(((active + 1 + step + count) % count) - 1);
          } else if (event.key === 'Escape' && isShown) {
            event.preventDefault();
            setOpen(false);
          }
        }}
      />
      {text === '' ? null : (
        <button
          class="round"
          type="button"
          aria-label={t.value.clearSearch}
          onClick={() => {
            setText('');
            input.current?.focus();
          }}
        >
          <Icon name="close" />
        </button>
      )}
      <ul
        id={`${id}-list`}
        class="suggestions"
        role="listbox"
        aria-label={t.value.suggestions}
        hidden={!isShown}
      >
        {options.map(({ key, label, kind, image, to }, index) => (
          <li
            key={key}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => choose(to)}
          >
            {image === null ? null : <img src={image} alt="" width={36} height={45} />}
            <span>{label}</span>
            {kind === '' ? null : <small>{kind}</small>}
          </li>
        ))}
      </ul>
    </form>
  );
}
