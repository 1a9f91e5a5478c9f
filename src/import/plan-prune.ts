import type { ClientBase } from 'pg';
import { countUnlisted } from './prune.store.js';
import type { ImportReport } from './report.js';

/** A feed that lacks more of the channel's SKUs than this part is rather incomplete than short. */
const MAX_PRUNED_SHARE = 0.2;
/** So few SKUs are removed from catalogs of any size. */
const FREE_PRUNES = 10;

/**
 * Counts in the report what pruning a price list would remove, and says whether it may: not when rows are missing that
 * could not be read. `maxPruned` is what the merchant allows, as in `ImportOptions`.
 */
export async function planPrune(
  client: ClientBase,
  priceListId: number,
  report: ImportReport,
  maxPruned: number | undefined,
): Promise<boolean> {
  const { listed, unlisted } = await countUnlisted(client, priceListId);
  const share = maxPruned ?? MAX_PRUNED_SHARE;
  if (report.unreadableRows > 0) {
    report.pruneRefused = `rows that could not be read (${report.unreadableRows}) may be those of the SKUs that seem to be missing`;
  } else if (report.conflictingRows > 0 && maxPruned === undefined) {
    report.pruneRefused =
      `rows with the id of another row (${report.conflictingRows}) may be those of the SKUs that seem to be missing; ` +
      'if they are not, allow it with --max-pruned';
  } else if (unlisted > FREE_PRUNES && unlisted > share * listed) {
    report.pruneRefused =
      `the feed lacks ${unlisted} of the ${listed} SKUs of the channel, which is more than ${Math.round(share * 100)} %; ` +
      'if that is right, allow it with --max-pruned';
  }
  report.pruned = { products: 0, skus: report.pruneRefused === null ? unlisted : 0 };
  return report.pruneRefused === null;
}
