import { RequestError } from '../errors.js';
import type { ChannelStores } from './loaders.js';
import type { StockLocation } from './location.types.js';

/** A location that serves the channel. @throws RequestError NOT_FOUND */
export async function requireLocation(
  { channel, locations }: ChannelStores,
  key: number,
): Promise<StockLocation> {
  const location = await locations.byKey.load(key);
  if (location !== null) return location;
  throw new RequestError(
    'NOT_FOUND',
    `No location with this id serves the channel "${channel.handle}": take one from SkuAvailability.locations, ` +
      'or name its channel with @inContext.',
  );
}
