import type { Channel } from '../catalog/channel.types.js';
import type { ChannelStores } from '../catalog/loaders.js';
import { ownerOf } from '../access/caller.js';
import { readKey } from '../graph/node.js';
import type { GuestLimits } from '../config.js';
import type { Context } from '../graph/request-context.js';
import { checkPlace } from '../catalog/distance.js';
import { requireLocation } from '../catalog/require-location.js';
import { EntryErrors, EntryFaults, userError } from '../mutation/entry-error.js';
import { idempotencyConflict, keptAnswer, mutateAtOnce } from '../mutation/mutate.js';
import { type Guest, type Guests, WITH_KEY } from './guests.js';
import type { HoldServices } from './hold-services.js';
import { holdPayload } from './hold-payload.js';
import { insertHold, keptHold, type HoldOutcome, type HoldRequest } from './hold.store.js';
import type { HoldCreateInput, HoldPayload } from './hold.types.js';
import { checkSeconds } from './hold-seconds.js';

/** No shopper's basket has more lines. */
const MAX_LINES = 100;
/** More than anyone owns of anything, and far below where sums overflow. */
const MAX_QUANTITY = 1_000_000;

/** Holds stock for all lines of a basket, or for none. */
export async function createHold(
  { db, guests }: HoldServices,
  context: Context,
  input: HoldCreateInput,
): Promise<HoldPayload> {
  const stores = await context.inChannel();
  const { channel } = stores;
  return holdPayload(
    await mutateAtOnce(context, { name: 'holdCreate', channel: channel.handle }, input, async (call) => {
      let request: HoldRequest;
      try {
        request = await readRequest(guests, context, stores, input);
      } catch (refusal) {
        return keptAnswer(db, call, keptHold, refusal);
      }
      const outcome = await insertHold(db, request, call);
      throwIfNotHeld(outcome, channel, request.guest);
      if (!('isRepeated' in outcome)) context.meter.holdsChanged('created', 1);
      return outcome;
    }),
  );
}

/** @throws EntryErrors, RequestError BAD_USER_INPUT */
async function readRequest(
  guests: Guests,
  context: Context,
  stores: ChannelStores,
  input: HoldCreateInput,
): Promise<HoldRequest> {
  const lines = await readLines(guests, context, stores, input);
  return { ...lines, seconds: checkSeconds(input.seconds ?? null, stores.channel, lines.guest) };
}

/**
 * What lines of a new hold, or other lines of a hold, ask for.
 * @throws EntryErrors, RequestError BAD_USER_INPUT
 */
export async function readLines(
  guests: Guests,
  context: Context,
  stores: ChannelStores,
  input: Pick<HoldCreateInput, 'lines' | 'near' | 'location'>,
): Promise<Omit<HoldRequest, 'seconds'>> {
  const { channel } = stores;
  const { near = null } = input;
  const guest = await guests.of(context.caller, context.clientAddress);
  const lines = checkLines(input);
  if (guest !== null) checkGuestLines(lines, guest.limits);
  if (near !== null) checkPlace(near);
  const locationKey = input.location == null ? null : readLocation(input.location);
  if (locationKey !== null) await requireLocation(stores, locationKey);
  return {
    channelKey: channel.key,
    owner: ownerOf(context.caller),
    skuKeys: lines.map(({ skuKey }) => skuKey),
    quantities: lines.map(({ quantity }) => quantity),
    backorder: lines.map(({ backorder }) => backorder),
    locationKey,
    near,
    guest,
  };
}

interface CheckedLine {
  readonly skuKey: number;
  readonly quantity: number;
  readonly backorder: boolean;
}

function checkLines({ lines }: Pick<HoldCreateInput, 'lines'>): CheckedLine[] {
  const refuse = (message: string): EntryErrors =>
    new EntryErrors([userError('BAD_USER_INPUT', ['lines'], message)]);
  if (lines.length === 0) throw refuse('lines is empty: send at least one line.');
  if (lines.length > MAX_LINES) {
    throw refuse(`${lines.length} lines are too many: hold at most ${MAX_LINES} SKUs at a time.`);
  }
  const faults = new EntryFaults('lines');
  const seen = new Map<number, number>();
  const checked = lines.map(({ sku, quantity: given, backorder }, index) => {
    const quantity = given ?? 1;
    const skuKey = readKey('Sku', sku);
    if (skuKey === null)
      faults.add(index, 'sku', 'BAD_USER_INPUT', 'sku is not the id of an Sku: pass Sku.id.');
    else if (seen.has(skuKey)) {
      faults.add(
        index,
        'sku',
        'BAD_USER_INPUT',
        `The SKU is already in line ${seen.get(skuKey) ?? 0}: add up the quantities.`,
      );
    } else seen.set(skuKey, index);
    if (quantity < 1 || quantity > MAX_QUANTITY) {
      faults.add(
        index,
        'quantity',
        'BAD_USER_INPUT',
        `quantity is ${quantity}: it must be from 1 to ${MAX_QUANTITY}.`,
      );
    }
    return { skuKey: skuKey ?? 0, quantity, backorder: backorder ?? false };
  });
  faults.throwIfAny();
  return checked;
}

/** @throws EntryErrors HOLD_LIMIT */
function checkGuestLines(lines: readonly { quantity: number }[], limits: GuestLimits): void {
  const refuse = (what: string): EntryErrors =>
    new EntryErrors([userError('HOLD_LIMIT', ['lines'], `${what}, or ${WITH_KEY}.`)]);
  if (lines.length > limits.lines) {
    throw refuse(
      `${lines.length} lines are too many without an API key: hold at most ${limits.lines} SKUs at a time`,
    );
  }
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  if (units > limits.units) {
    throw refuse(
      `${units} units are too many without an API key: hold at most ${limits.units} units at a time, over all lines`,
    );
  }
}

function readLocation(id: string): number {
  const key = readKey('StockLocation', id);
  if (key !== null) return key;
  throw new EntryErrors([
    userError(
      'BAD_USER_INPUT',
      ['location'],
      'location is not the id of a StockLocation: take one from SkuAvailability.locations.',
    ),
  ]);
}

/** @throws EntryErrors for the key, or for the lines that cannot be held */
export function throwIfNotHeld(outcome: HoldOutcome, channel: Channel, guest: Guest | null): void {
  if ('conflict' in outcome) throw idempotencyConflict();
  if ('tooManyHolds' in outcome) {
    throw new EntryErrors([
      userError(
        'HOLD_LIMIT',
        null,
        `Your address already has the maximum number of holds without an API key: release one, wait until one expires, or ${WITH_KEY}.`,
      ),
    ]);
  }
  if ('tooManyUnits' in outcome) {
    const most = guest?.limits.activeUnits ?? 0;
    throw new EntryErrors([
      userError(
        'HOLD_LIMIT',
        ['lines'],
        `Your address can have at most ${most} units in all its holds without an API key, and has ${outcome.tooManyUnits}: ` +
          `ask for fewer, release a hold, wait until one expires, or ${WITH_KEY}.`,
      ),
    ]);
  }
  const faults = new EntryFaults('lines');
  if ('missing' in outcome) {
    for (const line of outcome.missing) {
      faults.add(
        line,
        'sku',
        'NOT_FOUND',
        `The channel "${channel.handle}" does not offer this SKU: remove the line.`,
      );
    }
  }
  if ('short' in outcome) {
    for (const { line, sellable } of outcome.short) {
      faults.add(line, 'quantity', 'INSUFFICIENT_STOCK', ...shortage(sellable, channel));
    }
    for (const { line, room, own } of outcome.limited)
      faults.add(line, 'quantity', 'HOLD_LIMIT', (own ? ownLimit : limit)(room, channel));
  }
  faults.throwIfAny();
}

/** The message for a line that has enough stock, but not enough that guests may hold. */
function limit(room: number, { showsExactStock }: Channel): string {
  if (room === 0) {
    return `Other guests are holding all units that can be held without an API key: try again when their holds end, or ${WITH_KEY}.`;
  }
  return showsExactStock
    ? `Only ${room} can be held without an API key: ask for at most ${room}, or ${WITH_KEY}.`
    : `Fewer can be held without an API key: ask for fewer, or ${WITH_KEY}.`;
}

/** The message for a line that other guests may hold, but not this client. */
function ownLimit(room: number, { showsExactStock }: Channel): string {
  const rule = 'One address can hold at most half of what can be held without an API key';
  if (room === 0)
    return `${rule}, and yours holds that: release a hold, wait until one expires, or ${WITH_KEY}.`;
  return showsExactStock
    ? `${rule}, which leaves ${room} for yours: ask for at most ${room}, or ${WITH_KEY}.`
    : `${rule}: ask for fewer, or ${WITH_KEY}.`;
}

/** The message for a line with too little stock, and the quantity to show with it. */
export function shortage(
  sellable: number,
  { showsExactStock }: Channel,
): [message: string, shown: number | null] {
  if (sellable === 0) return ['It is sold out: remove the line.', 0];
  if (!showsExactStock) return ['Not enough units are available: ask for fewer.', null];
  return [`Only ${sellable} can be sold: ask for at most ${sellable}.`, sellable];
}
