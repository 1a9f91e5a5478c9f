import { useRef } from 'preact/hooks';
import { ask, patiently } from '../api/ask.js';
import { type Asked, useAnswer } from '../api/use-answer.js';
import { NameItDocument, type NameItQuery } from '../generated/graphql.js';
import type { Item } from '../list/item.js';
import type { Box } from '../place.js';
import { joined, number, t, word } from '../texts/texts.js';
import { Facts } from '../ui/facts.js';
import { Link } from '../ui/link.js';

export type Identified = NonNullable<NameItQuery['identify']>;

/**
 * What a picture, or a part of it, shows. With `waits`, it is asked later: at the same time as the results, the gateway
 * would look at the part twice.
 */
export function useIdentified(
  channel: string,
  image: string,
  box: Box | null,
  waits: boolean,
): Asked<Identified> {
  const key = `known ${channel} ${image} ${JSON.stringify(box)}`;
  return useAnswer(
    key,
    (signal) =>
      patiently(() => ask(NameItDocument, { channel, image, box }, (data) => data.identify, signal), signal),
    { waits },
  );
}

/**
 * What comes first for a part that the shopper narrowed or sorted nothing of: what it shows does not depend on that.
 * `shown` is the list where it is that one, and null where it is not; the question is for a part of which it was never
 * shown, as after a reload, and with `waits` it is asked later. Null while it is not there.
 */
export function useFirst(
  key: string,
  shown: readonly Item[] | null,
  waits: boolean,
  question: (signal: AbortSignal) => Promise<readonly Item[]>,
): readonly Item[] | null {
  const seen = useRef<{ readonly key: string; readonly items: readonly Item[] } | null>(null);
  if (shown !== null && !waits) seen.current = { key, items: shown };
  const known = seen.current?.key === key ? seen.current.items : null;
  const { value, failure } = useAnswer(shown !== null || known !== null || waits ? null : key, question);
  if (value !== null) seen.current = { key, items: value };
  // Without it, the name of the kind stands alone.
  return known ?? value ?? shown ?? (failure === null ? null : []);
}

/** The handle of the category of what is shown; null when it is unknown. */
export const kindOf = ({ labels }: Identified): string | null =>
  labels.find(({ kind }) => kind === 'CATEGORY')?.value ?? null;

/** Seen without scrolling, or nearly so. */
const FIRST = 6;

/**
 * The kind that may be said above these results, or the wider one that it belongs to: the first one has it, and at least
 * half of those that are seen first. Null when the eye would say otherwise.
 */
export function shownKind(kind: string | null, results: readonly Item[]): string | null {
  const first = results.slice(0, FIRST);
  const isSeen = (wider: string): boolean => {
    const has = ({ kind: own }: Item): boolean => own === wider || own?.startsWith(`${wider}/`) === true;
    const [nearest] = first;
    return nearest !== undefined && has(nearest) && 2 * first.filter(has).length >= first.length;
  };
  if (kind === null || first.length === 0) return kind;
  const steps = kind.split('/');
  const names = steps.map((_step, index) => steps.slice(0, steps.length - index).join('/'));
  return names.find(isSeen) ?? null;
}

/** Of so many of the first results, most have to agree. */
const AGREEING = 12;
const MOST = 9;

/**
 * The widest kind that most of the first results have, and the nearest one: what a flat lay looks like where nobody can name
 * it. Pictures of anything else seldom have one.
 */
export function agreedKind(results: readonly Item[]): string | null {
  const kinds = results.slice(0, AGREEING).map(({ kind }) => kind?.split('/')[0] ?? null);
  const [nearest = null] = kinds;
  return kinds.filter((kind) => kind === nearest).length >= MOST ? nearest : null;
}

interface KnownProps {
  readonly identified: Asked<Identified>;
  /** The handle of the category; null when it is unknown, or what comes first is of another one, and undefined until then. */
  readonly kind: string | null | undefined;
  /** The handle of the category that it may have, although what comes first is of another one; null: none. */
  readonly maybe: string | null;
  /** The handles of the categories of what is in the whole picture; none for a part. */
  readonly items: readonly string[];
  /** The handle of the category that the list was narrowed to because the part is small; null: none. */
  readonly only: string | null;
}

/** What the picture shows, how sure that is, and where it comes from; or that nobody can tell. */
export function Known({ identified: { value, failure }, kind, ...rest }: KnownProps) {
  // The results are what the shopper came for; without a name they stand alone.
  if (failure !== null) return null;
  if (value === null || kind === undefined) return <div class="known known-expected" aria-hidden="true" />;
  const { match, labels, facts } = value;
  return (
    <section class="known">
      {match == null ? (
        <Unnamed kind={kind} {...rest} />
      ) : (
        <>
          <h2>{t.value.whatItIs}</h2>
          <p class="known-match">
            <Link to={{ at: 'product', handle: match.node.handle }}>{match.node.title}</Link>
            {match.probability == null ? null : <Sure confidence={match.probability} />}
          </p>
        </>
      )}
      {labels.length === 0 ? null : (
        <details class="known-more" open={matchMedia(WIDE).matches}>
          <summary>{t.value.howSure}</summary>
          <dl class="known-labels">
            {labels.map(({ kind: property, value: name, confidence }) => (
              <div key={property}>
                <dt>{t.value.labels[property]}</dt>
                <dd>
                  {word(name)} <Sure confidence={confidence} />
                </dd>
              </div>
            ))}
          </dl>
          <Facts facts={facts ?? []} />
        </details>
      )}
    </section>
  );
}

/** What is said where no product is close enough, by the same names as the dots have. */
function Unnamed({
  kind,
  maybe,
  items,
  only,
}: Omit<KnownProps, 'identified' | 'kind'> & { readonly kind: string | null }) {
  const [title, text] =
    kind !== null
      ? [t.value.someKind(word(kind)), t.value.someKindText]
      : items.length > 1
        ? [t.value.severalKinds(joined(items.map(word), 'conjunction')), t.value.severalKindsText]
        : maybe !== null
          ? [t.value.maybeKind(word(maybe)), items.length === 1 ? t.value.oneKindText : t.value.someKindText]
          : [t.value.cannotTell, t.value.cannotTellText];
  return (
    <>
      <h2>{title}</h2>
      <p>{only === null ? text : t.value.onlyKindText(word(only))}</p>
    </>
  );
}

/** There, all of it fits beside the results; on a phone, the results come first. */
const WIDE = '(min-width: 900px)';

/** Nothing that is seen is wholly certain. */
const CERTAIN = 99;

/** How sure: as a number, and for the eye as a line. */
const Sure = ({ confidence }: { readonly confidence: number }) => (
  <span class="sure">
    <meter min={0} max={1} value={confidence} aria-hidden="true" />
    <span>{t.value.sure(number(Math.min(CERTAIN, Math.round(confidence * 100))))}</span>
  </span>
);
