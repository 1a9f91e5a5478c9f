import { useEffect, useState } from 'preact/hooks';
import { sent, type Sent } from '../api/record.js';
import { number, t } from '../texts/texts.js';
import { Sheet } from '../ui/sheet.js';

/** For engineers: what the page asked, and how it was answered. */
export function WhyPanel({ close }: { readonly close: () => void }) {
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  useEffect(() => {
    fetch(DOCUMENTS_URL)
      .then((response) => response.json())
      .then((documents: unknown) => {
        if (isTexts(documents)) setTexts(documents);
      })
      // Without the texts, the rest of the panel is still of use.
      .catch(() => {});
  }, []);
  return (
    <Sheet title={t.value.why} close={close} wide>
      <p class="why-intro">
        {t.value.whyText} <a href="/graphiql">GraphiQL</a>
      </p>
      <ol class="why-list">
        {sent.value.map((operation) => (
          <Operation key={operation.id} operation={operation} text={texts[operation.documentId]} />
        ))}
      </ol>
    </Sheet>
  );
}

const isTexts = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === 'object' && value !== null;

/** The name of the operation in a document. */
const nameIn = (text: string): string => /\b(?:query|mutation|subscription) (\w+)/.exec(text)?.[1] ?? '';

function Operation({ operation, text }: { readonly operation: Sent; readonly text: string | undefined }) {
  const { documentId, variables, ms, points, codes, report } = operation;
  const facts: [string, string][] = [
    [t.value.whyFacts.roundTrip, t.value.ms(number(ms))],
    ...(points === null ? [] : [[t.value.whyFacts.cost, number(points)] as [string, string]]),
    ...(report === null ? [] : reported(report)),
  ];
  return (
    <li>
      <details open={report !== null && operation.id === sent.value[0]?.id}>
        <summary>
          <b>{text === undefined ? '…' : nameIn(text)}</b>
          <span>{t.value.ms(number(ms))}</span>
          {codes.length === 0 ? null : <span class="why-code">{codes.join(', ')}</span>}
        </summary>
        <dl>
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <p class="why-id">{documentId}</p>
        <pre tabIndex={0}>{JSON.stringify(variables, null, 2)}</pre>
        {text === undefined ? null : (
          <a class="button button-quiet" href={graphiqlUrl(text, variables)} target="_blank" rel="noreferrer">
            {t.value.openInGraphiql}
          </a>
        )}
      </details>
    </li>
  );
}

function reported(report: NonNullable<Sent['report']>): [string, string][] {
  const names = t.value.whyFacts;
  const { region, trust, byConsensus } = report;
  const reason = trust?.reason ?? null;
  return [
    [names.search, t.value.ms(number(report.tookMs, 1))],
    [names.asOf, report.asOf],
    [names.indexLag, t.value.ms(number(report.indexLagMs))],
    [names.candidates, number(report.candidates)],
    [names.dropped, number(report.dropped)],
    [names.refills, number(report.refills)],
    [names.strategy, report.strategy],
    [names.encoder, report.encoder],
    ...(region === null
      ? []
      : [
          [
            names.region,
            [region.x, region.y, region.width, region.height].map((side) => number(side, 3)).join(' '),
          ] as [string, string],
        ]),
    ...(reason === null ? [] : [[names.suspicious, t.value.reasons[reason]] as [string, string]]),
    ...(byConsensus ? [[names.byConsensus, t.value.consensus] as [string, string]] : []),
  ];
}

const graphiqlUrl = (text: string, variables: unknown): string =>
  `/graphiql?${new URLSearchParams({ query: text, variables: JSON.stringify(variables, null, 2) }).toString()}`;
