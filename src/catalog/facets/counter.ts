import DataLoader from 'dataloader';
import { type AskedFacet, checkNumber, facetKey } from './check-facets.js';
import type { Count, Facet } from './facet.types.js';

/** What a list has in all. */
export interface Tally {
  readonly total: Count;
  /** In the order in which they were asked for. */
  readonly facets: readonly Facet[];
}

/** A tally that says of how many products it is. */
export interface CheckedTally extends Tally {
  /** For each facet: how many products pass without the choice among its values. */
  readonly passing: readonly number[];
}

/** What one field asks for. */
type Asked = readonly AskedFacet[] | typeof TOTAL;
const TOTAL = 'total';
const facetsOf = (asked: Asked): readonly AskedFacet[] => (asked === TOTAL ? [] : asked);

/** Counts what a list has in all, not only on its page. What a request asks for is counted together. */
export class Counter {
  readonly #tallies: DataLoader<Asked, Tally>;

  /** `tally` counts different facets. If no total is asked for, it may be that of anything. */
  constructor(tally: (facets: readonly AskedFacet[], isTotalAsked: boolean) => Promise<Tally>) {
    this.#tallies = new DataLoader(
      async (asks) => {
        const distinct = new Map(asks.flatMap(facetsOf).map((facet) => [facetKey(facet), facet]));
        checkNumber(distinct.size);
        const { total, facets } = await tally([...distinct.values()], asks.includes(TOTAL));
        const counted = new Map([...distinct.keys()].map((key, i) => [key, facets[i]]));
        return asks.map((asked) => ({
          total,
          facets: facetsOf(asked).flatMap((facet) => counted.get(facetKey(facet)) ?? []),
        }));
      },
      { cache: false },
    );
  }

  /** @throws RequestError BAD_USER_INPUT when a request asks for too many, under all aliases of the field */
  async facets(asked: readonly AskedFacet[]): Promise<readonly Facet[]> {
    return (await this.#tallies.load(asked)).facets;
  }

  async total(): Promise<Count> {
    return (await this.#tallies.load(TOTAL)).total;
  }
}
