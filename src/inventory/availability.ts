import type { Channel } from '../catalog/channel.types.js';
import { instantiate } from '../graph/node.js';
import { productOptions } from '../catalog/product-options.js';
import { SelectedOption, type Sku } from '../catalog/sku.types.js';
import { distanceKm } from '../catalog/distance.js';
import { type GeoPointInput } from '../catalog/location.types.js';
import { LocationStock, ProductAvailability, SkuAvailability, StockLevel } from './availability.types.js';
import type { LocationLevel } from '../catalog/location.store.js';

const BEST_FIRST = [
  StockLevel.IN_STOCK,
  StockLevel.LOW_STOCK,
  StockLevel.BACKORDER,
  StockLevel.PREORDER,
  StockLevel.OUT_OF_STOCK,
];

const levelOf = (sku: Sku): StockLevel =>
  BEST_FIRST.find((level) => level.valueOf() === sku.level) ?? StockLevel.OUT_OF_STOCK;

/** In `sku_offers.promised`: any number. */
const NOT_COUNTED = 2_147_483_647;

/** The quantity to show; null when the stock is uncounted or the channel hides quantities. */
const shownQuantity = (channel: Channel, stock: { sellable: number; counted: boolean }): number | null =>
  channel.showsExactStock && stock.counted ? stock.sellable : null;

export function skuAvailability(sku: Sku): SkuAvailability {
  return instantiate(SkuAvailability, {
    skuKey: sku.key,
    sellable: sku.sellable > 0,
    level: levelOf(sku),
    quantity: shownQuantity(sku.channel, sku),
    orderable: sku.sellable + sku.promised > 0,
    promised: sku.channel.showsExactStock && sku.promised !== NOT_COUNTED ? sku.promised : null,
    restockAt: sku.restockAt,
    asOf: sku.asOf,
  });
}

export function productAvailability(skus: readonly Sku[]): ProductAvailability {
  const levels = new Set(skus.map(levelOf));
  return instantiate(ProductAvailability, {
    sellable: skus.some((sku) => sku.sellable > 0),
    level: BEST_FIRST.find((level) => levels.has(level)) ?? StockLevel.OUT_OF_STOCK,
    sellableOptions: productOptions(skus).flatMap(({ name, values }) =>
      values.flatMap(({ value, sellable }) =>
        sellable ? [instantiate(SelectedOption, { name, value })] : [],
      ),
    ),
  });
}

/** What shoppers see of the stock at these locations. */
export function locationStocks(
  levels: readonly LocationLevel[],
  channel: Channel,
  near: GeoPointInput | null,
): LocationStock[] {
  return levels.map((level) =>
    instantiate(LocationStock, {
      location: level.location,
      sellable: level.sellable > 0,
      quantity: shownQuantity(channel, level),
      pickup: level.pickup,
      distanceKm: near === null ? null : distanceKm(near, level),
    }),
  );
}
