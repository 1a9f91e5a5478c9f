import { z } from 'zod';
import { LANGUAGE_FORM, parseLanguage } from '../platform/language-tag.js';

const handle = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._/-]{0,254}$/, 'must be lowercase letters, digits, ".", "_", and "-"');

const location = z.strictObject({
  handle,
  name: z.string().min(1),
  /** ISO 3166-1 alpha-2. */
  countryCode: z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters, like DE'),
  latitude: z.number().min(-90).max(90).nullable().default(null),
  longitude: z.number().min(-180).max(180).nullable().default(null),
  /** Whether shoppers can pick up orders there. */
  pickup: z.boolean().default(false),
});

/** A week; while a hold is active, nobody else can buy its stock. */
const MAX_HOLD_SECONDS = 604_800;

const channel = z
  .strictObject({
    handle,
    name: z.string().min(1),
    currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code, like EUR'),
    /** Of the texts that its feed brings. Null: unchanged, and English for a new channel. */
    language: z
      .string()
      .refine((text) => parseLanguage(text) !== null, { error: LANGUAGE_FORM })
      .transform(parseLanguage)
      .nullable()
      .default(null),
    /** At most one channel may be the default; an existing default channel stays the default. */
    default: z.boolean().default(false),
    /** Handles of the locations that serve it. */
    locations: z.array(handle).min(1),
    checkoutUrlTemplate: z
      .string()
      .includes('{sku}', { error: 'must contain {sku}' })
      .nullable()
      .default(null),
    /** {hold}: the hold's id; {lines}: its SKUs with their quantities, as in A1:2,B7:1. */
    holdUrlTemplate: z
      .string()
      .regex(/\{(hold|lines)\}/, 'must contain {hold} or {lines}')
      .nullable()
      .default(null),
    showsExactStock: z.boolean().default(true),
    lowStockThreshold: z.int().min(0).default(3),
    /** How long stock is held by default, and the limits on what a caller may choose; in seconds. */
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
 * `channels.json` next to a feed: the shop's stock locations and channels, `{ "locations": [], "channels": [] }`.
 * Each channel has a price list with the same handle. Entities that the file does not name are unchanged.
 */
export const channelsFile = z.strictObject({ locations: z.array(location), channels: z.array(channel) });

export type ChannelsFile = z.infer<typeof channelsFile>;
export type FileLocation = z.infer<typeof location>;
export type FileChannel = z.infer<typeof channel>;
