import { escapeUTF8 as escape } from 'entities';
import { barChart, dotChart, key, shareChart } from './charts.js';
import { CSS } from './page.css.js';
import { type ContenderReport, type Rate, type Report, type Times, totalsOf } from './report.js';
import { SHAPE_NAMES, SHAPES } from './runbook.js';

/** churn.html: one page without scripts and without other files, for people who have not read the README. */
export function renderPage(report: Report): string {
  const { contenders } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Filters and churn</title>
<style>${CSS}</style>
</head>
<body>
<h1>Searching a shop while it sells</h1>
${introduction(report)}
${contenders.length === 0 ? '<p>Nothing was measured.</p>' : sections(contenders)}
${left(report)}
<h2>What was measured</h2>
${glossary()}
</body>
</html>
`;
}

function introduction({ settings, machine, startedAt, commit }: Report): string {
  const { products, dimension, searches, changesPerSecond, seconds, rounds, seed, vectors } = settings;
  const data = vectors === null ? 'generated, in clusters as of garments' : `from ${escape(vectors)}`;
  const busy = machine.busy ? ', and it was <b>busy with other work</b>: rates and times show that too' : '';
  return (
    `<p>${number(products)} products were searched by picture and filter while their stock and prices changed, ${number(changesPerSecond)} times a second. ` +
    `Each of ${number(searches)} answers was compared with what SQL said at that moment: what is sold out must not be shown, and what can be bought must not be missing.</p>` +
    `<p class="faint">Seed ${escape(seed)}; vectors of ${dimension} numbers, ${data}; rates over ${seconds} s in ${rounds} rounds, all contenders in turns. ${escape(startedAt.slice(0, 10))}${commit === null ? '' : `, commit ${escape(commit)}`}; ` +
    `${escape(machine.cpu)}, ${machine.cores} cores, Node ${escape(machine.node)}. The load was ${machine.loadAtStart.toFixed(1)} before the run${busy}.</p>`
  );
}

function sections(contenders: readonly ContenderReport[]): string {
  const titles = contenders.map(({ title }) => title);
  const bars = (
    about: string,
    value: (one: ContenderReport) => number,
    text: (one: ContenderReport) => string,
  ) =>
    card(
      barChart(
        about,
        contenders.map((one) => ({ label: one.title, value: value(one), text: text(one) })),
      ),
    );
  return `<h2>All figures</h2>
<div class="card scroll">${table(contenders)}</div>
<h2>Recall by kind of search</h2>
<p>The share of the 24 best garments that the answer has. Lines are 95% intervals over the searches.</p>
${card(
  dotChart(
    'Recall by kind of search',
    SHAPE_NAMES.map((shape) => ({
      label: shape,
      dots: contenders.map(({ figures }) => {
        const recall = figures.shapes.find((one) => one.shape === shape)?.recall ?? null;
        return recall === null ? null : { value: recall.mean, low: recall.low, high: recall.high };
      }),
    })),
    (share) => `${round(100 * share)}%`,
  ),
  titles,
)}
<h2>Leaks</h2>
<p>Garments that an answer showed although they could not be bought at any moment of it.</p>
${bars(
  'Leaks of each contender',
  ({ figures }) => totalsOf(figures).leaks,
  ({ figures }) => `${number(totalsOf(figures).leaks)} of ${number(totalsOf(figures).shown)} shown`,
)}
<h2>From the commit to the answer</h2>
<p>The share of changes that searches showed within this time. It contains the time of the search itself.</p>
${card(
  shareChart(
    'Share of changes that searches showed within a time',
    contenders.map(({ figures }) => figures.visible?.samples ?? []),
  ),
  titles,
)}
<h2>Searches a second, beside the changes</h2>
<p>The median of the rounds, and their range.</p>
${bars(
  'Searches a second',
  ({ figures }) => figures.searches.perSecond.median,
  ({ figures }) => rate(figures.searches.perSecond),
)}
<h2>Changes a second, as fast as possible</h2>
<p>Committed, without searches beside them: the median of the rounds, and their range. The time after it is how long the next change took to be shown, in the slowest round.</p>
${bars(
  'Changes a second',
  ({ figures }) => figures.changes.perSecond.median,
  ({ figures: { changes } }) =>
    `${rate(changes.perSecond)}, ${changes.caughtUpMs === null ? 'then not shown' : `then ${milliseconds(changes.caughtUpMs)}`}`,
)}
<h2>Who was measured</h2>
<dl>${contenders.map(({ title, about, version, loadSeconds }) => `<dt>${escape(title)}</dt><dd>${escape(about)} <span class="faint">${escape(version)}; loaded in ${round(loadSeconds)} s.</span></dd>`).join('')}</dl>`;
}

function card(chart: string, titles?: readonly string[]): string {
  return `<div class="card">${titles === undefined ? '' : key(titles)}<div class="scroll">${chart}</div></div>`;
}

function table(contenders: readonly ContenderReport[]): string {
  const rows: readonly [string, (one: ContenderReport) => string][] = [
    ['Recall@24', ({ figures }) => share(totalsOf(figures).recall)],
    ['Leaks', ({ figures }) => counted(totalsOf(figures).leaks, totalsOf(figures).shown)],
    [
      'Leaks through the filter',
      ({ figures }) => counted(totalsOf(figures).filterLeaks, totalsOf(figures).shown),
    ],
    ['Misses', ({ figures }) => counted(totalsOf(figures).misses, totalsOf(figures).required)],
    ['Short pages', ({ figures }) => counted(totalsOf(figures).shortPages, totalsOf(figures).searches)],
    ['Commit to visible, p50', ({ figures }) => time(figures.visible, 'p50')],
    ['Commit to visible, p99', ({ figures }) => time(figures.visible, 'p99')],
    [
      'Changes lost',
      ({ figures }) => counted(figures.lost, figures.lost + (figures.visible?.samples.length ?? 0)),
    ],
    ['Searches a second', ({ figures }) => rate(figures.searches.perSecond)],
    ['Search, p50', ({ figures }) => time(figures.searches.latency, 'p50')],
    ['Search, p99', ({ figures }) => time(figures.searches.latency, 'p99')],
    ['Changes a second', ({ figures }) => rate(figures.changes.perSecond)],
    ['Commit, p50', ({ figures }) => time(figures.changes.commit, 'p50')],
    ['Commit, p99', ({ figures }) => time(figures.changes.commit, 'p99')],
  ];
  const head = ['', ...contenders.map(({ title }) => escape(title))].map(
    (title) => `<th scope="col">${title}</th>`,
  );
  const body = rows.map(
    ([name, of]) =>
      `<tr><th scope="row">${name}</th>${contenders.map((one) => `<td>${of(one)}</td>`).join('')}</tr>`,
  );
  return `<table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

function left({ skipped, failed }: Report): string {
  if (skipped.length + failed.length === 0) return '';
  const lines = [
    ...skipped.map(({ name, reason }) => `<li>${escape(name)} was skipped: ${escape(reason)}.</li>`),
    ...failed.map(({ name, error }) => `<li class="bad">${escape(name)} failed: ${escape(error)}</li>`),
  ];
  return `<h2>Who was not measured</h2><ul>${lines.join('')}</ul>`;
}

function glossary(): string {
  const terms: readonly [string, string][] = [
    [
      'Recall and misses',
      'Of the 24 most similar garments that matched at every moment between the question and the answer, the share that the answer has. A miss is one that it does not have.',
    ],
    [
      'Leak',
      'A garment in the answer that matched at no moment between the question and the answer: sold out, too expensive by then, or not what the filter asked for.',
    ],
    ['Short page', 'An answer with fewer than 24 garments although more matched at every moment.'],
    [
      'In doubt',
      'A garment whose change was on its way while the answer was made counts neither as a leak nor as a miss.',
    ],
    [
      'Commit to visible',
      'From the moment SQL acknowledged a change until an answer was received that is right about it.',
    ],
    ...SHAPE_NAMES.map((shape): [string, string] => [`“${shape}”`, `${SHAPES[shape]}.`]),
  ];
  return `<dl>${terms.map(([term, meaning]) => `<dt>${escape(term)}</dt><dd>${escape(meaning)}</dd>`).join('')}</dl>`;
}

const round = (value: number): number => Math.round(10 * value) / 10;
const number = (value: number): string => Math.round(value).toLocaleString('en');
const rate = ({ median, low, high }: Rate): string => `${number(median)} (${number(low)} – ${number(high)})`;
const share = (value: number | null): string => (value === null ? '–' : `${(100 * value).toFixed(2)}%`);
const counted = (count: number, of: number): string =>
  `<span${count > 0 ? ' class="bad"' : ''}>${number(count)}</span> of ${number(of)}`;
const milliseconds = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : number(ms)} ms`;
const time = (times: Times | null, which: keyof Times): string =>
  times === null ? '–' : milliseconds(times[which]);
