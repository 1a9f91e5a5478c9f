import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { toGlobalId } from 'graphql-relay';
import { ChannelStore } from '../catalog/channel.store.js';
import { imageUrl } from '../images/image-url.js';
import { ImageFormat } from '../images/image.types.js';
import { snapshot, type Database } from '../platform/postgres.js';
import type { Progress } from '../platform/progress.js';
import { acp } from './acp.js';
import type { FeedFormat } from './feed-format.js';
import { google } from './google.js';
import { readMoment, readSellable } from './sellable.store.js';

/** The formats by name. */
export const FEED_FORMATS = { google, acp } as const satisfies Record<string, FeedFormat>;
export type FeedFormatName = keyof typeof FEED_FORMATS;

/** SKUs named for each reason. */
const SHOWN = 5;

/** What a feed holds. */
export interface ExportReport {
  /** Its handle. */
  readonly channel: string;
  /** Everything in the feed was sellable at this moment. */
  readonly asOf: Date;
  readonly products: number;
  readonly skus: number;
  /** By reason: how many sellable SKUs are not in the feed, and some of their codes. */
  readonly leftOut: ReadonlyMap<string, { readonly count: number; readonly codes: readonly string[] }>;
}

/**
 * Writes what a channel (null: the default one) can sell now, all as of one moment. `publicUrl` is where readers of the feed reach a gateway,
 * which serves the images.
 *
 * @throws RequestError UNKNOWN_CHANNEL, DatabaseUnavailable, the error of `output`, or the reason of `signal`
 */
export async function exportFeed(
  { db, progress }: { readonly db: Database; readonly progress: Progress },
  feed: { readonly format: FeedFormatName; readonly channel: string | null; readonly publicUrl: string },
  output: Writable,
  signal: AbortSignal,
): Promise<ExportReport> {
  const format: FeedFormat = FEED_FORMATS[feed.format];
  const count = { products: 0, skus: 0 };
  const leftOut = new Map<string, { count: number; codes: string[] }>();
  const channel = await new ChannelStore(db).find(feed.channel);
  return snapshot(db, async (client) => {
    const asOf = await readMoment(client);
    const lines = async function* (): AsyncGenerator<string> {
      yield format.head;
      for await (const product of readSellable(client, channel)) {
        let left = 0;
        const text = format.lines(
          product,
          ({ key }) => imageUrl(feed.publicUrl, toGlobalId('Image', key), { format: ImageFormat.JPEG }),
          (reason, code) => {
            left += 1;
            const known = leftOut.get(reason) ?? { count: 0, codes: [] };
            known.count += 1;
            if (known.codes.length < SHOWN) known.codes.push(code);
            leftOut.set(reason, known);
          },
        );
        const written = product.skus.length - left;
        count.skus += written;
        if (written > 0) count.products += 1;
        progress.advance();
        yield text;
      }
    };
    progress.start('Exporting products', null);
    await pipeline(Readable.from(lines()), output, { signal });
    return { channel: channel.handle, asOf, ...count, leftOut };
  });
}
