import { Client } from 'pg';
import { z } from 'zod';
import type { Catalog, Market, Offer } from './catalog.js';
import { matching } from './matching.js';
import type { Search } from './runbook.js';

const skus = z.tuple([z.object({ skus: z.string().nullable() })]);
const offers = z.array(
  z.object({ sku: z.number(), market: z.string(), price: z.coerce.number(), stock: z.number() }),
);

/** What SQL says at a moment: a snapshot that is taken at once, and read when there is time. */
export interface Snapshot {
  /** The products that the search may find. */
  read(search: Search): Promise<Set<number>>;
  /** Call it in any case: until then, the next snapshot cannot be taken. */
  release(): Promise<void>;
}

/** Reads `churn_offers`, on a connection for each of the two snapshots around an answer. */
export class Truth {
  readonly #catalog: Catalog;
  readonly #clients: readonly [Client, Client];

  private constructor(catalog: Catalog, clients: readonly [Client, Client]) {
    this.#catalog = catalog;
    this.#clients = clients;
  }

  static async open(url: string, catalog: Catalog): Promise<Truth> {
    const clients = [new Client(url), new Client(url)] as const;
    await Promise.all(clients.map((client) => client.connect()));
    return new Truth(catalog, clients);
  }

  /** Takes a round trip. */
  async take(side: 'before' | 'after'): Promise<Snapshot> {
    const client = this.#clients[side === 'before' ? 0 : 1];
    // BEGIN alone takes no snapshot.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1');
    return {
      read: async ({ market, where }) => {
        const { rows } = await client.query({
          name: 'sellable',
          text: `SELECT string_agg(sku::text, ',') AS skus FROM churn_offers
                 WHERE market = $1 AND stock > 0 AND price <= coalesce($2::bigint, price)`,
          values: [market, where.maxPrice ?? null],
        });
        const [{ skus: sellable }] = skus.parse(rows);
        return matching(this.#catalog, where, new Set(sellable?.split(',').map(Number)));
      },
      release: async () => {
        await client.query('COMMIT');
      },
    };
  }

  /** All of it, in one statement. */
  async readAll(): Promise<Offer[]> {
    const { rows } = await this.#clients[0].query('SELECT sku, market, price, stock FROM churn_offers');
    return offers.parse(rows).map((offer) => ({ ...offer, market: asMarket(offer.market) }));
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.end()));
  }
}

function asMarket(market: string): Market {
  if (market !== 'eu' && market !== 'us')
    throw new Error(`churn_offers has a market that is not in the catalog: ${market}.`);
  return market;
}

/** What an offer is called in a map. */
export const offerKey = ({ sku, market }: Pick<Offer, 'sku' | 'market'>): string => `${sku} ${market}`;

/**
 * Compares the relation with what it has to be.
 * @throws Error that names the first difference: then nothing that was measured against it counts
 */
export function assertSame(
  found: readonly Offer[],
  expected: ReadonlyMap<string, Offer>,
  when: string,
): void {
  const wrong = found.find((offer) => {
    const wanted = expected.get(offerKey(offer));
    return wanted?.price !== offer.price || wanted.stock !== offer.stock;
  });
  if (wrong !== undefined) {
    const wanted = expected.get(offerKey(wrong));
    throw new Error(
      `churn_offers differs from the runbook ${when}: it has ${JSON.stringify(wrong)} instead of ${JSON.stringify(wanted ?? null)}.`,
    );
  }
  if (found.length !== expected.size)
    throw new Error(`churn_offers has ${found.length} rows ${when}; the runbook has ${expected.size}.`);
}
