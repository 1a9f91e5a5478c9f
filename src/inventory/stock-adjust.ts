import type { Context } from '../graph/request-context.js';
import type { Database } from '../platform/postgres.js';
import type { Outcome } from '../mutation/mutate.js';
import type { StockAdjustEntryInput, StockAdjustInput } from './stock.types.js';
import { writeStock, type StockAnswer, type StockWrite } from './write-stock.js';

/** The maximum integer of Postgres and GraphQL. */
const MAX_ON_HAND = 2_147_483_647;

const ADJUST: StockWrite<StockAdjustEntryInput> = {
  name: 'stockAdjust',
  change({ delta }, { onHand, safetyStock }, refuse) {
    if (onHand === null) {
      return refuse('delta', 'The stock there is not counted: set a quantity with stockSet first.');
    }
    const after = onHand + delta;
    if (after < 0) return refuse('delta', `Only ${onHand} are on hand: ${-delta} cannot be removed.`);
    if (after > MAX_ON_HAND) {
      return refuse('delta', `${onHand} are on hand: ${delta} more would exceed ${MAX_ON_HAND}.`);
    }
    return { onHand: after, safetyStock };
  },
};

/** Changes quantities by an amount. @throws nothing that the caller can cause: the outcome reports that */
export function stockAdjust(
  db: Database,
  context: Context,
  input: StockAdjustInput,
): Promise<Outcome<StockAnswer>> {
  return writeStock(db, context, ADJUST, input);
}
