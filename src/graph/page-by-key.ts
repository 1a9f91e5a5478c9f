import { toGlobalId } from 'graphql-relay';
import { RequestError } from '../errors.js';
import { instantiate, readKey } from './node.js';
import { checkFirst, PageInfo } from './page-info.js';

/** The part of a list that a caller asks for. */
export interface PageOfList {
  readonly first: number;
  readonly after: string | null;
}

/** A list in the order of the keys of its rows, up or down. */
interface KeyedList<Row, Item, Edge> {
  /** The type name in its cursors. */
  readonly cursor: string;
  /** The rows after this key, at most so many; null: from the start. */
  readonly read: (after: number | null, limit: number) => Promise<readonly Row[]>;
  readonly key: (row: Row) => number;
  readonly node: (row: Row) => Item;
  readonly edge: new () => Edge;
}

/** What every connection of such a list consists of. */
interface Page<Item, Edge> {
  readonly edges: Edge[];
  readonly nodes: Item[];
  readonly pageInfo: PageInfo;
}

/** One page of a list. @throws RequestError BAD_USER_INPUT, INVALID_CURSOR */
export async function pageByKey<Row, Item, Edge extends { cursor: string; node: Item }>(
  { first, after }: PageOfList,
  list: KeyedList<Row, Item, Edge>,
): Promise<Page<Item, Edge>> {
  checkFirst(first);
  // One extra row shows whether there is another page.
  const rows = await list.read(after === null ? null : readCursor(list.cursor, after), first + 1);
  const edges = rows.slice(0, first).map((row) => {
    const edge: { cursor: string; node: Item } = {
      cursor: toGlobalId(list.cursor, list.key(row)),
      node: list.node(row),
    };
    return Object.assign(new list.edge(), edge);
  });
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: instantiate(PageInfo, {
      hasNextPage: rows.length > first,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    }),
  };
}

function readCursor(type: string, cursor: string): number {
  const key = readKey(type, cursor);
  if (key !== null) return key;
  throw new RequestError(
    'INVALID_CURSOR',
    'This is not a valid cursor: pass the `endCursor` of the previous page, unchanged.',
  );
}
