import type { ClientBase } from 'pg';
import { RequestError } from '../errors.js';
import { countLines } from '../platform/lines.js';
import { keepFault, type Fault } from '../import/report.js';
import { patiently, transaction, type Database } from '../platform/postgres.js';
import type { Progress } from '../platform/progress.js';
import { readFacts, type EntityLine, type RelationLine } from './facts-file.js';
import {
  countUnmatchedLinks,
  createFactsStaging,
  dropRepeats,
  findContradictions,
  findDangling,
  lockFacts,
  mergeEntities,
  mergeRelations,
  stageEntities,
  stageRelations,
} from './import-facts.store.js';

/** Lines per statement, which is also the maximum that waits in memory. */
const STAGED_AT_ONCE = 1_000;
/** As many as anyone reads before fixing the first ones. */
const MAX_FLAWS = 100;

/** The result of importing facts. With `faults`, nothing was written. */
export interface FactsReport {
  /** Number of entities in the file. */
  entities: number;
  relations: number;
  entitiesChanged: number;
  relationsAdded: number;
  /** Relations that their source no longer states. */
  relationsRemoved: number;
  /** Lines that repeat an earlier line. */
  repeated: number;
  /** Links to brands, products, and attribute values that the catalog does not have, or not yet. */
  unmatchedLinks: number;
  /** The number of faulty lines, and the first of them. */
  faultyLines: number;
  faults: Fault[];
}

/**
 * Reads a facts file (docs/facts.md) into the knowledge graph in one transaction; writes nothing if any line is
 * faulty. Reading the same file again changes nothing.
 *
 * @throws RequestError BAD_USER_INPUT another import of facts is running
 */
export function importFacts(
  { db, progress }: { db: Database; progress: Progress },
  file: string,
  signal?: AbortSignal,
): Promise<FactsReport> {
  return transaction(db, async (client) => {
    if (!(await lockFacts(client))) {
      throw new RequestError(
        'BAD_USER_INPUT',
        'Another facts import is running on this database: wait until it ends.',
      );
    }
    const report = emptyReport();
    progress.start('Reading the facts', await countLines(file, signal));
    await patiently(client, async () => {
      await createFactsStaging(client);
      await stage(client, file, report, progress, signal);
      if (report.faultyLines === 0) await check(client, report);
      signal?.throwIfAborted();
      if (report.faultyLines === 0) await merge(client, report);
    });
    progress.done();
    return report;
  });
}

async function stage(
  client: ClientBase,
  file: string,
  report: FactsReport,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<void> {
  let entities: { line: number; entity: EntityLine }[] = [];
  let relations: { line: number; relation: RelationLine }[] = [];
  const flush = async (): Promise<void> => {
    if (entities.length > 0) await stageEntities(client, entities);
    if (relations.length > 0) await stageRelations(client, relations);
    report.entities += entities.length;
    report.relations += relations.length;
    entities = [];
    relations = [];
  };
  for await (const read of readFacts(file, signal)) {
    const { line } = read;
    if ('fault' in read) addFault(report, line, read.fault);
    else if ('entity' in read) entities.push({ line, entity: read.entity });
    else relations.push({ line, relation: read.relation });
    progress.advance();
    if (entities.length + relations.length >= STAGED_AT_ONCE) await flush();
  }
  await flush();
}

/** Checks that need all lines together. */
async function check(client: ClientBase, report: FactsReport): Promise<void> {
  report.repeated = await dropRepeats(client);
  const contradictions = await findContradictions(client, MAX_FLAWS);
  for (const { line, subject, found } of contradictions)
    addFault(report, line, `${subject}: line ${found} contradicts this line; keep one of the two.`);
  const dangling = await findDangling(client, MAX_FLAWS);
  for (const { line, subject, found } of dangling) {
    const name = JSON.stringify(found);
    addFault(report, line, `${subject}: there is no entity ${name}; add a line {"entity": ${name}, …}.`);
  }
  report.faultyLines = (contradictions[0]?.total ?? 0) + (dangling[0]?.total ?? 0);
}

async function merge(client: ClientBase, report: FactsReport): Promise<void> {
  report.entitiesChanged = await mergeEntities(client);
  const { added, removed } = await mergeRelations(client);
  report.relationsAdded = added;
  report.relationsRemoved = removed;
  report.unmatchedLinks = await countUnmatchedLinks(client);
}

function addFault(report: FactsReport, line: number, reason: string): void {
  report.faultyLines += 1;
  keepFault(report.faults, { line, reason });
}

function emptyReport(): FactsReport {
  return {
    entities: 0,
    relations: 0,
    entitiesChanged: 0,
    relationsAdded: 0,
    relationsRemoved: 0,
    repeated: 0,
    unmatchedLinks: 0,
    faultyLines: 0,
    faults: [],
  };
}
