import { z } from 'zod';

/** Identifiers in a lookup. UCP asks for at least 10; agents that refresh a list send up to 50. */
export const MAX_IDS = 50;
/** Products in a page; larger limits are clamped. */
const MAX_LIMIT = 50;
const DEFAULT_LIMIT = 10;
/** The pictures of a search. */
const MAX_LIKE = 2;
/** As in `products(text:)`. */
const MAX_QUERY_CHARS = 200;
const MAX_OPTIONS = 10;
/** Longer than any id or code. */
const MAX_ID_CHARS = 1_000;
/** Longer than any of them has reason to be. */
const MAX_HINT_CHARS = 1_000;
/** Values of an option, and characters of all of them: as in GraphQL, which sees those of a search only. */
const MAX_VALUES = 50;
const MAX_VALUE_CHARS = 10_000;
/** Longer than any name or value of a catalog. */
const MAX_TEXT_CHARS = 1_000;
/** Each id that is none is a fault, which takes microseconds to describe; of more ids, their number is the only one. */
const MAX_COUNTED_IDS = 1_000;

const hint = (description: string) => z.string().max(MAX_HINT_CHARS).describe(description);

export const context = z
  .looseObject({
    address_country: hint('The country of the buyer, as ISO 3166 says it.'),
    address_region: hint('The state or province of the buyer.'),
    postal_code: hint('The postal code of the buyer.'),
    intent: hint('What the buyer is looking for, in words.'),
    language: hint('The language of titles and descriptions, as BCP 47 says it.'),
    currency: hint('The currency of price filters, in which prices are answered if a market has it.'),
  })
  .partial()
  .describe('Hints about the buyer. None of them is required.');

const text = z.string().max(MAX_TEXT_CHARS);

const minor = z.int().min(0);
const priceFilter = z.looseObject({
  min: minor.optional().describe('The lowest price, in minor units of context.currency.'),
  max: minor.optional().describe('The highest price, in minor units of context.currency.'),
});

const filters = z
  .looseObject({
    categories: z
      .array(text)
      .max(MAX_OPTIONS)
      .optional()
      .describe('Values of product categories; any of them.'),
    price: priceFilter.optional(),
    options: z
      .array(z.object({ name: text, values: z.array(text).min(1).max(MAX_VALUES) }))
      .max(MAX_OPTIONS)
      .refine(
        (options) => options.flatMap(({ values }) => values).join('').length <= MAX_VALUE_CHARS,
        `The values of options have more than ${MAX_VALUE_CHARS} characters: choose fewer.`,
      )
      .optional()
      .describe('Options that one variant must have, such as { "name": "size", "values": ["M"] }.'),
  })
  .describe('Conditions that one variant must meet, all of them.');
export type Filters = z.infer<typeof filters>;

const box = z
  .object({
    x: z.number(),
    y: z.number(),
    width: z.number(),
    height: z.number(),
  })
  .describe('A part of the picture, in fractions of its width and height.');

const like = z
  .looseObject({
    id: z.string().max(MAX_ID_CHARS).optional().describe('A product or a variant to find similar ones of.'),
    image: z
      .object({
        content_type: z.string().describe('image/jpeg, image/png, image/webp, …'),
        data: z.string().describe('The file in base64, at most 10 MB.'),
      })
      .optional(),
    image_url: z
      .string()
      .optional()
      .describe('An https address of a picture, on a host that the operator allows.'),
    box: box.optional(),
  })
  .refine(
    ({ id, image, image_url: url }) => [id, image, url].filter((one) => one !== undefined).length === 1,
    'Give exactly one of id, image, and image_url.',
  )
  .refine(
    ({ id, box: part }) => id === undefined || part === undefined,
    'A box is a part of a picture; it cannot be of an id.',
  );
export type Like = z.infer<typeof like>;

const pagination = z.looseObject({
  cursor: z.string().max(2_000).optional().describe('pagination.cursor of the page before.'),
  limit: z
    .int()
    .min(1)
    .default(DEFAULT_LIMIT)
    .transform((limit) => Math.min(limit, MAX_LIMIT)),
});

/** The query `*` is how clients ask for everything. */
const query = z
  .string()
  .transform((text) => (/^[\s*]*$/.test(text) ? null : text))
  .pipe(z.string().max(MAX_QUERY_CHARS).nullable());

export const searchRequest = z
  .looseObject({
    query: query.optional(),
    like: z
      .array(like)
      .min(1)
      .max(MAX_LIKE)
      .optional()
      .describe('What results should look like: one or two pictures or products.'),
    filters: filters.optional(),
    context: context.optional(),
    pagination: pagination.prefault({}),
  })
  .refine(
    ({ query: words, like: pictures, filters: conditions }) =>
      words !== undefined || pictures !== undefined || Object.keys(conditions ?? {}).length > 0,
    'Search for something: send query, like, or filters.',
  );
export type SearchRequest = z.infer<typeof searchRequest>;

export const lookupRequest = z.looseObject({
  ids: z
    .array(z.string().max(MAX_ID_CHARS))
    .min(1)
    .max(MAX_COUNTED_IDS)
    .describe(`Ids of products or variants, or SKU codes, at most ${MAX_IDS}.`),
  filters: filters.optional(),
  context: context.optional(),
});
export type LookupRequest = z.infer<typeof lookupRequest>;

const selected = z.looseObject({ name: text, label: text });
export const productRequest = z.looseObject({
  id: z.string().max(MAX_ID_CHARS).describe('The id of a product or a variant.'),
  selected: z.array(selected).max(MAX_OPTIONS).optional().describe('What the buyer has chosen so far.'),
  preferences: z
    .array(text)
    .max(MAX_OPTIONS)
    .optional()
    .describe('Names of options, the most important first.'),
  filters: filters.optional(),
  context: context.optional(),
});
export type ProductRequest = z.infer<typeof productRequest>;
