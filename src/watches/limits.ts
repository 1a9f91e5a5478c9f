/** Of a caller's own key: one with more makes them per user, and those should belong to shoppers with tokens. */
export const MAX_OF_KEY = 10_000;
/** Of a shopper, who reads what they are told; also in one subscription. */
export const MAX_OF_SHOPPER = 100;
/** Of a client without a key and a shopper: an IPv4 address, or the networks of one customer of IPv6. */
export const MAX_OF_NOBODY = 20;
/** Example vectors of these: a few looks. With boards, 20 watches would have 320. */
export const MAX_EXAMPLES_OF_NOBODY = 40;
/**
 * Bytes of all their filters, as they are stored: a few sizes, colors, and brands in each of 20. Whenever a product
 * changes, Postgres is asked for each different filter that it may pass; the longest ones take twenty times as long.
 */
export const MAX_FILTER_BYTES_OF_NOBODY = 10_000;
/** Of all watches: those of one product have no vectors, but conditions, of a kilobyte or less. */
const MAX_WATCHES = 100_000;
/** Example vectors of all watches: with 512 numbers each, 100 MB in the memory of each gateway. */
const MAX_EXAMPLES = 50_000;
/**
 * What may be watched: by all, and by one key with all its shoppers, or all callers without a key: as with designs, many
 * accounts in one shop leave room to the other keys.
 */
export const ROOM = {
  watches: { ofAll: MAX_WATCHES, ofKey: Math.floor(MAX_WATCHES / 3) },
  examples: { ofAll: MAX_EXAMPLES, ofKey: Math.floor(MAX_EXAMPLES / 3) },
};
/**
 * Products that one watch has ever matched, each with a row. What matches more is a list that is better read as one, and
 * nobody reads that many messages.
 */
export const MAX_MATCHED = 1_000;
/**
 * Events of one watch about one product within a day. The last unit of a size comes and goes a few times; who reserves it
 * and gives it back all day tells nobody more.
 */
export const MAX_TOLD_OF_PRODUCT_A_DAY = 24;
/** Events of one watch within a day: all that it may ever match, once. Events are kept for a season. */
export const MAX_TOLD_A_DAY = 1_000;
/** Without a threshold: would it be on the first page of the search in the whole catalog? Scales differ by image model. */
export const LIKE_THE_FIRST = 24;
export const MAX_TITLE_LENGTH = 200;
/** A season. */
export const DEFAULT_DAYS = 90;
export const MAX_DAYS = 365;
/** What nobody owns is not renewed or deleted either. */
export const MAX_DAYS_OF_NOBODY = 30;
