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

/** What `tell_webhooks_of_design` in the migrations stores of a design job. */
const designData = z.object({
  job: z.string(),
  apiKey: z.string().nullable(),
  engine: z.string(),
  error: z.string().nullable(),
  createdAt: z.iso.datetime({ offset: true }),
  designs: z.array(
    z.object({
      design: z.string(),
      image: z.string(),
      similarity: z.number(),
      likeness: z.number().nullable(),
      garment: z.record(z.string(), z.unknown()).nullable(),
    }),
  ),
});

/** What `tell_webhooks_of_match` in the migrations stores of an event of a watch. */
const watchData = z.object({
  watch: z.string(),
  title: z.string(),
  event: z.string(),
  channel: z.string().nullable(),
  apiKey: z.string().nullable(),
  product: z.number(),
  handle: z.string().nullable(),
  score: z.number().nullable(),
  amount: z.number(),
  currency: z.string(),
});

const storedMessage = z.object({
  type: z.string(),
  at: z.date(),
  data: z.union([holdData, designData, watchData]),
});

/** A message as it is stored. Whether it can be read shows when its body is made, so that none blocks a queue. */
export type StoredMessage = Readonly<Record<keyof z.infer<typeof storedMessage>, unknown>>;

/**
 * The JSON that is sent, the same for every try: ids, amounts, and names as in the GraphQL API.
 * @throws when the stored data cannot be read
 */
export function messageBody(message: StoredMessage): string {
  const { type, at, data } = storedMessage.parse(message);
  if ('job' in data) return designBody(type, at, data);
  if ('watch' in data) return watchBody(type, at, data);
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

function designBody(type: string, at: Date, data: z.infer<typeof designData>): string {
  const { job, apiKey, engine, error, createdAt, designs } = data;
  return envelope(type, at, {
    job: toGlobalId('DesignJob', job),
    apiKey,
    engine,
    error,
    createdAt: new Date(createdAt).toISOString(),
    designs: designs.map(({ design, image, similarity, likeness, garment }) => ({
      design: toGlobalId('Design', design),
      image: toGlobalId('Upload', image),
      similarity,
      novelty: likeness === null ? null : 1 - likeness,
      garment,
    })),
  });
}

const watchBody = (
  type: string,
  at: Date,
  { watch, event, product, amount, currency, ...data }: z.infer<typeof watchData>,
): string =>
  envelope(type, at, {
    watch: toGlobalId('Watch', watch),
    event: toGlobalId('WatchEvent', event),
    product: toGlobalId('Product', product),
    price: { amount: formatAmount(amount, currency), currencyCode: currency },
    ...data,
  });

/** The id of a message as receivers get it. */
export const messageId = (uuid: string): string => `msg_${uuid}`;

/** The body of the message that `vitrine webhooks test` sends. */
export const testBody = (name: string, at: Date): string => envelope('webhook.test', at, { webhook: name });

const envelope = (type: string, at: Date, data: object): string =>
  JSON.stringify({ type, timestamp: at.toISOString(), data });
