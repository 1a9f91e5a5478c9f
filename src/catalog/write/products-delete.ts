import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import type { Context } from '../../graph/request-context.js';
import { checkEntryCount } from '../../mutation/entries.js';
import { EntryErrors, EntryFaults, userError } from '../../mutation/entry-error.js';
import { mutate } from '../../mutation/mutate.js';
import type { Database } from '../../platform/postgres.js';
import { instantiate, readKey } from '../../graph/node.js';
import { ProductsDeletePayload, type ProductsDeleteInput } from './product-write.types.js';
import { deleteProducts, lockForDeletion, lockPins } from './product.store.js';
import { lockExpiredHolds, lockSkus, lockStockForRemoval, readSkus } from './sku.store.js';
import { heldMessage } from './products-upsert.js';

const OPERATION = {
  name: 'productsDelete',
  writes: 'catalog' as const,
  answer: z.object({ productIds: z.array(z.number()) }),
};

/** Deletes products and everything that belongs to them: all of the products, or none. */
export async function productsDelete(
  db: Database,
  context: Context,
  input: ProductsDeleteInput,
): Promise<ProductsDeletePayload> {
  const { answer, userErrors } = await mutate(db, context, OPERATION, input, async (client) => {
    const { list, entries } = checkEntries(input);
    const faults = new EntryFaults(list);
    const locked = await lockForDeletion(client, entries);
    const productIds = entries.map((entry, index) => {
      const found = locked.find(({ id, handle }) => (typeof entry === 'number' ? id : handle) === entry);
      if (found === undefined)
        faults.add(index, null, 'NOT_FOUND', 'There is no such product: remove it from the list.');
      return found?.id ?? 0;
    });
    faults.throwIfAny();
    await lockPins(client, productIds);
    const skuIds = (await readSkus(client, productIds)).map(({ id }) => id);
    const expired = await lockExpiredHolds(client, skuIds);
    await lockSkus(client, productIds, [], 'delete', expired);
    const held = await lockStockForRemoval(client, skuIds, expired);
    for (const { productId, code, until } of held) {
      faults.add(productIds.indexOf(productId), null, 'IN_HOLD', heldMessage(code, until));
    }
    faults.throwIfAny();
    await deleteProducts(client, productIds);
    return { productIds };
  });
  return instantiate(ProductsDeletePayload, {
    deletedIds: (answer?.productIds ?? []).map((id) => toGlobalId('Product', id)),
    userErrors,
  });
}

/** The entries are handles or row ids. @throws EntryErrors */
function checkEntries({ handles, ids }: ProductsDeleteInput): {
  list: 'handles' | 'ids';
  entries: (string | number)[];
} {
  if ((handles == null) === (ids == null)) {
    const message = 'productsDelete takes exactly one of handles and ids.';
    throw new EntryErrors([userError('BAD_USER_INPUT', null, message)]);
  }
  const list = handles == null ? 'ids' : 'handles';
  const given = handles ?? ids ?? [];
  checkEntryCount(list, given);
  const faults = new EntryFaults(list);
  const seen = new Map<string | number, number>();
  const entries = given.map((text, index) => {
    const entry = list === 'handles' ? text : readKey('Product', text);
    // Postgres could not even search for it.
    const impossible = entry === null || text.includes('\0');
    if (impossible)
      faults.add(index, null, 'NOT_FOUND', 'There is no such product: remove it from the list.');
    const before = entry === null ? undefined : seen.get(entry);
    if (before !== undefined)
      faults.add(index, null, 'BAD_USER_INPUT', `The product is already in entry ${before}: send it once.`);
    else if (entry !== null) seen.set(entry, index);
    return entry ?? 0;
  });
  faults.throwIfAny();
  return { list, entries };
}
