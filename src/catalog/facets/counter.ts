import DataLoader from 'dataloader';
import type { AskedFacet } from './check-facets.js';
import type { Count, Facet } from './facet.types.js';

/** What a list has in all. */
export interface Tally {
  readonly total: Count;
  /** In the order in which they were asked for. */
  readonly facets: readonly Facet[];
}

/** Counts what a list has in all, not only on its page. What a request asks for is counted together. */
export class Counter {
  readonly #tallies: DataLoader<readonly AskedFacet[], Tally>;

  /** `tally` counts different facets. */
  constructor(tally: (facets: readonly AskedFacet[]) => Promise<Tally>) {
    this.#tallies = new DataLoader(
      async (asks) => {
        const distinct = new Map(asks.flat().map((facet) => [keyOf(facet), facet]));
        const { total, facets } = await tally([...distinct.values()]);
        const counted = new Map([...distinct.keys()].map((key, i) => [key, facets[i]]));
        return asks.map((asked) => ({
          total,
          facets: asked.flatMap((facet) => counted.get(keyOf(facet)) ?? []),
        }));
      },
      { cache: false },
    );
  }

  async facets(asked: readonly AskedFacet[]): Promise<readonly Facet[]> {
    return (await this.#tallies.load(asked)).facets;
  }

  async total(): Promise<Count> {
    return (await this.#tallies.load([])).total;
  }
}

const keyOf = ({ kind, name }: AskedFacet): string => `${kind} ${name}`;
