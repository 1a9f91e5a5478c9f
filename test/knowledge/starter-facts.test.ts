import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { readFacts, type EntityLine, type RelationLine } from '../../src/knowledge/facts-file.js';

const STARTER = fileURLToPath(new URL('../../catalog/facts.jsonl', import.meta.url));

const entities: EntityLine[] = [];
const relations: RelationLine[] = [];
const faults: string[] = [];
beforeAll(async () => {
  for await (const read of readFacts(STARTER)) {
    if ('entity' in read) entities.push(read.entity);
    if ('relation' in read) relations.push(read.relation);
    if ('fault' in read) faults.push(`line ${read.line}: ${read.fault}`);
  }
});

/** What is stated without the name of a source, or without a place to read it. */
const unsourced = <T extends { source: string | null; sourceUrl: string | null }>(lines: readonly T[]): T[] =>
  lines.filter(({ source, sourceUrl }) => source === null || sourceUrl === null);

const identified = (): EntityLine[] => entities.filter(({ externalId }) => externalId !== null);

test('every fact of the starter graph names a source and where to read it', () => {
  expect(faults).toEqual([]);
  expect(unsourced(relations)).toEqual([]);
});

test('so does every identifier, and each is an item of Wikidata', () => {
  expect(unsourced(identified())).toEqual([]);
  for (const { externalId } of identified()) expect(externalId).toMatch(/^Q[1-9]\d*$/);
});

test('the docs count them', async () => {
  const docs = await readFile(new URL('../../docs/facts.md', import.meta.url), 'utf8');
  expect(docs).toContain(` ${relations.length} facts `);
  expect(docs).toContain(` ${identified().length} Wikidata identifiers `);
});

test('an entity states nothing beside its facts', () => {
  expect(entities.filter(({ description }) => description !== null)).toEqual([]);
});
