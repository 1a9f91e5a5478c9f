import { z } from 'zod';
import { RequestError } from '../errors.js';
import { decodeCursor, encodeCursor } from '../graph/cursor.js';
import { instantiate, MAX_KEY } from '../graph/node.js';
import { checkFirst, PageInfo } from '../graph/page-info.js';
import type { Context } from '../graph/request-context.js';
import type { BrandPosition } from './brand.store.js';
import { BrandConnection, BrandEdge } from './brand.types.js';

/** One page of the brands that the channel offers. @throws RequestError BAD_USER_INPUT, INVALID_CURSOR */
export async function listBrands(
  context: Context,
  { first, after }: { readonly first: number; readonly after: string | null },
): Promise<BrandConnection> {
  checkFirst(first);
  const position = after === null ? null : readCursor(after);
  const { channel } = await context.inChannel();
  // One extra brand shows whether there is another page.
  const { brands, reached } = await context.loaders.brands.page(channel.key, position, first + 1);
  const edges = brands
    .slice(0, first)
    .map((node) => instantiate(BrandEdge, { cursor: writeCursor(node), node }));
  const isFull = brands.length > first;
  const continues = !isFull && reached !== null;
  return instantiate(BrandConnection, {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: instantiate(PageInfo, {
      hasNextPage: isFull || continues,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: continues ? writeCursor(reached) : (edges.at(-1)?.cursor ?? null),
    }),
  });
}

const cursorContent = z.tuple([z.string(), z.int().positive().max(MAX_KEY)]);

const writeCursor = ({ name, key }: BrandPosition): string => encodeCursor([name, key]);

function readCursor(cursor: string): BrandPosition {
  const content = decodeCursor(cursor, cursorContent);
  if (content === null) {
    throw new RequestError(
      'INVALID_CURSOR',
      'This is not a valid cursor: pass the `endCursor` of the previous page, unchanged.',
    );
  }
  const [name, key] = content;
  return { name, key };
}
