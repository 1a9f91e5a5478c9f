import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query } from '../platform/postgres.js';
import type { EntityLine, RelationLine } from './facts-file.js';

/** Any number that no other lock in this database uses. */
const FACTS_LOCK = 0x76_66_61_63;

/** Locks out other imports of facts until the transaction ends. Returns false if another import holds the lock. */
export async function lockFacts(client: ClientBase): Promise<boolean> {
  const [row] = await query(
    client,
    sql`/* facts.lock */ SELECT pg_try_advisory_xact_lock(${FACTS_LOCK}) AS locked`,
    z.object({ locked: z.boolean() }),
  );
  return row?.locked === true;
}

/** Temporary tables for the lines of one file, because a line may name an entity from a later line. */
export async function createFactsStaging(client: ClientBase): Promise<void> {
  // No timeout, however large the file: it is committed as a whole.
  await execute(client, sql`/* facts.timeout */ SET LOCAL statement_timeout = 0`);
  await execute(
    client,
    sql`/* facts.stageEntities */ CREATE TEMP TABLE staged_entities (
      line integer PRIMARY KEY, handle text NOT NULL, kind text NOT NULL, label text NOT NULL, external_id text,
      description text, source text, source_url text, links jsonb NOT NULL) ON COMMIT DROP`,
  );
  await execute(
    client,
    sql`/* facts.stageRelations */ CREATE TEMP TABLE staged_relations (
      line integer PRIMARY KEY, subject text NOT NULL, predicate text NOT NULL, object text, value text,
      source text NOT NULL, source_url text) ON COMMIT DROP`,
  );
}

export async function stageEntities(
  client: ClientBase,
  lines: readonly { line: number; entity: EntityLine }[],
): Promise<void> {
  const input = lines.map(({ line, entity: { entity, brands, products, attributes, ...rest } }) => ({
    line,
    handle: entity,
    ...rest,
    links: [
      ...brands.map((value) => ({ target: 'BRAND', name: '', value })),
      ...products.map((value) => ({ target: 'PRODUCT', name: '', value })),
      ...attributes.map((attribute) => ({ target: 'ATTRIBUTE', ...attribute })),
    ],
  }));
  await execute(
    client,
    sql`/* facts.addEntities */ INSERT INTO staged_entities
      SELECT line, handle, kind, label, "externalId", description, source, "sourceUrl", links
      FROM jsonb_to_recordset(${JSON.stringify(input)}::jsonb) AS input
        (line integer, handle text, kind text, label text, "externalId" text, description text, source text,
        "sourceUrl" text, links jsonb)`,
  );
}

export async function stageRelations(
  client: ClientBase,
  lines: readonly { line: number; relation: RelationLine }[],
): Promise<void> {
  const input = lines.map(({ line, relation }) => ({ line, ...relation }));
  await execute(
    client,
    sql`/* facts.addRelations */ INSERT INTO staged_relations
      SELECT line, subject, predicate, object, value, source, "sourceUrl"
      FROM jsonb_to_recordset(${JSON.stringify(input)}::jsonb) AS input (line integer, subject text, predicate text,
        object text, value text, source text, "sourceUrl" text)`,
  );
}

/** A fault in a staged line; `total` is the number of lines with this fault. */
const flaw = z.object({ line: z.number(), subject: z.string(), found: z.string(), total: z.number() });

/** Removes lines that repeat an earlier line; returns how many. */
export async function dropRepeats(client: ClientBase): Promise<number> {
  const entities = await execute(
    client,
    sql`/* facts.dropEntities */ DELETE FROM staged_entities WHERE line IN (
      SELECT unnest((array_agg(line ORDER BY line))[2:]) FROM staged_entities
      GROUP BY handle, kind, label, external_id, description, source, source_url, links)`,
  );
  const relations = await execute(
    client,
    sql`/* facts.dropRelations */ DELETE FROM staged_relations WHERE line IN (
      SELECT unnest((array_agg(line ORDER BY line))[2:]) FROM staged_relations
      GROUP BY subject, predicate, object, value, source, source_url)`,
  );
  return entities + relations;
}

/** The first lines that contradict an earlier one, whose number is `found`. */
export async function findContradictions(client: ClientBase, limit: number): Promise<z.infer<typeof flaw>[]> {
  return query(
    client,
    sql`/* facts.contradictions */
      SELECT line, subject, first::text AS found, count(*) OVER () AS total FROM (
        SELECT line, handle AS subject, min(line) OVER (PARTITION BY handle) AS first FROM staged_entities
        UNION ALL
        SELECT line, subject, min(line) OVER (PARTITION BY subject, predicate, object, value, source)
        FROM staged_relations) told
      WHERE line > first ORDER BY line LIMIT ${limit}`,
    flaw,
  );
}

/** The first lines that name an entity (`found`) that is neither in the file nor in the database. */
export async function findDangling(client: ClientBase, limit: number): Promise<z.infer<typeof flaw>[]> {
  return query(
    client,
    sql`/* facts.dangling */
      SELECT line, subject, named AS found, count(*) OVER () AS total FROM (
        SELECT line, 'subject' AS subject, subject AS named FROM staged_relations
        UNION ALL SELECT line, 'object', object FROM staged_relations WHERE object IS NOT NULL) reference
      WHERE NOT EXISTS (SELECT FROM staged_entities WHERE handle = named)
        AND NOT EXISTS (SELECT FROM entities WHERE entities.handle = named)
      ORDER BY line, subject DESC LIMIT ${limit}`,
    flaw,
  );
}

/** Adds and changes entities; returns how many are new or changed. */
export async function mergeEntities(client: ClientBase): Promise<number> {
  const changed = await query(
    client,
    sql`/* facts.mergeEntities */
      INSERT INTO entities AS known (handle, kind, label, external_id, description, source, source_url)
      SELECT handle, kind, label, external_id, description, source, source_url FROM staged_entities ORDER BY line
      ON CONFLICT (handle) DO UPDATE SET kind = excluded.kind, label = excluded.label,
        external_id = excluded.external_id, description = excluded.description,
        source = excluded.source, source_url = excluded.source_url
      WHERE (known.kind, known.label, known.external_id, known.description, known.source, known.source_url)
        IS DISTINCT FROM (excluded.kind, excluded.label, excluded.external_id, excluded.description,
          excluded.source, excluded.source_url)
      RETURNING handle`,
    z.object({ handle: z.string() }),
  );
  // A file lists all links of an entity.
  const linked = await query(
    client,
    sql`/* facts.mergeLinks */
      WITH wanted AS MATERIALIZED (
        SELECT DISTINCT entity.id AS entity_id, link.target, link.name,
          CASE link.target WHEN 'ATTRIBUTE' THEN lower(link.value) ELSE link.value END AS value
        FROM staged_entities staged JOIN entities entity ON entity.handle = staged.handle
        CROSS JOIN jsonb_to_recordset(staged.links) AS link (target text, name text, value text)
      ), removed AS (
        DELETE FROM entity_links link USING staged_entities staged JOIN entities entity ON entity.handle = staged.handle
        WHERE link.entity_id = entity.id AND NOT EXISTS (SELECT FROM wanted
          WHERE (wanted.entity_id, wanted.target, wanted.name, wanted.value) =
            (link.entity_id, link.target, link.name, link.value))
        RETURNING link.entity_id
      ), added AS (
        INSERT INTO entity_links (entity_id, target, name, value)
        SELECT entity_id, target, name, value FROM wanted ORDER BY 2, 3, 4, 1 ON CONFLICT DO NOTHING
        RETURNING entity_id
      )
      SELECT entity.handle FROM (TABLE removed UNION TABLE added) link JOIN entities entity ON entity.id = link.entity_id`,
    z.object({ handle: z.string() }),
  );
  return new Set([...changed, ...linked].map(({ handle }) => handle)).size;
}

/**
 * Replaces a source's statements about a subject and predicate with those in the file. Repeated statements are
 * untouched; missing ones are deleted.
 */
export async function mergeRelations(client: ClientBase): Promise<{ added: number; removed: number }> {
  await execute(
    client,
    sql`/* facts.resolve */ CREATE TEMP TABLE wanted_relations ON COMMIT DROP AS
      SELECT staged.line, subject.id AS subject_id, staged.predicate, object.id AS object_id, staged.value,
        staged.source, staged.source_url
      FROM staged_relations staged
      JOIN entities subject ON subject.handle = staged.subject
      LEFT JOIN entities object ON object.handle = staged.object`,
  );
  await execute(client, sql`/* facts.analyze */ ANALYZE wanted_relations`);
  const removed = await execute(
    client,
    sql`/* facts.remove */ DELETE FROM relations known
      WHERE (subject_id, predicate, source) IN (SELECT subject_id, predicate, source FROM wanted_relations)
        AND NOT EXISTS (SELECT FROM wanted_relations wanted
          WHERE (wanted.subject_id, wanted.predicate, wanted.source) = (known.subject_id, known.predicate, known.source)
            AND (wanted.object_id, wanted.value, wanted.source_url)
              IS NOT DISTINCT FROM (known.object_id, known.value, known.source_url))`,
  );
  const added = await execute(
    client,
    sql`/* facts.add */
      INSERT INTO relations (subject_id, predicate, object_id, value, source, source_url)
      SELECT subject_id, predicate, object_id, value, source, source_url FROM wanted_relations ORDER BY line
      ON CONFLICT DO NOTHING`,
  );
  return { added, removed };
}

/** How many links in the file name a brand, product, or attribute value that is not in the catalog. */
export async function countUnmatchedLinks(client: ClientBase): Promise<number> {
  const [row] = await query(
    client,
    sql`/* facts.unmatched */
      SELECT count(*) AS links FROM staged_entities staged
      CROSS JOIN jsonb_to_recordset(staged.links) AS link (target text, name text, value text)
      WHERE NOT CASE link.target
        WHEN 'BRAND' THEN EXISTS (SELECT FROM brands WHERE handle = link.value)
        WHEN 'PRODUCT' THEN EXISTS (SELECT FROM products WHERE handle = link.value)
        ELSE EXISTS (SELECT FROM product_attributes attribute
          WHERE attribute.name = link.name AND lower(attribute.value) = lower(link.value))
      END`,
    z.object({ links: z.number() }),
  );
  return row?.links ?? 0;
}
