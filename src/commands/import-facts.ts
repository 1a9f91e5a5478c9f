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
    .description('read facts about brands, materials, styles and eras into the knowledge graph')
    .argument('<file>', 'JSON Lines: an entity or a relation a line')
    .addHelpText(
      'after',
      `
A line says what there is, and which brands, products and attribute values of the catalog it is, or what a source says
of it, in words (value) or by another entity (object):
  {"entity":"denim","kind":"MATERIAL","label":"Denim","attributes":[{"name":"material","value":"denim"}]}
  {"subject":"denim","predicate":"made of","value":"cotton","source":"…","sourceUrl":"https://…"}

All of it goes in, or nothing where a line is wrong. The same file twice changes nothing. What a file says of an entity
replaces what was known of it; what it has from a source about a subject and predicate replaces what that source said.
A running gateway answers with it at once. docs/facts.md says more.

Exit code: 0 when all of it is in; 1 when nothing went in.

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
    throw new OperatorError(`The facts cannot be read: ${file} is a folder; name a file.`);
  // Loaded late, so that --help is quick.
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
      : `${count(unmatchedLinks, 'link names', 'links name')} a brand, product or attribute value that the catalog does not have yet.\n`,
  ].join('');
}

function describeFaults({ faults, faultyLines }: FactsReport): string {
  const shown = faults.slice(0, SHOWN_FAULTS).map(({ line, reason }) => `  line ${line}: ${reason}\n`);
  const more = faultyLines - shown.length;
  const title = `Nothing was imported: ${count(faultyLines, 'thing is', 'things are')} wrong with the file.\n`;
  return `${title}${shown.join('')}${more === 0 ? '' : `  and ${more} more\n`}`;
}

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;
