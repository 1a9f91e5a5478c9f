import { vocabulary } from '../../src/garment/design.js';
import { channels, type StockedProduct } from './stock.js';

/** The feed's columns: Google Merchant Center's names, plus the extension `quantity`. */
const columns = [
  'id', 'item_group_id', 'title', 'description', 'link', 'image_link', 'additional_image_link', 'availability', 'availability_date', 'quantity', 'price',
  'sale_price', 'sale_price_effective_date', 'brand', 'gtin', 'mpn', 'color', 'size', 'age_group', 'gender', 'product_type', 'condition', 'material',
  'pattern', 'product_detail',
] as const; // prettier-ignore

const decimal = (minor: number): string => (minor / 100).toFixed(2);
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, ...rows].map((row) => `${row.join('\t')}\n`).join('');

/** `section:attribute:value` groups, comma-separated, in the format of the Merchant Center's product_detail. */
function productDetail(
  { product }: StockedProduct,
  design: StockedProduct['skus'][number]['colorway']['design'],
): string {
  const words = vocabulary[design.type];
  const details: [section: string, attribute: string, value: string][] = [
    ['Look', 'style', product.style],
    ['Look', 'era', product.era],
    ['Look', 'season', product.season],
    ['Cut', 'silhouette', design.silhouette],
  ];
  if (words.sleeve) details.push(['Cut', 'sleeve', design.sleeve]);
  if (words.neckline) details.push(['Cut', 'neckline', design.neckline]);
  if (words.length) details.push(['Cut', 'length', design.length]);
  return details.map((detail) => detail.join(':')).join(',');
}

/** `feed.tsv`: one row per SKU. */
export function feedTable(products: readonly StockedProduct[]): string {
  const rows = products.flatMap((stocked) => {
    const { product, salePrice, saleInterval, skus } = stocked;
    return skus.map((sku) => {
      const { colorway } = sku;
      const row: Record<(typeof columns)[number], string> = {
        id: sku.code,
        item_group_id: product.handle,
        title: product.title,
        description: product.description,
        link: `https://vitrine.example/p/${product.handle}`,
        image_link: `images/${colorway.image}`,
        additional_image_link: colorway.detail ? `images/${colorway.detail}` : '',
        availability: sku.availability,
        availability_date: sku.availableFrom ?? '',
        quantity: sku.quantity?.toString() ?? '',
        price: `${decimal(product.price)} EUR`,
        sale_price: salePrice === null ? '' : `${decimal(salePrice)} EUR`,
        sale_price_effective_date: saleInterval ?? '',
        brand: product.brand,
        gtin: sku.gtin,
        mpn: sku.code,
        color: colorway.color,
        size: sku.size,
        age_group: 'adult',
        gender: product.gender,
        product_type: product.line.productType,
        condition: 'new',
        material: colorway.design.material,
        pattern: colorway.design.pattern,
        product_detail: productDetail(stocked, colorway.design),
      };
      return columns.map((column) => row[column]);
    });
  });
  return table(columns, rows);
}

/** `stock.tsv`: units by SKU and location. */
export function stockTable(products: readonly StockedProduct[]): string {
  const rows = products.flatMap(({ skus }) =>
    skus.flatMap(({ code, stock }) =>
      stock.map((level) => [code, level.location, String(level.quantity), String(level.safetyStock)]),
    ),
  );
  return table(['sku', 'location', 'quantity', 'safety_stock'], rows);
}

/** `prices.tsv`: the price of an SKU in each channel that sells it. */
export function priceTable(products: readonly StockedProduct[]): string {
  const currency = (channel: string): string =>
    channels.find(({ handle }) => handle === channel)?.currency ?? '';
  const rows = products.flatMap(({ skus }) =>
    skus.flatMap(({ code, prices }) =>
      prices.map(({ channel, amount, compareAt }) => [
        channel,
        code,
        decimal(amount),
        compareAt === null ? '' : decimal(compareAt),
        currency(channel),
      ]),
    ),
  );
  return table(['price_list', 'sku', 'amount', 'compare_at', 'currency'], rows);
}
