import { nameHandle } from '../catalog/write/handle.js';
import type { FactStore, Relation, Topic } from './fact.store.js';
import type { Fact } from './fact.types.js';

/** From a product over its brand and the brand's maker to the place where that is, and what is said of the place. */
const MAX_HOPS = 3;
/** More than anybody reads of a garment. */
const MAX_FACTS = 24;

/** What facts are asked for. */
export interface Subjects {
  /** The row id of a product: itself, its brand and its attributes. */
  readonly product?: number | null;
  /** The handle of a brand. */
  readonly brand?: string;
  /** Names of a brand, and values of attributes by the attribute's name: `{ kind: 'style', value: 'vintage' }`. */
  readonly labels?: readonly { readonly kind: string; readonly value: string }[];
}

/**
 * What is known of a product and of labels, at the most MAX_FACTS: first what is said of them directly, then what is
 * said of what that names, MAX_HOPS far. At each distance everything tells its first fact before anything its second.
 */
export async function factsFor(facts: FactStore, { product, brand, labels = [] }: Subjects): Promise<Fact[]> {
  const found = await Promise.all([
    ...(product == null ? [] : [facts.entitiesOfProduct.load(product)]),
    ...(brand === undefined ? [] : [facts.entitiesOfTopic.load({ attribute: null, value: brand })]),
    ...labels.map((label) => facts.entitiesOfTopic.load(toTopic(label))),
  ]);
  return walk(facts, found.flat());
}

function toTopic({ kind, value }: { kind: string; value: string }): Topic {
  const name = kind.toLowerCase();
  return name === 'brand' ? { attribute: null, value: nameHandle(value) } : { attribute: name, value };
}

/** Breadth first and level by level, so that all walks of a request read their next level in one statement. */
async function walk(facts: FactStore, roots: readonly number[]): Promise<Fact[]> {
  const told = new Map<number, Fact>();
  const seen = new Set<number>();
  let level = roots;
  for (let hop = 0; hop <= MAX_HOPS && told.size < MAX_FACTS; hop += 1) {
    // An entity that comes again, by another way or around a cycle, has told what it knows.
    const next = [...new Set(level)].filter((entity) => !seen.has(entity)).slice(0, MAX_FACTS);
    for (const entity of next) seen.add(entity);
    if (next.length === 0) break;
    const relations = inTurns(await Promise.all(next.map((entity) => facts.relations.load(entity))));
    for (const { key, fact } of relations) if (told.size < MAX_FACTS) told.set(key, fact);
    level = relations.flatMap(({ objectKey }) => (objectKey === null ? [] : [objectKey]));
  }
  return [...told.values()];
}

/** The first of each list, then the second of each … */
function inTurns(lists: readonly (readonly Relation[])[]): Relation[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) =>
    lists.flatMap((list) => list.slice(turn, turn + 1)),
  ).flat();
}
