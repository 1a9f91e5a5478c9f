import { RequestError } from '../errors.js';
import type { Database } from '../platform/postgres.js';
import { transaction } from '../platform/postgres.js';
import { createMarket, listMarkets, setLanguage, type Market } from './market.store.js';

/** The channel that a feed is for, which may not exist yet. */
export interface MarketChoice {
  readonly handle: string;
  readonly currency: string;
}

const HANDLE = /^[a-z0-9][a-z0-9._/-]{0,254}$/;

/**
 * The channel for a feed in this currency: the requested one; else the default channel or the first one with the
 * currency; else a new one, named after the currency.
 *
 * @throws RequestError BAD_USER_INPUT the requested name is not valid for a channel
 */
export async function chooseMarket(
  db: Database,
  wanted: string | undefined,
  currency: string,
): Promise<MarketChoice> {
  const markets = await listMarkets(db);
  if (wanted !== undefined) {
    if (!HANDLE.test(wanted)) {
      throw new RequestError(
        'BAD_USER_INPUT',
        `${JSON.stringify(wanted)} cannot be the handle of a channel: use lowercase letters, digits, ".", "_", and "-".`,
      );
    }
    return markets.find(({ handle }) => handle === wanted) ?? { handle: wanted, currency };
  }
  const fitting = markets.filter((market) => market.currency === currency);
  const [first = { handle: currency.toLowerCase(), currency }] = fitting;
  return fitting.find(({ isDefault }) => isDefault) ?? first;
}

/**
 * The chosen channel, created if it does not exist, in this language unless that is null.
 * @throws RequestError it has no stock location
 */
export async function openMarket(
  db: Database,
  { handle, currency }: MarketChoice,
  language: string | null,
): Promise<Market & { locationId: number }> {
  const find = async (): Promise<Market | undefined> =>
    (await listMarkets(db)).find((market) => market.handle === handle);
  let market = await find();
  if (!market) {
    await transaction(db, (client) => createMarket(client, handle, currency));
    market = await find();
  }
  const locationId = market?.locationId ?? null;
  if (!market || locationId === null) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `The channel ${handle} has no stock location: add one, or import into another channel.`,
    );
  }
  if (language === null) return { ...market, locationId };
  await setLanguage(db, market.channelId, language);
  return { ...market, language, locationId };
}

/** The currency of an existing channel; null: it does not exist, or none was requested. */
export async function currencyOf(db: Database, handle: string | undefined): Promise<string | null> {
  if (handle === undefined) return null;
  return (await listMarkets(db)).find((market) => market.handle === handle)?.currency ?? null;
}

/** The price list of a channel; null: the channel does not exist. */
export async function priceListOf(db: Database, handle: string): Promise<number | null> {
  return (await listMarkets(db)).find((market) => market.handle === handle)?.priceListId ?? null;
}

/**
 * The requested channel, or the default one, or the first.
 *
 * @throws RequestError BAD_USER_INPUT there is no such channel
 */
export async function findMarket(db: Database, wanted: string | undefined): Promise<Market> {
  const markets = await listMarkets(db);
  const found =
    wanted === undefined
      ? (markets.find(({ isDefault }) => isDefault) ?? markets[0])
      : markets.find(({ handle }) => handle === wanted);
  if (found !== undefined) return found;
  throw new RequestError(
    'BAD_USER_INPUT',
    wanted === undefined
      ? 'There is no channel yet: import the product feed first.'
      : `There is no channel ${wanted}: import the product feed into it first.`,
  );
}
