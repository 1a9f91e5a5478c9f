import { mainMeasure } from './attacks.js';
import type { Measure } from './measures.js';
import type { AuditReport } from './report.js';
import type { Share } from './wilson.js';
import { MEASURED, percent, shareText, titleOf } from './wording.js';

/** A line of the table: an attack, or what happens without one. */
type Row = Pick<
  AuditReport['attacks'][number],
  'result' | 'flagged' | 'defended' | 'meanWay' | 'jpeg' | 'rescaled'
> & {
  readonly title: string;
  readonly main: Measure;
};

const text = (share: Share | undefined): string | null => (share === undefined ? null : shareText(share));

/** The heading of what the attacker wants and gets. */
export const REACHED = 'reached';

/** What to say of each line, by the heading of the column; null where nothing was measured. */
export const COLUMNS: Readonly<Record<string, (row: Row) => string | null>> = {
  attack: ({ title }) => title,
  wanted: ({ main }) => MEASURED[main],
  [REACHED]: ({ result, main }) => text(result[main]),
  flagged: ({ flagged }) => text(flagged),
  'with the defense': ({ defended, main }) => text(defended?.[main]),
  [MEASURED.flipped]: ({ result }) => text(result.flipped),
  [MEASURED.sameProduct]: ({ result }) => text(result.sameProduct),
  'way there': ({ meanWay }) => (meanWay === undefined ? null : percent(meanWay)),
  'after JPEG': ({ jpeg, main }) => text(jpeg?.[main]),
  'at half size': ({ rescaled, main }) => text(rescaled?.[main]),
};

export const rowsOf = ({ clean, cleanFlagged, attacks }: AuditReport): Row[] => [
  { title: 'no attack', main: 'lost', result: clean, flagged: cleanFlagged },
  ...attacks.map((attack) => ({ ...attack, title: titleOf(attack), main: mainMeasure(attack) })),
];
