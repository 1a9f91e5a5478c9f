import { z } from 'zod';
import { ask } from './graphql.js';

const PAGE = 100;

/** All products of a shop; `fields` is the selection on a node, `availability` the filter. */
export async function listNodes<Node>(
  url: string,
  node: z.ZodType<Node>,
  fields: string,
  availability: 'ANY' | 'SELLABLE',
): Promise<Node[]> {
  const page = z.object({
    products: z.object({
      nodes: z.array(node),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    }),
  });
  const all: Node[] = [];
  for (let after: string | null = null; ;) {
    const { products }: z.infer<typeof page> = await ask(
      url,
      page,
      `query ($after: String, $availability: AvailabilityFilter!) {
        products(first: ${PAGE}, after: $after, where: { availability: $availability }) {
          nodes { ${fields} }
          pageInfo { hasNextPage endCursor }
        }
      }`,
      { after, availability },
    );
    all.push(...products.nodes);
    if (!products.pageInfo.hasNextPage) return all;
    after = products.pageInfo.endCursor;
  }
}

const catalogProduct = z.object({
  id: z.string(),
  handle: z.string(),
  category: z.object({ handle: z.string() }),
  featuredImage: z.object({ id: z.string() }).nullable(),
});
export type CatalogProduct = z.infer<typeof catalogProduct>;

/**
 * Every product that the default channel offers, whatever its stock, and that a search can begin from: not those whose
 * images are all in quarantine.
 */
export async function listProducts(url: string): Promise<CatalogProduct[]> {
  const fields = 'id handle category { handle } featuredImage { id }';
  const all = await listNodes(url, catalogProduct, fields, 'ANY');
  return all.filter(({ featuredImage }) => featuredImage !== null);
}
