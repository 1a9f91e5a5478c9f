import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { formatAmount } from '../graph/money.js';

/** What `webhook_data` in the migrations stores of a hold. */
const holdData = z.object({
  hold: z.string(),
  channel: z.string().nullable(),
  apiKey: z.string().nullable(),
  createdAt: z.iso.datetime({ offset: true }),
  expiresAt: z.iso.datetime({ offset: true }),
  currency: z.string(),
  lines: z
    .array(
      z.object({
        sku: z.number(),
        code: z.string().nullable(),
        location: z.string().nullable(),
        quantity: z.number(),
        amount: z.number(),
        // Messages from before there were promised units have neither.
        promised: z.boolean().default(false),
        expectedAt: z.iso.datetime({ offset: true }).nullable().default(null),
      }),
    )
    .min(1),
});

const storedMessage = z.object({ type: z.string(), at: z.date(), data: holdData });

/** A message as it is stored. Whether it can be read shows when its body is made, so that none blocks a queue. */
export type StoredMessage = Readonly<Record<keyof z.infer<typeof storedMessage>, unknown>>;

/**
 * The JSON that is sent, the same for every try: ids, amounts, and names as in the GraphQL API.
 * @throws when the stored data cannot be read
 */
export function messageBody(message: StoredMessage): string {
  const { type, at, data } = storedMessage.parse(message);
  const { hold, channel, apiKey, createdAt, expiresAt, currency, lines } = data;
  const price = (minor: number | bigint): { amount: string; currencyCode: string } => ({
    amount: formatAmount(minor, currency),
    currencyCode: currency,
  });
  return envelope(type, at, {
    hold: toGlobalId('Hold', hold),
    channel,
    apiKey,
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    total: price(lines.reduce((sum, line) => sum + BigInt(line.amount) * BigInt(line.quantity), 0n)),
    lines: lines.map(({ sku, code, location, quantity, amount, promised, expectedAt }) => ({
      sku: toGlobalId('Sku', sku),
      code,
      quantity,
      unitPrice: price(amount),
      location,
      promised,
      expectedAt: expectedAt === null ? null : new Date(expectedAt).toISOString(),
    })),
  });
}

/** The id of a message as receivers get it. */
export const messageId = (uuid: string): string => `msg_${uuid}`;

/** The body of the message that `vitrine webhooks test` sends. */
export const testBody = (name: string, at: Date): string => envelope('webhook.test', at, { webhook: name });

const envelope = (type: string, at: Date, data: object): string =>
  JSON.stringify({ type, timestamp: at.toISOString(), data });
