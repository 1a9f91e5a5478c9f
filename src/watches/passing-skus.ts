import type { Sku } from '../catalog/sku.types.js';
import { RequestError } from '../errors.js';
import type { Context } from '../graph/request-context.js';
import { lookUpPerRequest } from '../graph/request-loader.js';
import type { Queryable } from '../platform/postgres.js';
import { watchByUuid } from './find-watches.js';
import { readPassing } from './passing.store.js';
import { storedCondition } from './stored-condition.js';
import type { WatchEvent } from './watch.types.js';

/** The SKUs of an event's product that meet the filter of its watch now. @throws RequestError BAD_USER_INPUT */
export async function passingSkus(
  db: Queryable,
  context: Context,
  { watchUuid, productKey }: Pick<WatchEvent, 'watchUuid' | 'productKey'>,
): Promise<readonly Sku[]> {
  const [watch, { channel, skus }] = await Promise.all([
    watchByUuid(db, context, watchUuid),
    context.inChannel(),
  ]);
  if (watch === null) return [];
  if (watch.channelKey !== channel.key) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `The watch is for the channel ${JSON.stringify(watch.channel)}, and this request for "${channel.handle}": ` +
        'name its channel with @inContext.',
    );
  }
  const keys = (await passing(db, context, pairOf(watchUuid, productKey))) ?? [];
  const found = await skus.byKey.loadMany(keys);
  return found.flatMap((sku) => (sku === null || sku instanceof Error ? [] : [sku]));
}

const pairOf = (watchUuid: string, productKey: number): string => `${watchUuid} ${productKey}`;

/** All events of a watch in one statement. */
const passing = lookUpPerRequest(async (db, context, pairs: readonly string[]) => {
  const byWatch = new Map<string, number[]>();
  for (const pair of pairs) {
    const [watchUuid = '', productKey] = pair.split(' ');
    byWatch.set(watchUuid, [...(byWatch.get(watchUuid) ?? []), Number(productKey)]);
  }
  const found = await Promise.all(
    [...byWatch].map(async ([watchUuid, productKeys]) => {
      const watch = await watchByUuid(db, context, watchUuid);
      if (watch === null) return [];
      const condition = storedCondition.parse(watch.condition);
      const rows = await readPassing(db, watch.channelKey, condition, productKeys);
      return rows.map(({ productKey, skuKeys }) => [pairOf(watchUuid, productKey), skuKeys] as const);
    }),
  );
  return new Map(found.flat());
});
