import { ask, patiently } from '../api/ask.js';
import { useAnswer } from '../api/use-answer.js';
import { NameItDocument } from '../generated/graphql.js';
import type { Box } from '../place.js';
import { number, t, word } from '../texts/texts.js';
import { Facts } from '../ui/facts.js';
import { Link } from '../ui/link.js';

interface KnownProps {
  readonly channel: string;
  readonly image: string;
  readonly box: Box | null;
  /** Whether to ask later: at the same time as the results, the gateway would look at the part twice. */
  readonly waits: boolean;
}

/** What the picture shows, how sure that is, and where it comes from; or that nobody can tell. */
export function Known({ channel, image, box, waits }: KnownProps) {
  const key = `known ${channel} ${image} ${JSON.stringify(box)}`;
  const { value, failure } = useAnswer(waits ? null : key, (signal) =>
    patiently(() => ask(NameItDocument, { channel, image, box }, (data) => data.identify, signal), signal),
  );
  // The results are what the shopper came for; without a name they stand alone.
  if (failure !== null) return null;
  if (value === null) return <div class="known known-expected" aria-hidden="true" />;
  const { match, labels, facts } = value;
  if (match == null && labels.length === 0) {
    return (
      <section class="known">
        <h2>{t.value.cannotTell}</h2>
        <p>{t.value.cannotTellText}</p>
      </section>
    );
  }
  return (
    <section class="known">
      <h2>{t.value.whatItIs}</h2>
      {match == null ? null : (
        <p class="known-match">
          <Link to={{ at: 'product', handle: match.node.handle }}>{match.node.title}</Link>
          {match.probability == null ? null : <Sure confidence={match.probability} />}
        </p>
      )}
      <details class="known-more" open={matchMedia(WIDE).matches}>
        <summary>{t.value.howSure}</summary>
        <dl class="known-labels">
          {labels.map(({ kind, value: name, confidence }) => (
            <div key={kind}>
              <dt>{t.value.labels[kind]}</dt>
              <dd>
                {word(name)} <Sure confidence={confidence} />
              </dd>
            </div>
          ))}
        </dl>
      </details>
      <Facts facts={facts ?? []} />
    </section>
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
