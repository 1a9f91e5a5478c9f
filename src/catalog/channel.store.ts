import { LRUCache } from 'lru-cache';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { RequestError } from '../errors.js';
import { asKind, URGENT } from '../platform/connection-turns.js';
import { query, queryPrepared, type Database } from '../platform/postgres.js';
import { SharedWork } from '../platform/shared-work.js';
import { instantiate } from '../graph/node.js';
import { checkText } from '../graph/text.js';
import { Channel } from './channel.types.js';
import { languagesOf } from './used-languages.store.js';

const channelRow = z.object({
  key: z.number(),
  handle: z.string(),
  name: z.string(),
  language: z.string(),
  ownLanguages: z.array(z.string()),
  translatedLanguages: z.array(z.string()),
  currencyCode: z.string(),
  checkoutUrlTemplate: z.string().nullable(),
  holdUrlTemplate: z.string().nullable(),
  showsExactStock: z.boolean(),
  holdSeconds: z.number(),
  minHoldSeconds: z.number(),
  maxHoldSeconds: z.number(),
});

/** Channels are few and change rarely, and every request needs one. */
const CACHE_MS = 2_000;
const CACHE_SIZE = 1_000;
/** More than any shop has markets; a list without pages needs a limit. */
const MAX_CHANNELS = 1_000;

const CHANNELS = sql`SELECT channel.id AS key, channel.handle, channel.name, channel.language,
    ${languagesOf('products')} AS "ownLanguages", ${languagesOf('product_texts')} AS "translatedLanguages",
    price_list.currency AS "currencyCode",
    channel.checkout_url_template AS "checkoutUrlTemplate", channel.hold_url_template AS "holdUrlTemplate", channel.shows_exact_stock AS "showsExactStock",
    channel.hold_seconds AS "holdSeconds", channel.min_hold_seconds AS "minHoldSeconds", channel.max_hold_seconds AS "maxHoldSeconds"
  FROM channels channel JOIN price_lists price_list ON price_list.id = channel.price_list_id`;

/** Channels by handle, shared by all requests of a process. */
export class ChannelStore {
  readonly #cache = new LRUCache<string, Channel>({ max: CACHE_SIZE, ttl: CACHE_MS });
  /**
   * A thousand subscriptions that begin at once would otherwise take all connections for it. It is nobody's budget or place
   * in a queue that it fails for, so it fails for all.
   */
  readonly #finding = new SharedWork<Channel>(() => true);

  constructor(private readonly db: Database) {}

  /**
   * The channel with this handle; the default channel for null.
   * @throws RequestError UNKNOWN_CHANNEL that lists the available channels
   */
  async find(handle: string | null): Promise<Channel> {
    if (handle !== null) checkText('The channel', handle);
    const cacheKey = handle === null ? 'default' : `handle ${handle}`;
    return this.#cache.get(cacheKey) ?? this.#finding.get(cacheKey, () => this.#read(handle, cacheKey));
  }

  async #read(handle: string | null, cacheKey: string): Promise<Channel> {
    const statement = sql`/* channel.find */
      ${CHANNELS}
      WHERE CASE WHEN ${handle}::text IS NULL THEN channel.is_default ELSE channel.handle = ${handle} END`;
    // Holds need it, too.
    const [row] = await asKind(URGENT, () => queryPrepared(this.db, statement, channelRow));
    if (row === undefined) throw await this.#unknown(handle);
    const channel = instantiate(Channel, row);
    this.#cache.set(cacheKey, channel);
    return channel;
  }

  /**
   * Those with these handles, or all of them for an empty list: first that of requests that name none, which is the first
   * handle or the default channel, then by name.
   */
  async list(handles: readonly string[]): Promise<Channel[]> {
    const unnamed = handles[0] ?? null;
    const statement = sql`/* channel.list */ ${CHANNELS}
      WHERE ${handles.length === 0}::boolean OR channel.handle = ANY(${handles}::text[])
      ORDER BY CASE WHEN ${unnamed}::text IS NULL THEN channel.is_default ELSE channel.handle = ${unnamed} END DESC, channel.name, channel.id LIMIT ${MAX_CHANNELS}`;
    return (await queryPrepared(this.db, statement, channelRow)).map((row) => instantiate(Channel, row));
  }

  async #unknown(handle: string | null): Promise<RequestError> {
    const rows = await query(
      this.db,
      sql`/* channel.handles */ SELECT handle FROM channels ORDER BY handle LIMIT 20`,
      z.object({ handle: z.string() }),
    );
    if (rows.length === 0) {
      return new RequestError(
        'UNKNOWN_CHANNEL',
        'The catalog is empty: import a feed with `npx vitrine import FEED`.',
      );
    }
    const known = rows.map((row) => `"${row.handle}"`).join(', ');
    return new RequestError(
      'UNKNOWN_CHANNEL',
      handle === null
        ? `There is no default channel: name one with @inContext(channel:). The channels are ${known}.`
        : `There is no channel "${handle}": use one of ${known}.`,
    );
  }
}
