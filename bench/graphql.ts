import { z } from 'zod';

const answer = z.object({ data: z.unknown(), errors: z.array(z.object({ message: z.string() })).optional() });
const upload = z.object({ id: z.string() });

/** The data of an operation, with the `secret` of an API key or anonymously. @throws Error with the gateway's response */
export async function ask<T>(
  url: string,
  shape: z.ZodType<T>,
  query: string,
  variables: Record<string, unknown> = {},
  secret?: string,
): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = answer.parse(await response.json());
  if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join('\n'));
  return shape.parse(data);
}

/** Sends an image to POST /images; returns its id. */
export async function uploadImage(url: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const response = await fetch(`${url}/images`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
  });
  return upload.parse(await response.json()).id;
}

const handles = z.object({
  products: z.object({
    nodes: z.array(
      z.object({ id: z.string(), handle: z.string(), category: z.object({ handle: z.string() }) }),
    ),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});

export type CatalogProduct = z.infer<typeof handles>['products']['nodes'][number];

/** Every product that the default channel offers, whatever its stock. */
export async function listProducts(url: string): Promise<CatalogProduct[]> {
  const all: CatalogProduct[] = [];
  for (let after: string | null = null; ;) {
    const { products }: z.infer<typeof handles> = await ask(
      url,
      handles,
      `query ($after: String) {
        products(first: 100, after: $after, where: { availability: ANY }) {
          nodes { id handle category { handle } }
          pageInfo { hasNextPage endCursor }
        }
      }`,
      { after },
    );
    all.push(...products.nodes);
    if (!products.pageInfo.hasNextPage) return all;
    after = products.pageInfo.endCursor;
  }
}
