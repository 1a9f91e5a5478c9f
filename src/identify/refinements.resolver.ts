import { FieldResolver, Resolver, Root } from 'type-graphql';
import { AssumedSize, Cost } from '../graph/cost.js';
import { ON_ERROR } from '../graph/on-error.js';
import { VisualMatchConnection } from '../search/visual-search.types.js';
import type { IdentifyServices } from './identify-services.js';
import { Refinement } from './refinement.types.js';
import { findRefinements } from './refinements.js';

/** A search of the index, and the proof of about ten pages. */
const REFINEMENTS_COST = 700;
/** At most one of each kind. */
const REFINEMENTS = 8;

@Resolver(() => VisualMatchConnection)
export class RefinementsResolver {
  constructor(private readonly services: IdentifyServices) {}

  @Cost(REFINEMENTS_COST)
  @AssumedSize(REFINEMENTS)
  @FieldResolver(() => [Refinement], {
    nullable: true,
    description: `Words for what the query shows, most confident first, each with a filter that narrows the search: at most one of each kind that \`where\` does not filter by. Empty for a board, for words alone, and when the query is unlike the catalog. Counted after the page, in a separate database snapshot. ${ON_ERROR}`,
  })
  refinements(@Root() { basis }: VisualMatchConnection): Promise<Refinement[]> {
    return findRefinements(this.services, basis);
  }
}
