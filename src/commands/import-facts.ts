import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { FactsReport } from '../knowledge/import-facts.js';
import { errorMessage, OperatorError } from '../platform/operator-error.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { runCommand, type Session } from './session.js';

/** More lines than this scroll the summary off the screen. */
const SHOWN_FAULTS = 20;

export function importFactsCommand(): Command {
  return new Command('import-facts')
    .description('import facts about brands, materials, styles, and eras')
    .argument('<file>', 'JSON Lines: one entity or relation per line')
    .addHelpText(
      'after',
      `
Each line is either an entity, with the brands, products, and attribute values that it describes, or a fact about an
entity from a source, as text (value) or as another entity (object):
  {"entity":"denim","kind":"MATERIAL","label":"Denim","attributes":[{"name":"material","value":"denim"}]}
  {"subject":"denim","predicate":"made of","value":"cotton","source":"…","sourceUrl":"https://…"}

If any line is wrong, nothing is imported. Importing the same file again changes nothing. An entity in the file
replaces the stored one. Facts replace the stored facts with the same subject, predicate, and source. Running gateways
use them at once. See docs/facts.md.

Exit code: 0 if everything was imported, 1 if nothing was.

Examples:
  vitrine import-facts facts.jsonl`,
    )
    .action((file: string) => runCommand((session) => importInto(session, resolve(file))));
}

async function importInto({ config, log, progress, signal }: Session, file: string): Promise<ExitCode> {
  await access(file, constants.R_OK).catch((error: unknown) => {
    throw new OperatorError(`The facts cannot be read: ${errorMessage(error)}.`, { cause: error });
  });
  if ((await stat(file)).isDirectory())
    throw new OperatorError(`The facts cannot be read: ${file} is a folder; give a file.`);
  // Loaded late, so that --help is fast.
  const [{ importFacts }, { startDatabase }] = await Promise.all([
    import('../knowledge/import-facts.js'),
    import('../platform/start-database.js'),
  ]);
  const database = await startDatabase(config, log);
  try {
    const report = await importFacts({ db: database.db, progress }, file, signal);
    process.stdout.write(describe(report));
    return report.faultyLines === 0 ? EXIT.done : EXIT.failed;
  } catch (error) {
    if (signal.aborted) progress.say('The import was stopped; nothing was changed.');
    throw error;
  } finally {
    await database.close();
  }
}

function describe(report: FactsReport): string {
  if (report.faultyLines > 0) return describeFaults(report);
  const { entities, relations, repeated, unmatchedLinks } = report;
  return [
    `The file has ${count(entities, 'entity', 'entities')} and ${count(relations, 'fact', 'facts')}: `,
    `${count(report.entitiesChanged, 'entity', 'entities')} new or changed, `,
    `${count(report.relationsAdded, 'fact', 'facts')} added, ${report.relationsRemoved} replaced.\n`,
    repeated === 0 ? '' : `${count(repeated, 'line repeats', 'lines repeat')} an earlier one.\n`,
    unmatchedLinks === 0
      ? ''
      : `${count(unmatchedLinks, 'link names', 'links name')} a brand, product, or attribute value that the catalog does not have yet.\n`,
  ].join('');
}

function describeFaults({ faults, faultyLines }: FactsReport): string {
  const shown = faults.slice(0, SHOWN_FAULTS).map(({ line, reason }) => `  line ${line}: ${reason}\n`);
  const more = faultyLines - shown.length;
  const title = `Nothing was imported: ${count(faultyLines, 'error', 'errors')} in the file.\n`;
  return `${title}${shown.join('')}${more === 0 ? '' : `  and ${more} more\n`}`;
}

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;
