import { readFile } from 'node:fs/promises';
import { RequestError } from '../errors.js';
import { errorCode, errorMessage } from '../platform/operator-error.js';
import { transaction, type Database } from '../platform/postgres.js';
import { exponent } from '../graph/money.js';
import { type ChannelsFile, channelsFile } from './channels-file.schema.js';
import { readMarkets, writeChannels, writeLocations } from './channels-file.store.js';

/** Applies a channels file, if there is one. @throws RequestError with the faults of the file */
export async function applyChannelsFile(db: Database, path: string): Promise<void> {
  const file = await readChannelsFile(path);
  if (file === null) return;
  const markets = await readMarkets(db);
  for (const { handle: name, currency } of file.channels) {
    const list = markets.priceLists.get(name);
    if (list !== undefined && list !== currency) {
      throw bad(
        path,
        `The price list ${name} is in ${list}, not in ${currency}: give the channel a different handle.`,
      );
    }
    exponent(currency);
  }
  const known = new Set([...markets.locations, ...file.locations.map(({ handle: name }) => name)]);
  const unknown = file.channels.flatMap(({ locations }) => locations).find((name) => !known.has(name));
  if (unknown !== undefined) throw bad(path, `The location ${unknown} of a channel is not defined.`);
  await transaction(db, async (client) => {
    await writeLocations(client, file.locations);
    await writeChannels(client, file.channels);
  });
}

async function readChannelsFile(path: string): Promise<ChannelsFile | null> {
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

const bad = (path: string, message: string): RequestError =>
  new RequestError(
    'BAD_USER_INPUT',
    `${path} was read because it is next to the feed, but it is not valid: ${message} Correct it, or move it to another folder.`,
  );
