import { t } from '../texts/texts.js';

interface Fact {
  readonly subject: string;
  readonly predicate: string;
  readonly value: string;
  readonly source: string;
  readonly sourceUrl?: string | null;
}

/** Statements about a thing, each with where it is from. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  if (facts.length === 0) return null;
  return (
    <details class="facts">
      <summary>{t.value.goodToKnow}</summary>
      <ul>
        {facts.map(({ subject, predicate, value, source, sourceUrl }) => (
          <li key={`${subject} ${predicate} ${value}`}>
            <span>
              <b>{subject}</b> {predicate}: {value}
            </span>
            {sourceUrl == null ? (
              <small>{source}</small>
            ) : (
              <small>
                <a href={sourceUrl} target="_blank" rel="noreferrer">
                  {source}
                </a>
              </small>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}
