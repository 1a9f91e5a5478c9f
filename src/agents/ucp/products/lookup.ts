import type { UcpCall } from '../operation.js';
import { invalid } from '../refusals.js';
import { PRODUCTS, type ProductWithVariants, RESOLVE, type Variant } from './documents.js';
import { marketFor, type Market } from './market.js';
import { MAX_IDS, type Filters, type LookupRequest } from './requests.js';
import { provenAt, toProduct, toVariant } from './to-ucp.js';
import { passes } from './filter-variants.js';

/** What the code of an SKU can look like; GraphQL refuses all codes for one that cannot be one. */
const CODE = /^[^\0\p{Surrogate}]+$/u;

/** What an identifier stands for. */
export interface Resolved {
  readonly product: string;
  /** Null: the product as a whole. */
  readonly variant: string | null;
}

/** Finds what ids of products and variants, and SKU codes, stand for; those that stand for nothing are left out. */
export async function resolve(
  call: UcpCall,
  market: Market,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Resolved>> {
  const { nodes, skus } = await call.ask(RESOLVE.document, RESOLVE.data, {
    ...market.variables,
    ids,
    codes: ids.filter((id) => CODE.test(id)),
  });
  const found = new Map<string, Resolved>();
  for (const [index, id] of ids.entries()) {
    const node = nodes[index];
    const sku = skus.find(({ code }) => code === id);
    if (node?.__typename === 'Product') found.set(id, { product: id, variant: null });
    else if (node?.__typename === 'Sku' && node.product != null)
      found.set(id, { product: node.product.id, variant: id });
    else if (sku?.product != null) found.set(id, { product: sku.product.id, variant: sku.id });
  }
  return found;
}

/** Products with all their variants. */
export async function readProducts(
  call: UcpCall,
  market: Market,
  ids: readonly string[],
): Promise<ProductWithVariants[]> {
  if (ids.length === 0) return [];
  const { nodes } = await call.ask(PRODUCTS.document, PRODUCTS.data, { ...market.variables, ids });
  return nodes.filter((node) => node !== null);
}

/** The variant to show of a product: the first that can be bought, else the first that can be ordered, else the first. */
export const featured = (variants: readonly Variant[]): Variant | undefined =>
  variants.find(({ availability }) => availability.sellable) ??
  variants.find(({ availability }) => availability.orderable) ??
  variants[0];

/** Each product once, with the variants that were asked for; a product that was asked for has one. */
export async function lookUpCatalog(call: UcpCall, body: LookupRequest): Promise<object> {
  const ids = [...new Set(body.ids)];
  if (ids.length > MAX_IDS)
    throw invalid(
      `${ids.length} ids are too many: look up ${MAX_IDS} at a time.`,
      '$.ids',
      'request_too_large',
    );
  const market = await marketFor(call, body);
  const resolved = await resolve(call, market, ids);
  const wanted = [...new Set([...resolved.values()].map(({ product }) => product))];
  const products = await readProducts(call, market, wanted);
  const missing = ids.filter((id) => !products.some((product) => product.id === resolved.get(id)?.product));
  const messages = [
    ...market.messages,
    ...missing.map((id) => ({
      type: 'info',
      code: 'not_found',
      content: id,
      path: `$.ids[${body.ids.indexOf(id)}]`,
    })),
  ];
  return {
    products: products.flatMap((product) => found(product, resolved, body.filters, market)),
    ...(messages.length === 0 ? {} : { messages }),
  };
}

function found(
  product: ProductWithVariants,
  resolved: ReadonlyMap<string, Resolved>,
  filters: Filters | undefined,
  market: Market,
): object[] {
  const passing = (product.skus ?? []).filter((variant) => passes(product, variant, filters, market));
  const representative = featured(passing);
  const inputs = new Map<Variant, { id: string; match: 'exact' | 'featured' }[]>();
  for (const [id, { product: of, variant }] of resolved) {
    if (of !== product.id) continue;
    const one = variant === null ? representative : passing.find((sku) => sku.id === variant);
    if (one === undefined) continue;
    inputs.set(one, [...(inputs.get(one) ?? []), { id, match: variant === null ? 'featured' : 'exact' }]);
  }
  const shown = toProduct(
    product,
    [...inputs].map(([variant, of]) => ({ ...toVariant(product, variant), inputs: of })),
  );
  return shown === null ? [] : [{ ...shown, stock: provenAt([...inputs.keys()]) }];
}
