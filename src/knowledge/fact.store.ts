import DataLoader from 'dataloader';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { groupInOrder } from '../graph/load.js';
import { instantiate } from '../graph/node.js';
import { anyOf } from '../platform/any-of.store.js';
import { queryPrepared, type Queryable } from '../platform/postgres.js';
import { Fact } from './fact.types.js';

/** More than a source states about one entity; of a longer list, only the first facts are used. */
const MAX_FACTS_OF_ENTITY = 20;
/** A topic of the catalog is a few entities: one or two of each kind. */
const MAX_ENTITIES_OF_TOPIC = 20;

/** An attribute's value, or a brand by its handle. */
export interface Topic {
  /** Name of the attribute; null for a brand. */
  readonly attribute: string | null;
  readonly value: string;
}

/** A fact, and the entity that it leads to; null when its value is text. */
export interface Relation {
  readonly key: number;
  readonly fact: Fact;
  readonly objectKey: number | null;
}

const entityRow = z.object({ owner: z.number(), entityKey: z.number() });
const relationRow = z.object({
  key: z.number(),
  subjectKey: z.number(),
  objectKey: z.number().nullable(),
  subject: z.string(),
  predicate: z.string(),
  value: z.string(),
  source: z.string(),
  sourceUrl: z.string().nullable(),
});

/** Who made a garment and its style say more about it than its material. */
const TELLING_FIRST = sql`array_position(
  ARRAY['BRAND', 'MAKER', 'STYLE', 'ERA', 'MATERIAL', 'TECHNIQUE', 'PLACE'], entity.kind), entity.handle`;

/** The knowledge graph; one set of loaders per request. */
export class FactStore {
  constructor(private readonly db: Queryable) {}

  /** A product's entities: its own, its brand's, and those of its attributes, most significant first. */
  readonly entitiesOfProduct = new DataLoader<number, readonly number[]>((productKeys) =>
    this.entities(
      productKeys,
      sql`/* facts.ofProducts */
        SELECT product.id AS owner, link.entity_id, CASE link.target WHEN 'PRODUCT' THEN 0 WHEN 'BRAND' THEN 1 ELSE 2 END AS place
        FROM products product
        LEFT JOIN brands brand ON brand.id = product.brand_id
        CROSS JOIN LATERAL (
          SELECT entity_id, target FROM entity_links WHERE target = 'PRODUCT' AND name = '' AND value = product.handle
          UNION ALL
          SELECT entity_id, target FROM entity_links WHERE target = 'BRAND' AND name = '' AND value = brand.handle
          UNION ALL
          SELECT entity_id, target FROM product_attributes attribute
          JOIN entity_links ON target = 'ATTRIBUTE' AND entity_links.name = attribute.name
            AND entity_links.value = lower(attribute.value)
          WHERE attribute.product_id = product.id
        ) link
        WHERE product.id = ${anyOf(productKeys, 'int')}`,
    ),
  );

  /** The entities of a brand or an attribute's value. */
  readonly entitiesOfTopic = new DataLoader<Topic, readonly number[], string>(
    (topics) =>
      this.entities(
        topics.map((_, owner) => owner),
        sql`/* facts.ofTopics */
          SELECT topic.owner::int - 1 AS owner, link.entity_id, 0 AS place
          FROM unnest(
            ${topics.map(({ attribute }) => (attribute === null ? 'BRAND' : 'ATTRIBUTE'))}::text[],
            ${topics.map(({ attribute }) => attribute ?? '')}::text[],
            ${topics.map(({ value }) => value)}::text[]
          ) WITH ORDINALITY AS topic (target, name, value, owner)
          JOIN entity_links link ON link.target = topic.target AND link.name = topic.name
            AND link.value = CASE topic.target WHEN 'ATTRIBUTE' THEN lower(topic.value) ELSE topic.value END`,
      ),
    { cacheKeyFn: ({ attribute, value }) => JSON.stringify([attribute, value]) },
  );

  /** The facts about an entity, in the order in which they were imported. */
  readonly relations = new DataLoader<number, readonly Relation[]>(async (entityKeys) => {
    const statement = sql`/* facts.relations */
      SELECT relation.id AS key, subject.id AS "subjectKey", object.id AS "objectKey", subject.label AS subject,
        relation.predicate, coalesce(object.label, relation.value) AS value, relation.source,
        relation.source_url AS "sourceUrl"
      FROM entities subject
      CROSS JOIN LATERAL (SELECT * FROM relations WHERE relations.subject_id = subject.id
        ORDER BY relations.id LIMIT ${MAX_FACTS_OF_ENTITY}) relation
      LEFT JOIN entities object ON object.id = relation.object_id
      WHERE subject.id = ${anyOf(entityKeys, 'int')}
      ORDER BY subject.id, relation.id`;
    const rows = await queryPrepared(this.db, statement, relationRow);
    return groupInOrder(entityKeys, rows, (row) => row.subjectKey).map((ofEntity) =>
      ofEntity.map(toRelation),
    );
  });

  /** `links` selects owner, entity_id, and place; each owner's entities are sorted by place. */
  private async entities(owners: readonly number[], links: Sql): Promise<number[][]> {
    const rows = await queryPrepared(
      this.db,
      sql`SELECT owner, entity_id AS "entityKey" FROM (
          SELECT link.owner, link.entity_id, row_number() OVER (
            PARTITION BY link.owner ORDER BY min(link.place), ${TELLING_FIRST}) AS place
          FROM (${links}) link JOIN entities entity ON entity.id = link.entity_id
          GROUP BY link.owner, link.entity_id, entity.kind, entity.handle) placed
        WHERE place <= ${MAX_ENTITIES_OF_TOPIC} ORDER BY owner, place`,
      entityRow,
    );
    return groupInOrder(owners, rows, (row) => row.owner).map((ofOwner) =>
      ofOwner.map(({ entityKey }) => entityKey),
    );
  }
}

const toRelation = ({
  key,
  objectKey,
  subject,
  predicate,
  value,
  source,
  sourceUrl,
}: z.infer<typeof relationRow>) => ({
  key,
  objectKey,
  fact: instantiate(Fact, { subject, predicate, value, source, sourceUrl }),
});
