import { escapeUTF8 as escape } from 'entities';
import { COLUMNS, REACHED, rowsOf } from './columns.js';
import { curveChart } from './curves.js';
import { PAGE } from './measures.js';
import { CSS } from './page.css.js';
import type { AttackReport, AuditReport } from './report.js';
import type { Exhibit } from './state.js';
import { captionOf, MEASURED, sentenceOf, titleOf } from './wording.js';

const CHARTS = [
  {
    title: 'A patch makes it another product',
    holds: ({ kind, goal, evades }: AttackReport) => kind === 'patch' && goal === 'target' && !evades,
  },
  {
    title: 'A patch hides the product',
    holds: ({ kind, goal }: AttackReport) => kind === 'patch' && goal === 'away',
  },
  {
    title: 'Hardly visible noise makes it another product',
    holds: ({ kind, goal, evades }: AttackReport) => kind === 'noise' && goal === 'target' && !evades,
  },
  {
    title: 'Hardly visible noise hides the product',
    holds: ({ kind, goal }: AttackReport) => kind === 'noise' && goal === 'away',
  },
  {
    title: 'The same, and the attacker tries not to be noticed',
    holds: ({ evades }: AttackReport) => evades,
  },
  { title: 'A seller gets on pages of another type', holds: ({ goal }: AttackReport) => goal === 'promote' },
  {
    title: 'The garment is not found by itself',
    holds: ({ goal }: AttackReport) => goal === 'hide',
  },
  {
    title: 'Something is found where nothing was',
    holds: ({ goal }: AttackReport) => goal === 'invent',
  },
] as const;

/** audit.html: one page without scripts and without other files, for people who do not read JSON. */
export function auditPage(report: AuditReport, exhibits: readonly Exhibit[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>Audit of ${escape(report.encoder)}</title>
<style>${CSS}</style>
</head>
<body>
<h1>How easily is the picture search deceived?</h1>
${introduction(report)}
${gate(report)}
<h2>All figures</h2>
<p class="faint">The share of pictures, and in parentheses the 95% confidence interval. The attacker wants what is said under “wanted”, and the line without an attack says how often a picture's own product is lost anyway. Flagged are pictures that look as if they were made to deceive; with the defense is what the attacker then still reaches, where such pictures are searched for by consensus, or those of sellers go into quarantine. The way there is how much of the missing likeness the attack made up for on average: at 100% it succeeds.</p>
<div class="scroll">${table(report)}</div>
<h2>How much it costs the attacker</h2>
<p>Each question is one picture that the attacker sends to see how it is answered. The shaded area is the 95% confidence interval.</p>
<div class="charts">${charts(report)}</div>
<h2>What each attack does</h2>
${report.attacks.map((attack) => section(attack, exhibits)).join('\n')}
</body>
</html>
`;
}

function introduction({ encoder, pictures, passes, seed, catalog, calibrated }: AuditReport): string {
  const compared =
    catalog.images < catalog.allImages
      ? `${catalog.images} images drawn from the catalog's ${catalog.allImages}, so that an attacker's product has fewer rivals than in the whole catalog`
      : `all ${catalog.images} images of the catalog`;
  return (
    `<p>${pictures} pictures of the catalog were altered as an attacker could alter them, and answered by the encoder <b>${escape(encoder)}</b> among ${compared}. ` +
    `For each, the attacker could ask ${passes} questions and knew nothing of the encoder but its answers. One who has the encoder itself does better: read all shares as lower bounds.</p>` +
    `<p class="faint">Seed ${seed}. A product counts as shown when it is among the first ${PAGE}.${calibrated ? '' : ' The encoder has no calibration, so wrong claims of the same product were not measured.'}</p>`
  );
}

function gate({ thresholds }: AuditReport): string {
  if (thresholds.length === 0) return '';
  const lines = thresholds.map(
    ({ measure, limit, attack, low, exceeded }) =>
      `<li class="${exceeded ? 'bad' : 'good'}">${exceeded ? 'Exceeded' : 'Kept'}: ${MEASURED[measure]}, at most ${exactly(limit)} accepted; the worst attack (${escape(attack)}) reaches at least ${exactly(low)}.</li>`,
  );
  return `<h2>Thresholds</h2><ul>${lines.join('')}</ul>`;
}

const exactly = (share: number): string => `${(100 * share).toFixed(1)}%`;

function table(report: AuditReport): string {
  const head = Object.keys(COLUMNS).map((name) => `<th scope="col">${name}</th>`);
  const rows = rowsOf(report).map((row) => {
    const cells = Object.entries(COLUMNS).map(([name, textOf], column) => {
      const cell = escape(textOf(row) ?? '–');
      if (column === 0) return `<th scope="row">${cell}</th>`;
      return `<td${name === REACHED ? ' class="main"' : ''}>${cell}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<table><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

const charts = ({ attacks, passes }: AuditReport): string =>
  CHARTS.map(({ title, holds }) => {
    const shown = attacks.filter(holds);
    return shown.length === 0 ? '' : `<div class="card"><h3>${title}</h3>${curveChart(shown, passes)}</div>`;
  }).join('\n');

function section(attack: AttackReport, exhibits: readonly Exhibit[]): string {
  const shown = exhibits.filter(({ attack: id }) => id === attack.id);
  return `<section><h3>${escape(titleOf(attack))}</h3><p>${escape(sentenceOf(attack))}</p>${shown.map((exhibit) => figuresOf(attack, exhibit)).join('')}</section>`;
}

function figuresOf({ goal }: AttackReport, { product, attacked, takenFor, succeeded }: Exhibit): string {
  const figure = (picture: string, caption: string): string =>
    `<figure><img src="${escape(picture)}" alt="${escape(caption)}"><figcaption>${escape(caption)}</figcaption></figure>`;
  return `<div class="exhibit">${figure(product.picture, `Original: ${product.title}`)}${figure(attacked, `Attacked: the attack ${succeeded ? 'succeeded' : 'failed'}`)}${
    takenFor === null ? '' : figure(takenFor.picture, `${captionOf(goal, succeeded)}: ${takenFor.title}`)
  }</div>`;
}
