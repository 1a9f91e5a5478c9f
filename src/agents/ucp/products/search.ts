import { splitGlobalId } from '../../../graph/global-id.js';
import type { UcpCall } from '../operation.js';
import { invalid } from '../refusals.js';
import { LIKE, LIST, type PageInfo, RESOLVE } from './documents.js';
import { conditions, marketFor, type Market } from './market.js';
import type { Like, SearchRequest } from './requests.js';
import { provenAt, toProduct, toVariant } from './to-ucp.js';

/** From here on, a match is more likely the pictured product than another one. */
const SAME_PRODUCT = 0.5;

/** Products that can be bought now: by pictures, by words, or by filters alone. */
export async function searchCatalog(call: UcpCall, body: SearchRequest): Promise<object> {
  const market = await marketFor(call, body);
  const { products, pageInfo } =
    body.like === undefined
      ? await byWords(call, body, market)
      : await byPictures(call, body.like, body, market);
  return {
    products: products.filter((product) => product !== null),
    pagination: paginationOf(pageInfo),
    ...(market.messages.length === 0 ? {} : { messages: market.messages }),
  };
}

interface Page {
  readonly products: readonly (object | null)[];
  readonly pageInfo: PageInfo;
}

const paginationOf = ({ hasNextPage, endCursor }: PageInfo): object => ({
  has_next_page: hasNextPage && endCursor !== null,
  ...(endCursor === null ? {} : { cursor: endCursor }),
});

/** UCP has the cursor in `pagination`; some clients send it beside. */
const pageOf = ({ pagination, cursor }: SearchRequest): { first: number; after?: string } => {
  const after = pagination.cursor ?? (typeof cursor === 'string' ? cursor : undefined);
  return { first: pagination.limit, ...(after === undefined ? {} : { after }) };
};

async function byWords(call: UcpCall, body: SearchRequest, market: Market): Promise<Page> {
  const { product, variant } = conditions(body.filters, market);
  const { products } = await call.ask(LIST.document, LIST.data, {
    ...market.variables,
    ...(body.query == null ? {} : { text: body.query, sort: 'RELEVANCE' }),
    where: product,
    variants: { ...variant, availability: 'SELLABLE' },
    ...pageOf(body),
  });
  return {
    pageInfo: products.pageInfo,
    products: products.nodes.map((node) => {
      const skus = node.skus ?? [];
      const found = toProduct(
        node,
        skus.map((sku) => toVariant(node, sku)),
      );
      return found && { ...found, stock: provenAt(skus) };
    }),
  };
}

async function byPictures(
  call: UcpCall,
  like: readonly Like[],
  body: SearchRequest,
  market: Market,
): Promise<Page> {
  const { visualSearch: found } = await call.ask(LIKE.document, LIKE.data, {
    ...market.variables,
    query: {
      like: await Promise.all(like.map((one, index) => reference(call, market, one, index))),
      text: body.query ?? null,
    },
    where: conditions(body.filters, market).product,
    ...pageOf(body),
  });
  const hasWords = body.query != null;
  return {
    pageInfo: found.pageInfo,
    products: found.edges.map(({ node, skus, probability }) => {
      const product = toProduct(
        node,
        skus.map((sku) => toVariant(node, sku)),
      );
      const isSame = probability !== null && probability >= SAME_PRODUCT;
      return (
        product && {
          ...product,
          match: {
            ...(probability === null ? {} : { probability }),
            same_product: isSame,
            reasons: [isSame ? 'same_product' : 'looks_alike', ...(hasWords ? ['words'] : [])],
          },
          stock: { as_of: found.search.asOf, proven: true },
        }
      );
    }),
  };
}

/** A picture or a product as GraphQL has it. @throws TransportRefusal when nothing has the id */
async function reference(call: UcpCall, market: Market, like: Like, index: number): Promise<object> {
  const box = like.box === undefined ? {} : { box: like.box };
  if (like.image !== undefined) return { image: { base64: like.image.data }, ...box };
  if (like.image_url !== undefined) return { image: { url: like.image_url }, ...box };
  const id = like.id ?? '';
  if (splitGlobalId(id).type === 'Product') return { product: id };
  const { nodes } = await call.ask(RESOLVE.document, RESOLVE.data, {
    ...market.variables,
    ids: [id],
    codes: [],
  });
  const product = nodes[0]?.product?.id;
  if (product === undefined)
    throw invalid(`There is no product and no variant ${JSON.stringify(id)}.`, `$.like[${index}].id`);
  return { product };
}
