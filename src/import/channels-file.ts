import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { UserError } from '../errors.js';
import { errorCode, errorMessage } from '../platform/operator-error.js';
import { transaction, type Database } from '../platform/postgres.js';
import { exponent } from '../graph/money.js';
import { readMarkets, writeChannels, writeLocations } from './channels-file.store.js';

const handle = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._/-]{0,254}$/, 'must be lower-case letters, digits, ".", "_" and "-"');

const location = z.strictObject({
  handle,
  name: z.string().min(1),
  /** ISO 3166-1 alpha-2. */
  countryCode: z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters, like DE'),
  latitude: z.number().min(-90).max(90).nullable().default(null),
  longitude: z.number().min(-180).max(180).nullable().default(null),
  /** Whether shoppers can collect there. */
  pickup: z.boolean().default(false),
});

/** A week: what is held is kept from everybody else. */
const MAX_HOLD_SECONDS = 604_800;

const channel = z
  .strictObject({
    handle,
    name: z.string().min(1),
    currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code, like EUR'),
    /** One channel may be the default; another that is it already stays it. */
    default: z.boolean().default(false),
    /** Handles of the locations that serve it. */
    locations: z.array(handle).min(1),
    checkoutUrlTemplate: z
      .string()
      .includes('{sku}', { error: 'must have {sku} in it' })
      .nullable()
      .default(null),
    showsExactStock: z.boolean().default(true),
    lowStockThreshold: z.int().min(0).default(3),
    /** For how long stock is held unless the caller says so, and between what bounds he may; seconds. */
    holdSeconds: z.int().default(600),
    minHoldSeconds: z.int().min(1).default(1),
    maxHoldSeconds: z.int().max(MAX_HOLD_SECONDS).default(3_600),
  })
  .refine(
    ({ minHoldSeconds, holdSeconds, maxHoldSeconds }) =>
      minHoldSeconds <= holdSeconds && holdSeconds <= maxHoldSeconds,
    'holdSeconds must be between minHoldSeconds and maxHoldSeconds',
  );

/**
 * `channels.json` beside a feed: the stock locations and channels of the shop, `{ "locations": [], "channels": [] }`.
 * A channel has a price list of its own handle. What the file does not name is left alone.
 */
const channelsFile = z.strictObject({ locations: z.array(location), channels: z.array(channel) });

export type FileLocation = z.infer<typeof location>;
export type FileChannel = z.infer<typeof channel>;

/** Applies a channels file, where there is one. @throws UserError naming what is wrong with it */
export async function applyChannelsFile(db: Database, path: string): Promise<void> {
  const file = await readChannelsFile(path);
  if (file === null) return;
  const markets = await readMarkets(db);
  for (const { handle: name, currency } of file.channels) {
    const list = markets.priceLists.get(name);
    if (list !== undefined && list !== currency) {
      throw bad(
        path,
        `The price list ${name} is in ${list}, not in ${currency}: give the channel another handle.`,
      );
    }
    exponent(currency);
  }
  const known = new Set([...markets.locations, ...file.locations.map(({ handle: name }) => name)]);
  const unknown = file.channels.flatMap(({ locations }) => locations).find((name) => !known.has(name));
  if (unknown !== undefined) throw bad(path, `A channel is served by ${unknown}, which is no location.`);
  await transaction(db, async (client) => {
    await writeLocations(client, file.locations);
    await writeChannels(client, file.channels);
  });
}

async function readChannelsFile(path: string): Promise<z.infer<typeof channelsFile> | null> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw bad(path, errorMessage(error));
  }
  const parsed = channelsFile.safeParse(content);
  if (parsed.success) return parsed.data;
  throw bad(path, parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
}

const bad = (path: string, message: string): UserError =>
  new UserError(
    'BAD_USER_INPUT',
    `${path} is read because it stands beside the feed, and can't be used: ${message} Correct it, or move it away.`,
  );
