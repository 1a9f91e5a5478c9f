import { listEach, type StockFormat } from './format.js';

/** The local inventory of Google Merchant Center: units of SKUs at the stores of the merchant. */
export const localInventory: StockFormat = {
  name: 'Google local inventory',
  lists: 'stock',
  recognizes: ({ columns }) =>
    !columns.has('title') &&
    ['store_code', 'shop_code'].some((column) => columns.has(column)) &&
    ['id', 'itemid', 'item_id'].some((column) => columns.has(column)),
  read: (records) =>
    listEach(records(), (line, cells) => ({
      line,
      code: cells.get('id', 'itemid', 'item_id'),
      store: cells.get('store_code', 'shop_code'),
      quantity: cells.get('quantity'),
      availability: cells.get('availability'),
    })),
};
