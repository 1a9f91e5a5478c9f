import { nameHandle } from '../catalog/write/handle.js';
import type { FactStore, Relation, Topic } from './fact.store.js';
import type { Fact } from './fact.types.js';

/**
 * From a product to its brand, from there to the brand's maker, and then to the maker's place and the facts about it.
 */
const MAX_HOPS = 3;
/** More than anyone reads about a garment. */
export const MAX_FACTS = 24;

/** The subjects that facts are requested for. */
export interface Subjects {
  /** The row id of a product, which stands for the product, its brand, and its attributes. */
  readonly product?: number | null;
  /** The handle of a brand. */
  readonly brand?: string;
  /** Names of a brand, and attribute values with their attribute's name: `{ kind: 'style', value: 'vintage' }`. */
  readonly labels?: readonly { readonly kind: string; readonly value: string }[];
}

/**
 * Facts about a product and labels, at most MAX_FACTS: first those about the subjects themselves, then those about
 * the entities that these facts name, up to MAX_HOPS away. At each distance, the first fact of every entity comes
 * before the second fact of any.
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

/** Breadth-first and level by level, so that all traversals of a request read their next level in one statement. */
async function walk(facts: FactStore, roots: readonly number[]): Promise<Fact[]> {
  const told = new Map<number, Fact>();
  const seen = new Set<number>();
  let level = roots;
  for (let hop = 0; hop <= MAX_HOPS && told.size < MAX_FACTS; hop += 1) {
    // An entity that appears again, on another path or in a cycle, has already contributed its facts.
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
