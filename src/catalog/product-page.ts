import { createHash } from 'node:crypto';
import { z } from 'zod';
import { RequestError } from '../errors.js';
import { decodeCursor, encodeCursor } from '../graph/cursor.js';
import { MAX_KEY } from '../graph/node.js';
import type { ProductSort } from './product-sort.types.js';

/** A product's position: the value that the list is sorted by (as Postgres writes it), then the product. */
export interface ProductPosition {
  readonly rank: string;
  readonly key: number;
}

/** The sort order that positions belong to. */
export interface SortedBy {
  readonly sort: ProductSort;
  /** The format of `ProductPosition.rank`. */
  readonly rank: RegExp;
}

const cursorContent = z.tuple([z.string(), z.string().max(64), z.int().positive().max(MAX_KEY)]);
const CURSOR_FINGERPRINT_BYTES = 6;

/**
 * Cursors of one list: opaque, and refused by a list with another filter, text, language of the text, sort, or channel.
 */
export class ProductCursor {
  readonly #fingerprint: string;

  constructor(
    private readonly order: SortedBy,
    identity: unknown,
  ) {
    const digest = createHash('sha256')
      .update(JSON.stringify([order.sort, identity]))
      .digest();
    this.#fingerprint = digest.subarray(0, CURSOR_FINGERPRINT_BYTES).toString('base64url');
  }

  write({ rank, key }: ProductPosition): string {
    return encodeCursor([this.#fingerprint, rank, key]);
  }

  /** @throws RequestError INVALID_CURSOR */
  read(cursor: string): ProductPosition {
    const content = decodeCursor(cursor, cursorContent);
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
        'This cursor belongs to another list: repeat the text, filter, sort, channel, and language of the previous page, or start without `after`.',
      );
    }
    return { rank, key };
  }
}
