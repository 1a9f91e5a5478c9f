import { COLUMNS, rowsOf } from '../audit/columns.js';
import { PAGE } from '../audit/measures.js';
import type { AuditReport } from '../audit/report.js';
import { MEASURED } from '../audit/wording.js';
import { counted } from '../platform/counted.js';
import { toTable } from './table.js';

/** What an audit found, in lines of text. */
export function describeAudit(report: AuditReport, page: string): string {
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
    toTable(COLUMNS, rowsOf(report)),
    ...copies,
    ...thresholds,
    `Written to ${page}, and to audit.json beside it.\n`,
  ].join('');
}
