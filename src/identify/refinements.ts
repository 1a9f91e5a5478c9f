import type { ProductCondition } from '../catalog/product-filter.js';
import { instantiate } from '../graph/node.js';
import type { RefinementBasis } from '../search/visual-search.types.js';
import type { IdentifyServices } from './identify-services.js';
import { readLabelFacts } from './label-facts.store.js';
import { labelOf, MIN_CONFIDENCE } from './label-of.js';
import { LabelKind } from './label.types.js';
import { Refinement, RefinementFilter } from './refinement.types.js';
import { familiarity } from './vote.js';
import { electorateOf, findVoters } from './voters.js';

/**
 * Words for what a query shows, most confident first: at most one of each kind that the search does not filter by
 * already. A word that all of the best matches have, or none, narrows nothing and is left out.
 * @throws RequestError INDEX_UNAVAILABLE, SERVICE_OVERLOADED
 */
export async function findRefinements(
  { db, index, labelModels }: IdentifyServices,
  { best, condition, query }: RefinementBasis,
): Promise<Refinement[]> {
  const model = await labelModels.model();
  const asked = query?.plain ?? null;
  if (asked === null || model === null) return [];
  const [voters] = await findVoters(index, [{ asked, excludeProducts: [] }]);
  if (voters === undefined || familiarity(voters.nearest) < model.minFamiliarity) return [];
  const { matches } = await best();
  const facts = await readLabelFacts(
    db,
    [...voters.nearest, ...voters.byColor, ...matches].map(({ productId }) => productId),
  );
  return Object.values(LabelKind)
    .filter((kind) => !isFiltered(kind, condition))
    .flatMap((kind) => labelOf(kind, electorateOf(kind, voters), facts, model) ?? [])
    .filter(({ confidence }) => confidence >= MIN_CONFIDENCE)
    .sort((a, b) => b.confidence - a.confidence)
    .map((label) => {
      const { kind, value } = label;
      const count = matches.filter(({ productId }) =>
        facts.get(productId)?.values.get(kind)?.includes(value),
      ).length;
      const style = kind === LabelKind.STYLE ? value : null;
      return instantiate(Refinement, { label, filter: filterOf(kind, value), style, count });
    })
    .filter(({ count }) => count > 0 && count < matches.length);
}

const attributeOf = (kind: LabelKind): string => kind.toLowerCase();

function isFiltered(kind: LabelKind, { categories, brands, attributes }: ProductCondition): boolean {
  if (kind === LabelKind.CATEGORY) return categories !== null;
  if (kind === LabelKind.BRAND) return brands !== null;
  return attributes.some(({ name }) => name === attributeOf(kind));
}

function filterOf(kind: LabelKind, value: string): RefinementFilter {
  const filter = { categories: null, brands: null, attributes: null };
  if (kind === LabelKind.CATEGORY) return instantiate(RefinementFilter, { ...filter, categories: [value] });
  if (kind === LabelKind.BRAND) return instantiate(RefinementFilter, { ...filter, brands: [value] });
  return instantiate(RefinementFilter, {
    ...filter,
    attributes: [{ name: attributeOf(kind), values: [value] }],
  });
}
