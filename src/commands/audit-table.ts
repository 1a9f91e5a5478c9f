import { mainMeasure } from '../audit/attacks.js';
import { MEASURES, PAGE, type Measure } from '../audit/measures.js';
import type { AuditReport } from '../audit/report.js';
import { MEASURED, percent, shareText, titleOf, WAY } from '../audit/wording.js';
import { counted } from '../platform/counted.js';
import { toTable, type Columns } from './table.js';

type Row = Pick<AuditReport['attacks'][number], 'result' | 'meanWay' | 'jpeg' | 'rescaled'> & {
  readonly title: string;
  readonly main: Measure | null;
};

/** What an audit found, in lines of text. */
export function describeAudit(report: AuditReport, page: string): string {
  const rows: Row[] = [
    { title: 'no attack', main: null, result: report.clean },
    ...report.attacks.map((attack) => ({ ...attack, title: titleOf(attack), main: mainMeasure(attack) })),
  ];
  const cell = (figures: Row['result'] | undefined, measure: Measure | null): string | null => {
    const share = measure === null ? undefined : figures?.[measure];
    return share === undefined ? null : shareText(share);
  };
  const columns: Columns<Row> = {
    attack: ({ title }) => title,
    ...Object.fromEntries(
      MEASURES.map((measure) => [MEASURED[measure], ({ result }: Row) => cell(result, measure)]),
    ),
    [WAY]: ({ meanWay }) => (meanWay === undefined ? null : percent(meanWay)),
    'after JPEG': ({ jpeg, main }) => cell(jpeg, main),
    'at half size': ({ rescaled, main }) => cell(rescaled, main),
  };
  const copies = report.attacks.flatMap(({ size, meanPlaces }) =>
    meanPlaces === undefined
      ? []
      : [`${size} near-copies take ${meanPlaces.toFixed(1)} of the first ${PAGE} places on average.\n`],
  );
  const thresholds = report.thresholds.map(
    ({ measure, limit, attack, low, exceeded }) =>
      `${exceeded ? 'Exceeded' : 'Kept'}: ${MEASURED[measure]}, at most ${limit}; the lower bound of the worst attack (${attack}) is ${low.toFixed(3)}.\n`,
  );
  return [
    `Attacked ${counted(report.pictures, 'picture')} of ${report.encoder} and let each attack ask ${counted(report.passes, 'question')}; shares with 95% confidence intervals:\n`,
    toTable(columns, rows),
    ...copies,
    ...thresholds,
    `Written to ${page}, and to audit.json beside it.\n`,
  ].join('');
}
