import { random, type Random } from '../../src/platform/random.js';
import type { Colorway, Product } from './products.js';

/** A market of the demo shop, as in `catalog/channels.json`. */
export const channels = [
  {
    handle: 'eu',
    name: 'Europe',
    currency: 'EUR',
    default: true,
    locations: ['warehouse-berlin', 'store-paris', 'store-milan', 'store-copenhagen'],
    checkoutUrlTemplate: 'https://vitrine.example/eu/cart/{sku}:{quantity}',
    showsExactStock: true,
    lowStockThreshold: 3,
  },
  {
    handle: 'us',
    name: 'United States',
    currency: 'USD',
    default: false,
    locations: ['warehouse-newark', 'store-brooklyn', 'store-austin'],
    checkoutUrlTemplate: 'https://vitrine.example/us/cart/{sku}:{quantity}',
    showsExactStock: false,
    lowStockThreshold: 5,
  },
  {
    handle: 'uk',
    name: 'United Kingdom',
    currency: 'GBP',
    default: false,
    // Also served from Berlin: one warehouse, two channels.
    locations: ['store-london', 'warehouse-berlin'],
    checkoutUrlTemplate: 'https://vitrine.example/uk/cart/{sku}:{quantity}',
    showsExactStock: true,
    lowStockThreshold: 3,
  },
] as const;

export const locations = [
  {
    handle: 'warehouse-berlin',
    name: 'Warehouse Berlin',
    latitude: 52.4675,
    longitude: 13.402,
    pickup: false,
    countryCode: 'DE',
  },
  {
    handle: 'store-paris',
    name: 'Paris, Le Marais',
    latitude: 48.8575,
    longitude: 2.3622,
    pickup: true,
    countryCode: 'FR',
  },
  {
    handle: 'store-milan',
    name: 'Milan, Brera',
    latitude: 45.4719,
    longitude: 9.1875,
    pickup: true,
    countryCode: 'IT',
  },
  {
    handle: 'store-copenhagen',
    name: 'Copenhagen, Nørrebro',
    latitude: 55.6895,
    longitude: 12.5532,
    pickup: true,
    countryCode: 'DK',
  },
  {
    handle: 'warehouse-newark',
    name: 'Warehouse Newark',
    latitude: 40.7357,
    longitude: -74.1724,
    pickup: false,
    countryCode: 'US',
  },
  {
    handle: 'store-brooklyn',
    name: 'Brooklyn, Williamsburg',
    latitude: 40.7143,
    longitude: -73.9614,
    pickup: true,
    countryCode: 'US',
  },
  {
    handle: 'store-austin',
    name: 'Austin, South Congress',
    latitude: 30.2496,
    longitude: -97.7495,
    pickup: true,
    countryCode: 'US',
  },
  {
    handle: 'store-london',
    name: 'London, Shoreditch',
    latitude: 51.5265,
    longitude: -0.0798,
    pickup: true,
    countryCode: 'GB',
  },
] as const;

type ChannelHandle = (typeof channels)[number]['handle'];
type LocationHandle = (typeof locations)[number]['handle'];

interface StockLevel {
  location: LocationHandle;
  quantity: number;
  safetyStock: number;
}

interface ListPrice {
  channel: ChannelHandle;
  /** In minor units. */
  amount: number;
  compareAt: number | null;
}

/** What a shopper buys: one size of one color. */
interface Sku {
  code: string;
  gtin: string;
  size: string;
  colorway: Colorway;
  stock: readonly StockLevel[];
  prices: readonly ListPrice[];
  availability: 'in_stock' | 'out_of_stock' | 'preorder' | 'backorder';
  /** ISO 8601; for a preorder or backorder. */
  availableFrom: string | null;
  /** Sellable in the default channel; null where the feed does not specify it. */
  quantity: number | null;
}

export interface StockedProduct {
  product: Product;
  /** EUR, in minor units; or null. */
  salePrice: number | null;
  saleInterval: string | null;
  skus: readonly Sku[];
}

/**
 * A GTIN-13 with its check digit (GS1 General Specifications, section 7.9), in the range 20–29 that GS1 reserves for
 * use inside a company: none of these numbers can belong to a real article.
 */
function gtin13(serial: number): string {
  const body = `29${String(serial).padStart(10, '0')}`;
  const sum = Array.from(body).reduce(
    (total, digit, index) => total + Number(digit) * (index % 2 ? 3 : 1),
    0,
  );
  return body + String((10 - (sum % 10)) % 10);
}

/** How a product's sizes are stocked. */
type Fate = 'full' | 'gaps' | 'last size' | 'sold out' | 'preorder' | 'backorder' | 'unsaid';

function fateOf(source: Random): Fate {
  const draw = source.next();
  if (draw < 0.05) return 'sold out';
  if (draw < 0.12) return 'last size';
  if (draw < 0.145) return 'preorder';
  if (draw < 0.17) return 'backorder';
  if (draw < 0.2) return 'unsaid';
  return draw < 0.68 ? 'gaps' : 'full';
}

/** Converts EUR to the other price lists, including taxes and rounding to .00 or .90. */
const converted = (amount: number, factor: number): number =>
  Math.max(500, Math.round((amount * factor) / 500) * 500 - 10);
const factors: Readonly<Record<ChannelHandle, number>> = { eu: 1, us: 1.08, uk: 0.86 };

function levels(source: Random, served: readonly ChannelHandle[], empty: boolean): StockLevel[] {
  const places = new Set(
    channels.filter(({ handle }) => served.includes(handle)).flatMap((channel) => [...channel.locations]),
  );
  return locations
    .filter(({ handle }) => places.has(handle))
    .flatMap(({ handle }): StockLevel[] => {
      const warehouse = handle.startsWith('warehouse');
      const safetyStock = warehouse ? 2 : source.chance(0.2) ? 1 : 0;
      // A store that never received this article has no row at all.
      if (!warehouse && source.chance(0.35)) return [];
      if (empty) return [{ location: handle, quantity: source.integer(0, safetyStock), safetyStock }];
      return [
        { location: handle, quantity: warehouse ? source.integer(3, 40) : source.integer(0, 5), safetyStock },
      ];
    });
}

/** Units that can be sold through a channel. */
function sellable(stock: readonly StockLevel[], channel: ChannelHandle): number {
  const serving: readonly string[] = channels.find(({ handle }) => handle === channel)?.locations ?? [];
  return stock
    .filter(({ location }) => serving.includes(location))
    .reduce((sum, level) => sum + Math.max(0, level.quantity - level.safetyStock), 0);
}

function stockProduct(product: Product, source: Random, serial: () => number): StockedProduct {
  const fate = fateOf(source);
  const draw = source.next();
  const served: ChannelHandle[] =
    draw < 0.06 ? ['eu'] : draw < 0.11 ? ['us'] : draw < 0.3 ? ['eu', 'us'] : ['eu', 'us', 'uk'];
  const onSale = source.chance(0.22);
  const salePrice = onSale
    ? Math.round((product.price * source.pick([0.7, 0.8, 0.5, 0.75])) / 100) * 100 - 10
    : null;
  const saleInterval = onSale
    ? source.chance(0.9)
      ? '2026-01-01T00:00Z/2030-12-31T23:59Z'
      : '2025-11-20T00:00Z/2025-12-01T23:59Z'
    : null;
  const running = saleInterval?.endsWith('2030-12-31T23:59Z') ?? false;
  const lastSize = source.integer(0, product.sizes.length * product.colorways.length - 1);

  const skus = product.colorways
    .flatMap((colorway) => product.sizes.map((size) => ({ colorway, size })))
    .map(({ colorway, size }, index): Sku => {
      const empty =
        fate === 'sold out' ||
        fate === 'preorder' ||
        fate === 'backorder' ||
        (fate === 'last size' && index !== lastSize) ||
        (fate === 'gaps' && source.chance(0.3));
      const stock = fate === 'unsaid' ? [] : levels(source, served, empty);
      const quantity = fate === 'unsaid' ? null : sellable(stock, 'eu');
      const later = fate === 'preorder' || fate === 'backorder';
      const out =
        served.includes('eu') && (fate === 'unsaid' || (quantity ?? 0) > 0) ? 'in_stock' : 'out_of_stock';
      return {
        code: `${product.brandCode}-${serialCode(product.handle)}-${colorCode(colorway.color)}-${size.replace('one size', 'OS')}`,
        gtin: gtin13(serial()),
        size,
        colorway,
        stock,
        prices: served.map((channel): ListPrice => {
          const list = channel === 'eu' ? product.price : converted(product.price, factors[channel]);
          const sale =
            salePrice === null || !running
              ? null
              : channel === 'eu'
                ? salePrice
                : converted(salePrice, factors[channel]);
          return {
            channel,
            amount: sale !== null && sale < list ? sale : list,
            compareAt: sale !== null && sale < list ? list : null,
          };
        }),
        availability: later ? fate : out,
        availableFrom: later ? '2027-03-01T00:00Z' : null,
        quantity: later ? 0 : quantity,
      };
    });
  return { product, salePrice, saleInterval, skus };
}

/** Four letters and digits that represent a handle. */
function serialCode(handle: string): string {
  const source = random(handle);
  return Array.from({ length: 5 }, () => source.pick(Array.from('ABCDEFGHJKLMNPQRSTUVWXYZ23456789'))).join(
    '',
  );
}

const colorCode = (color: string): string =>
  color
    .split(/[ /]/)
    .map((word) => word.slice(0, 3).toUpperCase())
    .join('');

/** Every product with its SKUs, their stock by location and their prices by channel. */
export function stocked(products: readonly Product[], seed: string): StockedProduct[] {
  const source = random(`${seed} stock`);
  let count = 0;
  return products.map((product) => stockProduct(product, source, () => (count += 1)));
}
