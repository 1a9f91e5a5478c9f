import { RequestError } from '../../errors.js';
import { checkText } from '../../graph/text.js';
import type { ProductCondition } from '../product-filter.js';
import { type FacetInput, FacetKind } from './facet.types.js';

/** More than a page has room for. */
const MAX_FACETS = 10;

/** A checked FacetInput. The name is in lower case, as options and attributes are stored; "" for the other kinds. */
export interface AskedFacet {
  readonly kind: FacetKind;
  readonly name: string;
}

const NAMED: ReadonlySet<FacetKind> = new Set([FacetKind.OPTION, FacetKind.ATTRIBUTE]);

/** What a shop shows beside every list. */
const USUAL: readonly AskedFacet[] = [
  { kind: FacetKind.CATEGORY, name: '' },
  { kind: FacetKind.BRAND, name: '' },
  { kind: FacetKind.OPTION, name: 'color' },
  { kind: FacetKind.OPTION, name: 'size' },
  { kind: FacetKind.PRICE, name: '' },
];
export const USUAL_FACETS = USUAL.length;

/** Whether these are the facets that most clients ask for. */
export const isUsualFacets = (facets: readonly AskedFacet[]): boolean =>
  facets.length === USUAL.length &&
  facets.every(({ kind, name }, i) => kind === USUAL[i]?.kind && name === USUAL[i].name);

const bad = (message: string): RequestError => new RequestError('BAD_USER_INPUT', message);

/** Also of all facets that a request asks of one list, under several aliases. @throws RequestError BAD_USER_INPUT */
export function checkNumber(facets: number): void {
  if (facets > MAX_FACETS)
    throw bad(`${facets} facets of one list are too many: ask for at most ${MAX_FACETS}.`);
}

/** Equal for equal facets. */
export const facetKey = ({ kind, name }: AskedFacet): string => `${kind} ${name}`;

/** The facets to count, without repetitions; by default, the usual ones. @throws RequestError BAD_USER_INPUT */
export function checkFacets(inputs: readonly FacetInput[] | null): readonly AskedFacet[] {
  if (inputs === null) return USUAL;
  checkNumber(inputs.length);
  const asked = inputs.map(({ kind, name }) => {
    const isNamed = NAMED.has(kind);
    if (isNamed && (name == null || name === ''))
      throw bad(`The facet ${kind} needs the name of the ${kind.toLowerCase()}, for example "size".`);
    if (!isNamed && name != null) throw bad(`The facet ${kind} has no name: omit it.`);
    return { kind, name: checkText('The name of a facet', name ?? '').toLowerCase() };
  });
  return [...new Map(asked.map((facet) => [facetKey(facet), facet])).values()];
}

/** The condition without the shopper's choice among the values of a facet. */
export function withoutChoice(condition: ProductCondition, { kind, name }: AskedFacet): ProductCondition {
  switch (kind) {
    case FacetKind.CATEGORY:
      return { ...condition, categories: null };
    case FacetKind.BRAND:
      return { ...condition, brands: null };
    case FacetKind.PRICE:
      return { ...condition, minAmount: null, maxAmount: null };
    case FacetKind.OPTION:
      return { ...condition, options: condition.options.filter((option) => option.name !== name) };
    case FacetKind.ATTRIBUTE:
      return {
        ...condition,
        attributes: condition.attributes.filter((attribute) => attribute.name !== name),
      };
  }
}

/** The values of a facet that the condition asks for; those of prices are no values. */
export function choiceOf(condition: ProductCondition, { kind, name }: AskedFacet): readonly string[] {
  switch (kind) {
    case FacetKind.CATEGORY:
      return condition.categories ?? [];
    case FacetKind.BRAND:
      return condition.brands ?? [];
    case FacetKind.PRICE:
      return [];
    case FacetKind.OPTION:
      return condition.options.flatMap((option) => (option.name === name ? option.values : []));
    case FacetKind.ATTRIBUTE:
      return condition.attributes.flatMap((attribute) => (attribute.name === name ? attribute.values : []));
  }
}

/** Whether the condition has a choice among the values of a facet. */
export const isChosen = (condition: ProductCondition, facet: AskedFacet): boolean =>
  choiceOf(condition, facet).length > 0 ||
  (facet.kind === FacetKind.PRICE && (condition.minAmount !== null || condition.maxAmount !== null));
