import type { ClientBase } from 'pg';
import { z } from 'zod';
import { type Caller, isNobody, ownerOf } from '../access/caller.js';
import { offered } from '../catalog/offers.js';
import { checkProductFilter, type ProductCondition } from '../catalog/product-filter.js';
import { AvailabilityFilter } from '../catalog/product-filter.types.js';
import { requireLocation } from '../catalog/require-location.js';
import { RequestError } from '../errors.js';
import { lineOf } from '../graph/line-of.js';
import { instantiate, readKey } from '../graph/node.js';
import type { Context } from '../graph/request-context.js';
import { checkText } from '../graph/text.js';
import { registerEncoder } from '../images/stored-image.store.js';
import { EntryErrors, userError } from '../mutation/entry-error.js';
import { mutatePrepared } from '../mutation/mutate.js';
import { toIndexFilter } from '../projection/index-filter.js';
import { checkMinScore } from '../search/order/rank-query.js';
import type { QueryVector } from '../search/query/query-vector.js';
import { examplesOf, toRequest } from '../vector-index/page.js';
import { type Asked, type IndexMatch, MATCH_ALL } from '../vector-index/port.js';
import { toWatch } from './find-watches.js';
import {
  DEFAULT_DAYS,
  LIKE_THE_FIRST,
  MAX_DAYS,
  MAX_DAYS_OF_NOBODY,
  MAX_EXAMPLES_OF_NOBODY,
  MAX_FILTER_BYTES_OF_NOBODY,
  MAX_MATCHED,
  MAX_OF_KEY,
  MAX_OF_NOBODY,
  MAX_OF_SHOPPER,
  MAX_TITLE_LENGTH,
  ROOM,
} from './limits.js';
import { readPassing } from './passing.store.js';
import type { WatchServices } from './watch-services.js';
import { countWatches, insertWatch, type NewWatch, readWatches, removeOfLargest } from './watch.store.js';
import { type WatchCreateInput, WatchPayload } from './watch.types.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** The stored answer of a call. */
const watchAnswer = z.object({ watch: z.string() });

const refuse = (path: readonly string[] | null, message: string): EntryErrors =>
  new EntryErrors([userError('BAD_USER_INPUT', path, message)]);

/** Creates a watch that the caller owns. What matches already is not told: a search shows it. */
export async function createWatch(
  services: WatchServices,
  context: Context,
  input: WatchCreateInput,
): Promise<WatchPayload> {
  const { db } = services;
  const owner = ownerOf(context.caller);
  const { answer, userErrors } = await mutatePrepared(
    db,
    context,
    { name: 'watchCreate', writes: 'watches', answer: watchAnswer },
    input,
    () => prepareWatch(services, context, input),
    async (client, watch) => {
      await findRoom(client, context, watch);
      return { watch: await insertWatch(client, watch) };
    },
  );
  const [row] = answer === null ? [] : await readWatches(db, [answer.watch], owner);
  return instantiate(WatchPayload, { watch: row === undefined ? null : toWatch(row), userErrors });
}

/**
 * Room for the watch. If all of a key's is taken, whoever has more of it gives way, so that no number of strangers can keep
 * others from having one.
 * @throws EntryErrors, RequestError SERVICE_OVERLOADED
 */
async function findRoom(client: ClientBase, { caller }: Context, watch: NewWatch): Promise<void> {
  const { key } = watch.owner;
  const { own, ofKey, all } = await countWatches(client, watch.line, key);
  const more = { watches: 1, examples: examplesIn(watch) };
  const most = mostOf(caller);
  if (own.watches >= most)
    throw refuse(null, `You already have ${most} watches: delete one with watchDelete first.`);
  if (isNobody(caller) && own.examples + more.examples > MAX_EXAMPLES_OF_NOBODY) {
    throw refuse(
      ['query'],
      `Your watches would have more than ${MAX_EXAMPLES_OF_NOBODY} example pictures: delete one with watchDelete, or watch for fewer.`,
    );
  }
  const filterBytes = own.filterBytes + Buffer.byteLength(JSON.stringify(watch.condition));
  if (isNobody(caller) && filterBytes > MAX_FILTER_BYTES_OF_NOBODY) {
    throw refuse(
      ['where'],
      `The filters of your watches would have more than ${MAX_FILTER_BYTES_OF_NOBODY} bytes: name fewer values, or delete a watch with watchDelete.`,
    );
  }
  for (const unit of ['watches', 'examples'] as const) {
    const room = ROOM[unit];
    const lacking = Math.max(ofKey[unit] - room.ofKey, all[unit] - room.ofAll) + more[unit];
    if (more[unit] === 0 || lacking <= 0) continue;
    const freed = await removeOfLargest(client, key, unit, { least: own[unit] + more[unit], lacking });
    if (freed < lacking) {
      throw new RequestError(
        'SERVICE_OVERLOADED',
        'There are as many watches as there can be: try again later.',
      );
    }
  }
}

const examplesIn = ({ subject }: NewWatch): number =>
  'look' in subject ? subject.look.toward.length + subject.look.away.length : 0;

function mostOf(caller: Caller): number {
  if (isNobody(caller)) return MAX_OF_NOBODY;
  return caller.shopper === null ? MAX_OF_KEY : MAX_OF_SHOPPER;
}

/** Resolves all that the watch names, and finds what matches already, before any row is locked. */
async function prepareWatch(
  services: WatchServices,
  context: Context,
  input: WatchCreateInput,
): Promise<NewWatch> {
  if ((input.query == null) === (input.product == null))
    throw refuse(null, 'A watch takes exactly one of query and product.');
  // Before anything is read: what changes from here on is compared again.
  const since = services.indexPosition();
  const stores = await context.inChannel();
  const { key: channelKey, currencyCode: currency } = stores.channel;
  const checked = checkProductFilter(input.where, currency);
  if (checked.availability === AvailabilityFilter.ANY) {
    throw refuse(
      ['where', 'availability'],
      'A watch tells of what can be bought: use SELLABLE, or SELLABLE_OR_BACKORDER.',
    );
  }
  if (checked.locationKey !== null) await requireLocation(stores, checked.locationKey);
  const condition = { ...checked, excludedKeys: [] };
  const common = {
    owner: ownerOf(context.caller),
    line: await lineOf(context, 'watches'),
    title: checkText('title', (input.title ?? '').trim(), MAX_TITLE_LENGTH),
    channelKey,
    currency,
    condition,
    since,
    expiresAt: expiryOf(context, input),
  };
  if (input.product != null) {
    const productKey = await findProduct(context, input);
    const passing = await readPassing(services.db, channelKey, condition, [productKey]);
    const matching = passing.map((match) => match.productKey);
    return { ...common, subject: { productKey }, excluded: [], matching };
  }
  return { ...common, ...(await prepareLook(services, context, input, checked)) };
}

async function findProduct(context: Context, { product, minScore }: WatchCreateInput): Promise<number> {
  if (minScore != null)
    throw refuse(['minScore'], 'minScore needs a query: a watch of one product has no likeness.');
  const key = readKey('Product', product ?? '');
  const { products } = await context.inChannel();
  const found = key === null ? null : await offered(context, await products.byKey.load(key));
  if (found !== null) return found.key;
  throw new EntryErrors([
    userError(
      'NOT_FOUND',
      ['product'],
      'No product of this channel has this id: pass the id of a product that the channel offers.',
    ),
  ]);
}

async function prepareLook(
  services: WatchServices,
  context: Context,
  { query, minScore = null }: WatchCreateInput,
  condition: ProductCondition,
): Promise<Pick<NewWatch, 'subject' | 'excluded' | 'matching'>> {
  const { loaders, caller, signal } = context;
  if ((query?.text ?? '') !== '')
    throw refuse(
      ['query', 'text'],
      'A watch compares pictures: leave out text, and say in where what must hold.',
    );
  checkMinScore(minScore);
  const resolved = await services.queryVectors.resolve(query ?? { like: [] }, {
    ...services,
    images: loaders.images,
    caller,
    signal,
  });
  const { asked, scale, products } = resolved;
  if (asked === null)
    throw refuse(['query'], 'like is empty: give at least one image, product, board, or style.');
  const excluded = [...new Set([...products, ...condition.excludedKeys])];
  const minCosine = minScore === null ? await usualCosine(services, asked, resolved) : minScore / scale;
  const { channel } = await context.inChannel();
  const filter = toIndexFilter({ ...condition, excludedKeys: [] }, channel.handle, excluded);
  const similar = (await ask(services, asked, filter, MAX_MATCHED + 1)).filter(
    ({ score }) => score >= minCosine,
  );
  if (similar.length > MAX_MATCHED) {
    throw refuse(
      ['minScore'],
      `More than ${MAX_MATCHED} products match already: raise minScore, or narrow where.`,
    );
  }
  const found = similar.map(({ productId }) => productId);
  const matching = await readPassing(services.db, channel.key, { ...condition, excludedKeys: [] }, found);
  const { positive, negative } = examplesOf(toRequest(asked));
  const encoderId = await registerEncoder(services.db, {
    id: services.encoderId,
    dimension: positive[0]?.length ?? 0,
  });
  return {
    subject: { look: { encoderId, toward: positive, away: negative, minCosine, scale } },
    excluded,
    matching: matching.map(({ productKey }) => productKey),
  };
}

/** As similar as the products on the first page of a search in the whole catalog are, whatever their stock. */
async function usualCosine(
  services: WatchServices,
  asked: Asked,
  { products }: Pick<QueryVector, 'products'>,
): Promise<number> {
  const first = await ask(services, asked, { ...MATCH_ALL, excludeProducts: products }, LIKE_THE_FIRST);
  const last = first.at(-1);
  if (last !== undefined) return last.score;
  throw refuse(['minScore'], 'The catalog has no other pictures to compare with: give minScore.');
}

async function ask(
  { index }: WatchServices,
  asked: Asked,
  filter: typeof MATCH_ALL,
  limit: number,
): Promise<readonly IndexMatch[]> {
  const [result] = await index.search([{ ...toRequest(asked), filter, limit }]);
  return result?.matches ?? [];
}

function expiryOf({ caller }: Context, { expiresAt }: WatchCreateInput): Date {
  const days = isNobody(caller) ? MAX_DAYS_OF_NOBODY : MAX_DAYS;
  const now = Date.now();
  if (expiresAt == null) return new Date(now + Math.min(DEFAULT_DAYS, days) * DAY_MS);
  if (expiresAt.getTime() > now && expiresAt.getTime() <= now + days * DAY_MS) return expiresAt;
  throw refuse(['expiresAt'], `expiresAt is in the future, and at most ${days} days from now.`);
}
