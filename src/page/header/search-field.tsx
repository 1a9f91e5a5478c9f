import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { ask } from '../api/ask.js';
import { SuggestDocument, type SuggestQuery } from '../generated/graphql.js';
import { currency, market } from '../market.js';
import { type Filters, NO_FILTERS, type Place, placeOfWords } from '../place.js';
import { readPriceWords } from '../price-words.js';
import { go, place } from '../route.js';
import { t } from '../texts/texts.js';
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

/** What was found for the words, within the prices that were typed with them. */
function listed(
  { texts, categories, brands, products }: Suggestions,
  prices: Pick<Filters, 'min' | 'max'>,
): Suggestion[] {
  const { kinds } = t.value;
  const filters = { ...NO_FILTERS, ...prices };
  return [
    ...(texts ?? []).slice(0, 4).map((text) => ({
      key: `text ${text}`,
      label: text,
      kind: '',
      image: null,
      to: toPlace({ at: 'words', text }, filters),
    })),
    ...(categories ?? []).slice(0, 2).map(({ id, name, handle }) => ({
      key: id,
      label: name,
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
    ...(products ?? []).slice(0, 4).map(({ id, title, handle, featuredImage }) => ({
      key: id,
      label: title,
      kind: '',
      image: featuredImage?.w64 ?? null,
      to: toPlace({ at: 'product', handle }),
    })),
  ];
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

  useEffect(() => setText(view.at === 'words' ? view.text : ''), [view]);
  useEffect(() => {
    const { words, ...prices } = readPriceWords(text, currency());
    if (!isOpen || words.trim() === '' || channel === null) {
      setSuggestions([]);
      return;
    }
    const leaving = new AbortController();
    ask(SuggestDocument, { text: words, channel }, (data) => data.suggest, leaving.signal)
      .then((found) => {
        setSuggestions(listed(found, prices));
        setActive(-1);
      })
      // Whoever types needs no suggestion.
      .catch(() => {});
    return () => leaving.abort();
  }, [text, isOpen, channel]);

  const choose = (to: Place): void => {
    setOpen(false);
    input.current?.blur();
    go(to);
  };
  const submit = (): void => {
    const chosen = suggestions[active];
    if (chosen) choose(chosen.to);
    else if (text.trim() !== '') choose(placeOfWords(text, currency()));
  };
  const isShown = isOpen && suggestions.length > 0;
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
        maxLength={200}
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
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onKeyDown={(event) => {
          const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (step !== undefined && isShown) {
            event.preventDefault();
            const count = suggestions.length + 1;
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
        {suggestions.map(({ key, label, kind, image, to }, index) => (
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
