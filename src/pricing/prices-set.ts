import type { ClientBase } from 'pg';
import { z } from 'zod';
import { requireChannel } from '../access/caller.js';
import { checkText } from '../graph/text.js';
import { keepSkus } from '../catalog/write/sku.store.js';
import type { Context } from '../graph/request-context.js';
import { checkEntryCount } from '../mutation/entries.js';
import { EntryErrors, EntryFaults, userError } from '../mutation/entry-error.js';
import { mutate, type Outcome } from '../mutation/mutate.js';
import type { Database } from '../platform/postgres.js';
import { parseAmount } from '../graph/money.js';
import {
  findPriceList,
  findSkuKeys,
  lockPriceLists,
  replaceSpans,
  type PriceList,
  type PriceSpan,
} from './price.store.js';
import type { PriceSetEntryInput, PricesSetInput } from './prices.types.js';

/** The distinct SKUs of the entries. */
const pricesAnswer = z.object({ skuKeys: z.array(z.number()) });

export type PricesAnswer = z.infer<typeof pricesAnswer>;

/** Sets prices of up to MAX_ENTRIES SKUs, all or none. @throws RequestError FORBIDDEN, the operation's UNKNOWN_CHANNEL */
export async function pricesSet(
  db: Database,
  context: Context,
  input: PricesSetInput,
): Promise<Outcome<PricesAnswer>> {
  const { entries, idempotencyKey = null } = input;
  const channel = input.channel ?? (await context.inChannel()).channel.handle;
  requireChannel(context.caller, channel);
  const call = { channel, entries, idempotencyKey };
  return mutate(
    db,
    context,
    { name: 'pricesSet', writes: 'prices', answer: pricesAnswer },
    call,
    async (client) => {
      checkEntryCount('entries', entries);
      const list = await requirePriceList(client, channel);
      const spans = await readSpans(client, entries, list);
      const skuKeys = [...new Set(spans.map(({ skuKey }) => skuKey))];
      await lockPriceLists(client, [list.key]);
      await keepSkus(client, skuKeys);
      await replaceSpans(client, list.key, spans);
      return { skuKeys };
    },
  );
}

async function requirePriceList(client: ClientBase, channel: string): Promise<PriceList> {
  const list = channel.includes('\0') ? null : await findPriceList(client, channel);
  if (list !== null) return list;
  const message = `There is no channel ${JSON.stringify(channel)}: use the handle of a channel.`;
  throw new EntryErrors([userError('NOT_FOUND', ['channel'], message)]);
}

/** Resolves the entries. @throws EntryErrors with all of their faults */
async function readSpans(
  client: ClientBase,
  entries: readonly PriceSetEntryInput[],
  { currency }: PriceList,
): Promise<PriceSpan[]> {
  const faults = new EntryFaults('entries');
  const codes = entries.map(({ sku }, index) => faults.attempt(index, 'sku', () => checkText('sku', sku)));
  const keys = await findSkuKeys(
    client,
    codes.filter((code) => code !== null),
  );
  const spans = entries.map((entry, index): PriceSpan => {
    const { sku, validFrom: from = null, validUntil: until = null } = entry;
    const skuKey = keys.get(sku) ?? 0;
    if (skuKey === 0 && codes[index] !== null) {
      const message = `There is no SKU "${sku}": name one by the merchant’s code.`;
      faults.add(index, 'sku', 'NOT_FOUND', message);
    }
    if (from !== null && until !== null && from >= until) {
      const message = 'The period ends before it begins: validUntil must be after validFrom.';
      faults.add(index, 'validUntil', 'BAD_USER_INPUT', message);
    }
    return { skuKey, from, until, ...readAmounts(entry, index, currency, faults) };
  });
  refuseOverlaps(spans, faults);
  faults.throwIfAny();
  return spans;
}

function readAmounts(
  entry: PriceSetEntryInput,
  index: number,
  currency: string,
  faults: EntryFaults,
): Pick<PriceSpan, 'amount' | 'compareAt'> {
  const { compareAtAmount = null } = entry;
  if (entry.currencyCode !== currency) {
    const message = `The prices of this channel are in ${currency}: send them in this currency.`;
    faults.add(index, 'currencyCode', 'BAD_USER_INPUT', message);
  }
  const amount = faults.attempt(index, 'amount', () => parseAmount(entry.amount, currency));
  const compareAt =
    compareAtAmount === null
      ? null
      : faults.attempt(index, 'compareAtAmount', () => parseAmount(compareAtAmount, currency));
  if (amount !== null && compareAt !== null && compareAt <= amount) {
    const message = 'compareAtAmount is not above amount: omit it if there is no sale.';
    faults.add(index, 'compareAtAmount', 'BAD_USER_INPUT', message);
  }
  return { amount: amount ?? 0, compareAt };
}

function refuseOverlaps(spans: readonly PriceSpan[], faults: EntryFaults): void {
  for (const [index, span] of spans.entries()) {
    const before = spans.findIndex((other) => other.skuKey === span.skuKey && overlap(other, span));
    if (span.skuKey === 0 || before >= index) continue;
    const message = `Entry ${before} is for the same SKU and an overlapping period: remove one of them.`;
    faults.add(index, 'sku', 'BAD_USER_INPUT', message);
  }
}

const overlap = (a: PriceSpan, b: PriceSpan): boolean =>
  (a.from === null || b.until === null || a.from < b.until) &&
  (b.from === null || a.until === null || b.from < a.until);
