import { createHash } from 'node:crypto';
import { registerEnumType } from 'type-graphql';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { RequestError } from '../errors.js';
import { MAX_KEY } from '../graph/node.js';

export enum ProductSort {
  RELEVANCE = 'RELEVANCE',
  NEWEST = 'NEWEST',
  PRICE_ASC = 'PRICE_ASC',
  PRICE_DESC = 'PRICE_DESC',
}
registerEnumType(ProductSort, {
  name: 'ProductSort',
  description: 'The order of a list of products.',
  valuesConfig: {
    RELEVANCE: { description: 'Best text match first. Without `text`, the same as NEWEST.' },
    NEWEST: { description: 'Newest first.' },
    PRICE_ASC: { description: 'Lowest price first, by the cheapest SKU that passes the filter.' },
    PRICE_DESC: { description: 'Highest price first, by the cheapest SKU that passes the filter.' },
  },
});

/** Where a product stands: the value that the list is sorted by (as Postgres writes it), then the product. */
export interface ProductPosition {
  readonly rank: string;
  readonly key: number;
}

interface PageParts {
  readonly columns: Sql;
  /** What stands after FROM for the offers of `product` that pass. */
  readonly offer: Sql;
  readonly passes: Sql;
  readonly text: string | null;
  readonly after: ProductPosition | null;
  readonly limit: number;
}

/** How a list of products is sorted, and how it goes on after a position (keyset pagination). */
export interface ProductOrder {
  readonly sort: ProductSort;
  /** The form of `ProductPosition.rank`. */
  readonly rank: RegExp;
  statement(parts: PageParts): Sql;
}

const WHOLE_NUMBER = /^-?\d{1,17}$/;
const REAL_NUMBER = /^\d{1,20}(\.\d{1,20})?(e-?\d{1,2})?$/;

const NEWEST: ProductOrder = {
  sort: ProductSort.NEWEST,
  // Microseconds: what Postgres keeps and a JavaScript Date would round.
  rank: WHOLE_NUMBER,
  statement: ({ columns, offer, passes, after, limit }) => sql`/* product.newest */
    SELECT ${columns}, (extract(epoch FROM product.created_at) * 1000000)::bigint::text AS rank
    FROM products product
    WHERE ${passes} AND EXISTS (SELECT FROM ${offer})
      AND (${after?.key ?? null}::int IS NULL OR (product.created_at, product.id) <
        ('epoch'::timestamptz + ${after?.rank ?? '0'}::bigint * interval '1 microsecond', ${after?.key ?? null}::int))
    ORDER BY product.created_at DESC, product.id DESC LIMIT ${limit}`,
};

const RELEVANCE: ProductOrder = {
  sort: ProductSort.RELEVANCE,
  rank: REAL_NUMBER,
  statement: ({ columns, offer, passes, text, after, limit }) => sql`/* product.relevance */
    SELECT * FROM (
      SELECT ${columns}, ts_rank_cd(product.search, websearch_to_tsquery('english', ${text}))::float8::text AS rank
      FROM products product WHERE ${passes} AND EXISTS (SELECT FROM ${offer})) ranked
    WHERE ${after?.key ?? null}::int IS NULL
      OR (ranked.rank::float8, -ranked.key) < (${after?.rank ?? '0'}::float8, -${after?.key ?? 0}::int)
    ORDER BY ranked.rank::float8 DESC, ranked.key LIMIT ${limit}`,
};

const byPrice = (sort: ProductSort, direction: Sql, comparison: Sql): ProductOrder => ({
  sort,
  rank: WHOLE_NUMBER,
  statement: ({ columns, offer, passes, after, limit }) => sql`/* product.price */
    SELECT ${columns}, cheapest.amount::text AS rank
    FROM products product
    CROSS JOIN LATERAL (SELECT min(offer.amount) AS amount FROM ${offer}) cheapest
    WHERE ${passes} AND cheapest.amount IS NOT NULL
      AND (${after?.key ?? null}::int IS NULL
        OR (cheapest.amount, product.id) ${comparison} (${after?.rank ?? '0'}::bigint, ${after?.key ?? null}::int))
    ORDER BY cheapest.amount ${direction}, product.id ${direction} LIMIT ${limit}`,
});

const ORDERS: Record<ProductSort, ProductOrder> = {
  NEWEST,
  RELEVANCE,
  PRICE_ASC: byPrice(ProductSort.PRICE_ASC, sql`ASC`, sql`>`),
  PRICE_DESC: byPrice(ProductSort.PRICE_DESC, sql`DESC`, sql`<`),
};

export function productOrder(sort: ProductSort, text: string | null): ProductOrder {
  return sort === ProductSort.RELEVANCE && text === null ? NEWEST : ORDERS[sort];
}

const cursorContent = z.tuple([z.string(), z.string().max(64), z.int().positive().max(MAX_KEY)]);
const CURSOR_FINGERPRINT_BYTES = 6;

/** Cursors of one list: opaque, and refused by a list with another filter, text, sort or channel. */
export class ProductCursor {
  readonly #fingerprint: string;

  constructor(
    private readonly order: ProductOrder,
    identity: unknown,
  ) {
    const digest = createHash('sha256')
      .update(JSON.stringify([order.sort, identity]))
      .digest();
    this.#fingerprint = digest.subarray(0, CURSOR_FINGERPRINT_BYTES).toString('base64url');
  }

  write({ rank, key }: ProductPosition): string {
    return Buffer.from(JSON.stringify([this.#fingerprint, rank, key])).toString('base64url');
  }

  /** @throws RequestError INVALID_CURSOR */
  read(cursor: string): ProductPosition {
    const content = parseCursorContent(cursor);
    if (content === null || !this.order.rank.test(content[1])) {
      throw new RequestError(
        'INVALID_CURSOR',
        'This is not a valid cursor: pass the `endCursor` of the previous page, unchanged.',
      );
    }
    const [fingerprint, rank, key] = content;
    if (fingerprint !== this.#fingerprint) {
      throw new RequestError(
        'INVALID_CURSOR',
        'This cursor belongs to another list: repeat the text, filter, sort and channel of the previous page, or start without `after`.',
      );
    }
    return { rank, key };
  }
}

function parseCursorContent(cursor: string): z.infer<typeof cursorContent> | null {
  try {
    return cursorContent.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    return null;
  }
}
