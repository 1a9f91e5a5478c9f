import type { Context } from '../graph/request-context.js';
import type { Database } from '../platform/postgres.js';
import type { Outcome } from '../mutation/mutate.js';
import type { StockSetEntryInput, StockSetInput } from './stock.types.js';
import { writeStock, type StockAnswer, type StockWrite } from './write-stock.js';

const QUANTITIES = ['onHand', 'ifOnHand', 'safetyStock'] as const;

const SET: StockWrite<StockSetEntryInput> = {
  name: 'stockSet',
  check(entry, refuse) {
    for (const field of QUANTITIES) {
      if ((entry[field] ?? 0) < 0) refuse(field, `${field} is below 0: it must be 0 or more.`);
    }
    if (entry.onHand == null && entry.safetyStock == null) {
      refuse(null, 'The entry sets nothing: give onHand, safetyStock, or both.');
    }
  },
  change(entry, present, refuse) {
    if (entry.ifOnHand != null && entry.ifOnHand !== present.onHand) {
      const now =
        present.onHand === null ? 'The stock is not counted now' : `${present.onHand} are on hand now`;
      return refuse(
        'ifOnHand',
        `${now}, not ${entry.ifOnHand}: read the quantity again and retry.`,
        'STALE_QUANTITY',
      );
    }
    return {
      onHand: entry.onHand ?? present.onHand,
      safetyStock: entry.safetyStock ?? present.safetyStock,
    };
  },
};

/** Sets quantities. @throws nothing that the caller can cause: the outcome reports that */
export function stockSet(
  db: Database,
  context: Context,
  input: StockSetInput,
): Promise<Outcome<StockAnswer>> {
  return writeStock(db, context, SET, input);
}
