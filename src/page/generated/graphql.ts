/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Matches products that have an attribute with one of these values. Case-insensitive. */
export type AttributeFilter = {
  /** The name of the attribute, for example "material". */
  name: string;
  /** The accepted values, at most 50. Empty: no condition. */
  values: Array<string>;
};

/** Which SKUs pass a filter, by their availability in the channel. */
export type AvailabilityFilter =
  /** All SKUs, whatever their stock. */
  | 'ANY'
  /** SKUs that can be bought now. */
  | 'SELLABLE'
  /** SKUs that can be bought now, or ordered for later delivery; `quantity` may be met by both together. */
  | 'SELLABLE_OR_BACKORDER';

/** A board to create. */
export type BoardCreateInput = {
  /** A unique key for this call, from 1 to 255 characters. When a call is repeated with the same key and input within 24 hours, it changes nothing and returns the same result. Each API key, and each shopper of it, has its own keys; callers without either share theirs, and of these only the newest 200,000 are kept: use a UUID and keep it secret. Null: every call is executed. */
  idempotencyKey?: string | null | undefined;
  /** The title, from 1 to 200 characters. */
  title: string;
};

/** A part of an image, in fractions of the width and height of the upright image. It must lie within the image. */
export type BoxInput = {
  /** The height as a fraction of the height of the image, from 0 to 1. */
  height: number;
  /** The width as a fraction of the width of the image, from 0 to 1. */
  width: number;
  /** The left edge as a fraction of the width of the image, from 0 to 1. */
  x: number;
  /** The top edge as a fraction of the height of the image, from 0 to 1. */
  y: number;
};

/** How exact a count is. */
export type CountPrecision =
  /** There are at least this many; counting stopped there. */
  | 'AT_LEAST'
  /** It is the exact number. */
  | 'EXACT';

/** A price range in the currency of the channel. Both ends are inclusive. An end that is finer than the currency is rounded outward, so that no price within the range is left out. */
export type DecimalRangeInput = {
  /** The highest price in major units, for example "129.90". Null: no upper limit. */
  max?: string | null | undefined;
  /** The lowest price in major units, for example "50". Null: no lower limit. */
  min?: string | null | undefined;
};

/** A job to cancel. */
export type DesignCancelInput = {
  /** A unique key for this call, from 1 to 255 characters. When a call is repeated with the same key and input within 24 hours, it changes nothing and returns the same result. Each API key, and each shopper of it, has its own keys; callers without either share theirs, and of these only the newest 200,000 are kept: use a UUID and keep it secret. Null: every call is executed. */
  idempotencyKey?: string | null | undefined;
  /** The id of the job. */
  job: string | number;
};

/** What every design must be like. A kind of garment that cannot have what a list names, such as the neckline of trousers, is not designed. A list that is null or empty allows everything. */
export type DesignConstraintsInput = {
  /** The only colors of the fabric, as "#rrggbb", at most 8. With one color, the fabric has no pattern. */
  colors?: Array<string> | null | undefined;
  /** The lengths that garments may have, for example "midi". */
  lengths?: Array<string> | null | undefined;
  /** The fabrics that garments may have: cotton, linen, viscose, satin, denim, corduroy, knit, cable knit, wool, fleece, tweed, velvet, leather, suede, nylon, canvas. */
  materials?: Array<string> | null | undefined;
  /** The highest estimated price in the currency of the channel; see Design.estimatedPrice. Null: any. */
  maxPrice?: string | null | undefined;
  /** The necklines and collars that garments may have, for example "v-neck". */
  necklines?: Array<string> | null | undefined;
  /** The patterns that garments may have: solid, stripe, pinstripe, check, gingham, windowpane, polka dot, floral, herringbone, houndstooth, argyle, camouflage, colorblock, leopard, fair isle. */
  patterns?: Array<string> | null | undefined;
  /** The cuts that garments may have, for example "oversized". */
  silhouettes?: Array<string> | null | undefined;
  /** The sleeves that garments may have, for example "long". */
  sleeves?: Array<string> | null | undefined;
  /** The kinds of garments to design: t-shirt, tank top, shirt, polo, sweater, sweatshirt, hoodie, cardigan, blazer, coat, denim jacket, bomber jacket, puffer jacket, dress, skirt, trousers, jeans, shorts, sneaker, boot, loafer, tote bag, handbag, backpack, beanie, cap, scarf. */
  types?: Array<string> | null | undefined;
};

/** What to design: exactly one of `board` and `query`. */
export type DesignCreateInput = {
  /** The id of a board that you may see. Null when you pass a query. */
  board?: string | number | null | undefined;
  /** What every design must be like. Null: anything. */
  constraints?: DesignConstraintsInput | null | undefined;
  /** How many designs to make, from 1 to 4. Each is for another direction of a board whose pins differ. */
  count?: number | null | undefined;
  /** What makes the designs. */
  engine?: DesignEngine | null | undefined;
  /** A unique key for this call, from 1 to 255 characters. When a call is repeated with the same key and input within 24 hours, it changes nothing and returns the same result. Each API key, and each shopper of it, has its own keys; callers without either share theirs, and of these only the newest 200,000 are kept: use a UUID and keep it secret. Null: every call is executed. */
  idempotencyKey?: string | null | undefined;
  /** What designs should look like and not look like; its words and `colors` are not used. Null when you pass a board. */
  query?: VisualQueryInput | null | undefined;
  /** Any text, at most 100 characters: with the same seed, the same order of the same catalog gives the same designs, if the engine can promise that. Null: a random one. */
  seed?: string | null | undefined;
};

/** A design to delete. */
export type DesignDeleteInput = {
  /** The id of the design. */
  design: string | number;
  /** A unique key for this call, from 1 to 255 characters. When a call is repeated with the same key and input within 24 hours, it changes nothing and returns the same result. Each API key, and each shopper of it, has its own keys; callers without either share theirs, and of these only the newest 200,000 are kept: use a UUID and keep it secret. Null: every call is executed. */
  idempotencyKey?: string | null | undefined;
};

/** What makes designs. */
export type DesignEngine =
  /** The image generator that the operator has configured. Its pictures have no parameters. */
  | 'DIFFUSION'
  /** Draws garments and searches for those that look most like what is asked for. Each has parameters that say how it is cut. */
  | 'LOCAL';

/** How far a design job is. */
export type DesignJobState =
  /** It was canceled with designCancel. */
  | 'CANCELED'
  /** Its designs are finished. */
  | 'DONE'
  /** It was given up; `error` says why. */
  | 'FAILED'
  /** A worker works on it. Its designs are drafts. */
  | 'RUNNING'
  /** It waits for a worker, or for its next attempt. */
  | 'WAITING';

/** A facet to count. */
export type FacetInput = {
  /** What to count. */
  kind: FacetKind;
  /** The name of the option or attribute, for example "size". Required for OPTION and ATTRIBUTE; null for others. */
  name?: string | null | undefined;
};

/** What a facet counts, and thus the part of ProductFilter that takes its values. */
export type FacetKind =
  /** The values of an attribute such as "material", for ProductFilter.attributes. */
  | 'ATTRIBUTE'
  /** Brands, for ProductFilter.brands. */
  | 'BRAND'
  /** Categories, for ProductFilter.categories. A category counts those below it too. */
  | 'CATEGORY'
  /** The values of an option such as "size", for ProductFilter.options. */
  | 'OPTION'
  /** Price ranges, for ProductFilter.price. */
  | 'PRICE';

/** A point on Earth in degrees (WGS 84). */
export type GeoPointInput = {
  /** The latitude in degrees, from -90 to 90. */
  latitude: number;
  /** The longitude in degrees, from -180 to 180. */
  longitude: number;
};

/** What to reserve, where, and for how long. */
export type HoldCreateInput = {
  /** A unique key for this call, from 1 to 255 characters. When a call is repeated with the same key and input within 24 hours, it changes nothing and returns the same result. Each API key, and each shopper of it, has its own keys; callers without either share theirs, and of these only the newest 200,000 are kept: use a UUID and keep it secret. Null: every call is executed. */
  idempotencyKey?: string | null | undefined;
  /** From 1 to 100 lines, each with a different SKU. Either all of them are reserved or none. Callers without the scope holds:create may send at most 20 lines and 20 units in all, unless the operator configures other limits. */
  lines: Array<HoldLineInput>;
  /** The id of the only location to reserve stock at, for example for pickup. Null: any location of the channel. */
  location?: string | number | null | undefined;
  /** Where the shopper is. Each line is taken from the nearest location that has all of it. Null: from the location that has the most. If no location has all of it, the line is split over as few locations as possible. */
  near?: GeoPointInput | null | undefined;
  /** How long to hold the stock, in seconds, within the limits of the channel. Null: the default of the channel, 600 unless configured otherwise. Without the scope holds:create at most 900, unless the operator configures another limit. */
  seconds?: number | null | undefined;
};

/** A hold to extend, and how long it should last from now on. */
export type HoldExtendInput = {
  /** The id of the hold. */
  hold: string | number;
  /** A unique key for this call, from 1 to 255 characters. When a call is repeated with the same key and input within 24 hours, it changes nothing and returns the same result. Each API key, and each shopper of it, has its own keys; callers without either share theirs, and of these only the newest 200,000 are kept: use a UUID and keep it secret. Null: every call is executed. */
  idempotencyKey?: string | null | undefined;
  /** How long to hold the stock from now on, in seconds. A hold that ends later already is unchanged. From its creation to its end, a hold lasts at most as long as the caller could have created it for. Null: the default of the channel, or the longest possible time if that is shorter. */
  seconds?: number | null | undefined;
};

/** Units of an SKU to reserve. */
export type HoldLineInput = {
  /** Whether units that are not in stock may be promised for later delivery, if the SKU can be backordered or preordered. What is in stock, at `location` if that is given, is reserved first, within the limits of callers without an API key. Null: false. */
  backorder?: boolean | null | undefined;
  /** The number of units, from 1 to 1,000,000. */
  quantity?: number | null | undefined;
  /** The id of the SKU. */
  sku: string | number;
};

/** A hold to release. */
export type HoldReleaseInput = {
  /** The id of the hold. */
  hold: string | number;
  /** A unique key for this call, from 1 to 255 characters. When a call is repeated with the same key and input within 24 hours, it changes nothing and returns the same result. Each API key, and each shopper of it, has its own keys; callers without either share theirs, and of these only the newest 200,000 are kept: use a UUID and keep it secret. Null: every call is executed. */
  idempotencyKey?: string | null | undefined;
};

/** The state of a hold. */
export type HoldStatus =
  /** The stock is reserved. */
  | 'ACTIVE'
  /** The sale is complete: the stock has been deducted. */
  | 'CONFIRMED'
  /** The hold timed out: the stock is available again. */
  | 'EXPIRED'
  /** The hold was canceled: the stock is available again. */
  | 'RELEASED';

/** An image: exactly one of `id`, `url`, and `base64`. */
export type ImageInput = {
  /** The image file, at most 10 MB. Null when you pass another field. */
  base64?: string | null | undefined;
  /** The id of an upload (POST /images), or of an Image. Null when you pass another field. */
  id?: string | number | null | undefined;
  /** An https URL on a host that the operator allows; by default, none is allowed. Null when you pass another field. */
  url?: string | null | undefined;
};

/** What makes an image suspicious. */
export type ImageTrustReason =
  /** It looks as if small changes were spread over all of it. */
  | 'NOISE'
  /** A part of it, such as a sticker, looks like those that deceive the encoder. */
  | 'PATCH';

/** What a label describes. */
export type LabelKind =
  /** The value is the handle of a brand. */
  | 'BRAND'
  /** The value is the handle of a category. */
  | 'CATEGORY'
  /** The value is a color of the catalog in lower case. */
  | 'COLOR'
  /** The value is an era of the catalog in lower case. */
  | 'ERA'
  /** The value is a length of the catalog in lower case, such as "midi". */
  | 'LENGTH'
  /** The value is a material of the catalog in lower case. */
  | 'MATERIAL'
  /** The value is a pattern of the catalog in lower case. */
  | 'PATTERN'
  /** The value is the handle of a style. */
  | 'STYLE';

/** Matches SKUs that have an option with one of these values. Case-insensitive. A value with slashes, such as "red/white" or "36/38", also has each of its parts. "N/A" and "3/4 sleeve" are one value. */
export type OptionFilter = {
  /** The name of the option, for example "size". */
  name: string;
  /** The accepted values, at most 50. Empty: no condition. */
  values: Array<string>;
};

/** What to pin: exactly one of `product` and `image`. */
export type PinAddInput = {
  /** The id of the board. */
  board: string | number;
  /** A unique key for this call, from 1 to 255 characters. When a call is repeated with the same key and input within 24 hours, it changes nothing and returns the same result. Each API key, and each shopper of it, has its own keys; callers without either share theirs, and of these only the newest 200,000 are kept: use a UUID and keep it secret. Null: every call is executed. */
  idempotencyKey?: string | null | undefined;
  /** The image to pin, kept for as long as it is pinned. Null when you pin a product. */
  image?: ImageInput | null | undefined;
  /** True: find ideas like this. False: find ideas unlike this. If the product or image is already pinned, its pin changes to this value. */
  positive?: boolean | null | undefined;
  /** The id of a product of the channel. Null when you pin an image. */
  product?: string | number | null | undefined;
};

/** A pin to remove from its board. */
export type PinRemoveInput = {
  /** The id of the board. */
  board: string | number;
  /** A unique key for this call, from 1 to 255 characters. When a call is repeated with the same key and input within 24 hours, it changes nothing and returns the same result. Each API key, and each shopper of it, has its own keys; callers without either share theirs, and of these only the newest 200,000 are kept: use a UUID and keep it secret. Null: every call is executed. */
  idempotencyKey?: string | null | undefined;
  /** The id of the pin. */
  pin: string | number;
};

/** Selects products. A condition that is null or an empty list does not apply. A single SKU must meet all conditions on price, sale, GTIN, options, location, availability, and quantity: a product never passes because one SKU has the size and another has the stock. */
export type ProductFilter = {
  /** Attributes that the product must have, at most 10 entries with 100 values in all: for each entry, one of its values. Empty: no condition. */
  attributes?: Array<AttributeFilter> | null | undefined;
  /** The availability of the SKU. Null: SELLABLE. */
  availability?: AvailabilityFilter | null | undefined;
  /** Handles of brands, at most 50. The product must be of one of these brands. Empty: no condition. */
  brands?: Array<string> | null | undefined;
  /** Handles of categories, at most 50. The product must be in one of these categories or their subcategories. Empty: no condition. */
  categories?: Array<string> | null | undefined;
  /** The product was added to the catalog after this moment. */
  createdAfter?: string | null | undefined;
  /** The ids of products to leave out, at most 100, for example of the basket. Ids that no product has are ignored. */
  excludeProducts?: Array<string | number> | null | undefined;
  /** GTINs (barcode numbers) of the SKU, at most 50, each with 8 to 14 digits. Leading zeros do not count, so a UPC-A code finds the same SKU as an EAN. Empty: no condition. */
  gtins?: Array<string> | null | undefined;
  /** The id of a location of the channel, such as a store. `availability` and `quantity` then apply to its stock. Null: the stock of the whole channel. */
  location?: string | number | null | undefined;
  /** True: the SKU is on sale, that is, its price has a `compareAtAmount`. False: it is not. Null: either. */
  onSale?: boolean | null | undefined;
  /** Options that the SKU must have, at most 10 entries with 100 values in all: for each entry, one of its values. Empty: no condition. */
  options?: Array<OptionFilter> | null | undefined;
  /** The price of the SKU. */
  price?: DecimalRangeInput | null | undefined;
  /** The number of units that must be available, from 1 to 1,000,000. Ignored when `availability` is ANY. */
  quantity?: number | null | undefined;
};

/** The order of a list of products. */
export type ProductSort =
  /** Newest first. */
  | 'NEWEST'
  /** Lowest price first, by the cheapest SKU that passes the filter. */
  | 'PRICE_ASC'
  /** Highest price first, by the cheapest SKU that passes the filter. */
  | 'PRICE_DESC'
  /** Best text match first. Without `text`, the same as NEWEST. */
  | 'RELEVANCE';

/** How the vector index answered. */
export type SearchStrategy =
  /** Compared the query with every image that passes the filter. */
  | 'EXACT'
  /** Approximate: walked a graph of nearest neighbors. Fast with millions of images, but it may miss some. */
  | 'FILTERED_ANN';

/** How much stock there is, from the point of view of a shopper. */
export type StockLevel =
  /** Out of stock, but it can be ordered and ships when it is back. */
  | 'BACKORDER'
  /** More units than the low-stock threshold of the channel. */
  | 'IN_STOCK'
  /** Some units, but no more than the low-stock threshold of the channel. */
  | 'LOW_STOCK'
  /** Out of stock, and it cannot be ordered. */
  | 'OUT_OF_STOCK'
  /** Not released yet, but it can be ordered and ships on release. */
  | 'PREORDER';

/** Why a mutation changed nothing. */
export type UserErrorCode =
  /** The input is invalid. The message says what is allowed. */
  | 'BAD_USER_INPUT'
  /** The hold has expired. */
  | 'HOLD_EXPIRED'
  /** More than callers without the scope holds:create may hold. The message says what is allowed. */
  | 'HOLD_LIMIT'
  /** The hold is already confirmed or released. */
  | 'HOLD_NOT_ACTIVE'
  /** The idempotency key was used for a different call in the last 24 hours. */
  | 'IDEMPOTENCY_CONFLICT'
  /** There is no image with this id, or the upload has expired. */
  | 'IMAGE_NOT_FOUND'
  /** The image has too many bytes or pixels. */
  | 'IMAGE_TOO_LARGE'
  /** The file is not an image, or its format is not supported. */
  | 'IMAGE_UNDECODABLE'
  /** Fewer units are available than requested. `sellable` says how many. */
  | 'INSUFFICIENT_STOCK'
  /** The SKU to delete is in an active hold. The message says until when. */
  | 'IN_HOLD'
  /** The input refers to something that does not exist. */
  | 'NOT_FOUND'
  /** The stock on hand is no longer what `ifOnHand` says. */
  | 'STALE_QUANTITY';

/** What to search for: what results should look like, what they should not look like, and words. */
export type VisualQueryInput = {
  /** How much color counts in the similarity: from 0 (not at all) to 1 (color only). Null: 0.2, or 0.5 with `colors`. */
  color?: number | null | undefined;
  /** Colors that results should have instead of those of `like`, as #rrggbb, at most 4: results that are mostly of one of them come first. They leave nothing out: to do that, filter by color too. Without references, they have no effect. */
  colors?: Array<string> | null | undefined;
  /** What results should look like. It can be empty if there is `text`: then the words alone determine the order. */
  like: Array<VisualReferenceInput>;
  /** Words to find in title, brand, category, attributes, and description, at most 200 characters. Up to five typos are corrected. Products need not contain all the words, but those that contain more come first. The text ranking is combined with the visual ranking by reciprocal rank fusion, 1,000 products deep. If the encoder embeds texts, the words are also compared with the pictures, so that words that no product has find what looks like them. Null: no words. */
  text?: string | null | undefined;
  /** What results should not look like. */
  unlike?: Array<VisualReferenceInput> | null | undefined;
};

/** Something to compare with: exactly one of `image`, `product`, `board`, and `style`. */
export type VisualReferenceInput = {
  /** The id of a board that you may see. Results look like one of its positive pins and are closer to it than to any negative pin. Pinned products are left out. Null when you pass another reference. */
  board?: string | number | null | undefined;
  /** The part of `image` to look at. Null: the whole image, and if it is the only image in `like` and shows a person, the largest garment too; see SearchReport.region. */
  box?: BoxInput | null | undefined;
  /** An image. Null when you pass another reference. */
  image?: ImageInput | null | undefined;
  /** The id of a product. Its look is the mean of its images. Null when you pass another reference. */
  product?: string | number | null | undefined;
  /** The handle of a style, for example "vintage": what its products have in common and other products do not. See Query.styles. Combine it with a product at a weight of about 0.4 to find similar products with more of the style. Null when you pass another reference. */
  style?: string | null | undefined;
  /** How much this reference counts relative to the others: above 0, at most 100. */
  weight?: number | null | undefined;
};

/** The order of the results of a visual search. */
export type VisualSearchSort =
  /** Most similar first; with words or diversity, as these say. */
  | 'LIKENESS'
  /** Newest first. */
  | 'NEWEST'
  /** Lowest price first, by the cheapest SKU that passes the filter. */
  | 'PRICE_ASC'
  /** Highest price first, by the cheapest SKU that passes the filter. */
  | 'PRICE_DESC';

export type OpenProductQueryVariables = Exact<{
  channel: string;
  handle: string;
  near?: GeoPointInput | null | undefined;
}>;


export type OpenProductQuery = { product: { description: string | null, url: string | null, id: string, handle: string, title: string, category: { id: string, handle: string, name: string } | null, images: Array<{ id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null }> | null, options: Array<{ name: string, values: Array<{ value: string, sellable: boolean, sku: { id: string, image: { id: string, w256: string | null } | null } }> }> | null, skus: Array<{ id: string, options: Array<{ name: string, value: string }>, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null } | null, availability: { sellable: boolean, level: StockLevel, quantity: number | null, restockAt: string | null, asOf: string, locations: Array<{ sellable: boolean, pickup: boolean, quantity: number | null, distanceKm: number | null, location: { id: string, name: string } }> | null }, price: { amount: string, compareAtAmount: string | null, currencyCode: string } }> | null, attributes: Array<{ name: string, value: string }> | null, facts: Array<{ subject: string, predicate: string, value: string, source: string, sourceUrl: string | null }> | null, brand: { id: string, handle: string, name: string } | null, priceRange: { min: { amount: string, compareAtAmount: string | null, currencyCode: string }, max: { amount: string } } | null, availability: { sellableOptions: Array<{ name: string, value: string }> } | null } | null };

export type MoreAlikeQueryVariables = Exact<{
  channel: string;
  product: string | number;
  where?: ProductFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type MoreAlikeQuery = { product: { id: string, similar: { edges: Array<{ cursor: string, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null }, node: { id: string, handle: string, title: string, category: { id: string, handle: string } | null, brand: { id: string, handle: string, name: string } | null, priceRange: { min: { amount: string, compareAtAmount: string | null, currencyCode: string }, max: { amount: string } } | null, availability: { sellableOptions: Array<{ name: string, value: string }> } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, search: { asOf: string, indexLagMs: number, strategy: SearchStrategy, candidates: number, dropped: number, refills: number, encoder: string, tookMs: number, byConsensus: boolean, trust: { reason: ImageTrustReason | null } | null, region: { x: number, y: number, width: number, height: number } | null } } | null } | null };

export type WatchOffersSubscriptionVariables = Exact<{
  channel: string;
  skus: Array<string | number> | string | number;
}>;


export type WatchOffersSubscription = { availabilityChanged: { id: string, price: { amount: string, compareAtAmount: string | null, currencyCode: string }, availability: { sellable: boolean, level: StockLevel, quantity: number | null, restockAt: string | null, asOf: string } } };

export type HoldNowMutationVariables = Exact<{
  channel: string;
  input: HoldCreateInput;
}>;


export type HoldNowMutation = { holdCreate: { hold: { id: string, status: HoldStatus, expiresAt: string, checkoutUrl: string | null, total: { amount: string, currencyCode: string }, lines: Array<{ quantity: number, promised: boolean, sku: { id: string, checkoutUrl: string | null, options: Array<{ name: string, value: string }>, image: { id: string, w256: string | null } | null, product: { id: string, handle: string, title: string } | null } | null, location: { id: string, name: string } }> } | null, userErrors: Array<{ code: UserErrorCode, message: string, sellable: number | null }> } | null };

export type HeldNowQueryVariables = Exact<{
  channel: string;
  id: string | number;
}>;


export type HeldNowQuery = { hold: { id: string, status: HoldStatus, expiresAt: string, checkoutUrl: string | null, total: { amount: string, currencyCode: string }, lines: Array<{ quantity: number, promised: boolean, sku: { id: string, checkoutUrl: string | null, options: Array<{ name: string, value: string }>, image: { id: string, w256: string | null } | null, product: { id: string, handle: string, title: string } | null } | null, location: { id: string, name: string } }> } | null };

export type KeepHoldMutationVariables = Exact<{
  channel: string;
  input: HoldExtendInput;
}>;


export type KeepHoldMutation = { holdExtend: { hold: { id: string, status: HoldStatus, expiresAt: string, checkoutUrl: string | null, total: { amount: string, currencyCode: string }, lines: Array<{ quantity: number, promised: boolean, sku: { id: string, checkoutUrl: string | null, options: Array<{ name: string, value: string }>, image: { id: string, w256: string | null } | null, product: { id: string, handle: string, title: string } | null } | null, location: { id: string, name: string } }> } | null, userErrors: Array<{ code: UserErrorCode, message: string }> } | null };

export type LetGoMutationVariables = Exact<{
  channel: string;
  input: HoldReleaseInput;
}>;


export type LetGoMutation = { holdRelease: { hold: { id: string, status: HoldStatus } | null, userErrors: Array<{ code: UserErrorCode, message: string }> } | null };

export type StartBoardMutationVariables = Exact<{
  input: BoardCreateInput;
}>;


export type StartBoardMutation = { boardCreate: { board: { id: string } | null, userErrors: Array<{ code: UserErrorCode, message: string }> } | null };

export type OpenBoardQueryVariables = Exact<{
  channel: string;
  board: string | number;
}>;


export type OpenBoardQuery = { board: { palette: Array<string> | null, id: string, title: string, brief: { negativePrompt: string, words: Array<{ kind: LabelKind, word: string, share: number }> } | null, pins: { nodes: Array<{ id: string, positive: boolean, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null } | null, product: { id: string, handle: string, title: string } | null }> } | null } | null };

export type PinsOfBoardQueryVariables = Exact<{
  channel: string;
  board: string | number;
}>;


export type PinsOfBoardQuery = { board: { id: string, pins: { nodes: Array<{ id: string, positive: boolean, image: { id: string } | null, product: { id: string } | null }> } | null } | null };

export type IdeasOfBoardQueryVariables = Exact<{
  channel: string;
  board: string | number;
  where?: ProductFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type IdeasOfBoardQuery = { board: { id: string, ideas: { edges: Array<{ cursor: string, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null }, node: { id: string, handle: string, title: string, category: { id: string, handle: string } | null, brand: { id: string, handle: string, name: string } | null, priceRange: { min: { amount: string, compareAtAmount: string | null, currencyCode: string }, max: { amount: string } } | null, availability: { sellableOptions: Array<{ name: string, value: string }> } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, search: { asOf: string, indexLagMs: number, strategy: SearchStrategy, candidates: number, dropped: number, refills: number, encoder: string, tookMs: number, byConsensus: boolean, trust: { reason: ImageTrustReason | null } | null, region: { x: number, y: number, width: number, height: number } | null } } | null } | null };

export type PinItMutationVariables = Exact<{
  channel: string;
  input: PinAddInput;
}>;


export type PinItMutation = { pinAdd: { board: { id: string, pins: { nodes: Array<{ id: string, positive: boolean, image: { id: string } | null, product: { id: string } | null }> } | null } | null, userErrors: Array<{ code: UserErrorCode, message: string }> } | null };

export type UnpinItMutationVariables = Exact<{
  channel: string;
  input: PinRemoveInput;
}>;


export type UnpinItMutation = { pinRemove: { board: { id: string, pins: { nodes: Array<{ id: string, positive: boolean, image: { id: string } | null, product: { id: string } | null }> } | null } | null, userErrors: Array<{ code: UserErrorCode, message: string }> } | null };

export type DesignItMutationVariables = Exact<{
  channel: string;
  input: DesignCreateInput;
}>;


export type DesignItMutation = { designCreate: { job: { id: string, state: DesignJobState, progress: number, error: string | null, designs: Array<{ id: string, isFinished: boolean, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null }, garment: { type: string, material: string, pattern: string, silhouette: string } | null, estimatedPrice: { amount: string, compareAtAmount: string | null, currencyCode: string } | null }> | null } | null, userErrors: Array<{ code: UserErrorCode, field: Array<string> | null, message: string }> } | null };

export type DesignsOfJobQueryVariables = Exact<{
  channel: string;
  id: string | number;
}>;


export type DesignsOfJobQuery = { designJob: { id: string, state: DesignJobState, progress: number, error: string | null, designs: Array<{ id: string, isFinished: boolean, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null }, garment: { type: string, material: string, pattern: string, silhouette: string } | null, estimatedPrice: { amount: string, compareAtAmount: string | null, currencyCode: string } | null }> | null } | null };

export type WatchDesignsSubscriptionVariables = Exact<{
  channel: string;
  job: string | number;
}>;


export type WatchDesignsSubscription = { designProgress: { id: string, state: DesignJobState, progress: number, error: string | null, designs: Array<{ id: string, isFinished: boolean, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null }, garment: { type: string, material: string, pattern: string, silhouette: string } | null, estimatedPrice: { amount: string, compareAtAmount: string | null, currencyCode: string } | null }> | null } };

export type StopDesigningMutationVariables = Exact<{
  channel: string;
  input: DesignCancelInput;
}>;


export type StopDesigningMutation = { designCancel: { job: { id: string, state: DesignJobState } | null, userErrors: Array<{ code: UserErrorCode, message: string }> } | null };

export type DropDesignMutationVariables = Exact<{
  input: DesignDeleteInput;
}>;


export type DropDesignMutation = { designDelete: { deletedDesignId: string | null, userErrors: Array<{ code: UserErrorCode, message: string }> } | null };

export type NearestToDesignQueryVariables = Exact<{
  channel: string;
  id: string | number;
  first?: number | null | undefined;
}>;


export type NearestToDesignQuery = { design: { id: string, similarProducts: { edges: Array<{ cursor: string, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null }, node: { id: string, handle: string, title: string, category: { id: string, handle: string } | null, brand: { id: string, handle: string, name: string } | null, priceRange: { min: { amount: string, compareAtAmount: string | null, currencyCode: string }, max: { amount: string } } | null, availability: { sellableOptions: Array<{ name: string, value: string }> } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, search: { asOf: string, indexLagMs: number, strategy: SearchStrategy, candidates: number, dropped: number, refills: number, encoder: string, tookMs: number, byConsensus: boolean, trust: { reason: ImageTrustReason | null } | null, region: { x: number, y: number, width: number, height: number } | null } } | null } | null };

export type PackOfDesignQueryVariables = Exact<{
  id: string | number;
}>;


export type PackOfDesignQuery = { design: { id: string, techPack: { pdfUrl: string | null } | null } | null };

export type ArriveQueryVariables = Exact<{
  isHome?: boolean | null | undefined;
  first?: number | null | undefined;
}>;


export type ArriveQuery = { channel: { handle: string, name: string, currencyCode: string, holdSeconds: number | null, maxHoldSeconds: number | null, languages: Array<string> } | null, channels: Array<{ handle: string, name: string, currencyCode: string, holdSeconds: number | null, maxHoldSeconds: number | null, languages: Array<string> }> | null, categories: Array<{ id: string, handle: string, name: string }> | null, products?: { edges: Array<{ cursor: string, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null } | null, node: { id: string, handle: string, title: string, brand: { id: string, handle: string, name: string } | null, priceRange: { min: { amount: string, compareAtAmount: string | null, currencyCode: string }, max: { amount: string } } | null, availability: { sellableOptions: Array<{ name: string, value: string }> } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type BrowseQueryVariables = Exact<{
  channel: string;
  text?: string | null | undefined;
  where?: ProductFilter | null | undefined;
  sort?: ProductSort | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  isFirst?: boolean | null | undefined;
  by?: Array<FacetInput> | FacetInput | null | undefined;
}>;


export type BrowseQuery = { products: { totalCount?: { count: number, precision: CountPrecision } | null, facets?: Array<{ kind: FacetKind, name: string, precision: CountPrecision, buckets: Array<{ value: string, label: string, count: number, selected: boolean, min: string | null, max: string | null }> }> | null, edges: Array<{ cursor: string, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null } | null, node: { id: string, handle: string, title: string, brand: { id: string, handle: string, name: string } | null, priceRange: { min: { amount: string, compareAtAmount: string | null, currencyCode: string }, max: { amount: string } } | null, availability: { sellableOptions: Array<{ name: string, value: string }> } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type FindAlikeQueryVariables = Exact<{
  channel: string;
  query: VisualQueryInput;
  where?: ProductFilter | null | undefined;
  sort?: VisualSearchSort | null | undefined;
  minScore?: number | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type FindAlikeQuery = { visualSearch: { edges: Array<{ cursor: string, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null }, node: { id: string, handle: string, title: string, category: { id: string, handle: string } | null, brand: { id: string, handle: string, name: string } | null, priceRange: { min: { amount: string, compareAtAmount: string | null, currencyCode: string }, max: { amount: string } } | null, availability: { sellableOptions: Array<{ name: string, value: string }> } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, search: { asOf: string, indexLagMs: number, strategy: SearchStrategy, candidates: number, dropped: number, refills: number, encoder: string, tookMs: number, byConsensus: boolean, trust: { reason: ImageTrustReason | null } | null, region: { x: number, y: number, width: number, height: number } | null } } | null };

export type NarrowAlikeQueryVariables = Exact<{
  channel: string;
  query: VisualQueryInput;
  where?: ProductFilter | null | undefined;
  minScore?: number | null | undefined;
  by?: Array<FacetInput> | FacetInput | null | undefined;
}>;


export type NarrowAlikeQuery = { visualSearch: { totalCount: { count: number, precision: CountPrecision } | null, facets: Array<{ kind: FacetKind, name: string, precision: CountPrecision, buckets: Array<{ value: string, label: string, count: number, selected: boolean, min: string | null, max: string | null }> }> | null, refinements: Array<{ count: number, label: { kind: LabelKind, value: string, confidence: number }, filter: { categories: Array<string> | null, brands: Array<string> | null, attributes: Array<{ name: string, values: Array<string> }> | null } }> | null } | null };

export type FindItemsQueryVariables = Exact<{
  channel: string;
  image: string | number;
}>;


export type FindItemsQuery = { look: { items: Array<{ box: { x: number, y: number, width: number, height: number }, label: { value: string, confidence: number } | null, matches: { nodes: Array<{ id: string, category: { id: string, handle: string } | null }> } | null }> } | null };

export type NameItQueryVariables = Exact<{
  channel: string;
  image: string | number;
  box?: BoxInput | null | undefined;
}>;


export type NameItQuery = { identify: { match: { probability: number | null, node: { id: string, handle: string, title: string } } | null, labels: Array<{ kind: LabelKind, value: string, confidence: number }>, facts: Array<{ subject: string, predicate: string, value: string, source: string, sourceUrl: string | null }> | null, region: { x: number, y: number, width: number, height: number } | null } | null };

export type SharedPictureQueryVariables = Exact<{
  id: string | number;
}>;


export type SharedPictureQuery = { node:
    | { __typename: 'Board', id: string }
    | { __typename: 'Brand', id: string }
    | { __typename: 'Category', id: string }
    | { __typename: 'Design', id: string }
    | { __typename: 'DesignJob', id: string }
    | { __typename: 'Hold', id: string }
    | { __typename: 'Image', width: number, height: number, thumbhash: string, id: string, w1024: string | null }
    | { __typename: 'ImageJob', id: string }
    | { __typename: 'Pin', id: string }
    | { __typename: 'Product', id: string }
    | { __typename: 'Sku', id: string }
    | { __typename: 'StockLocation', id: string }
    | { __typename: 'Watch', id: string }
    | { __typename: 'WatchEvent', id: string }
   | null };

export type SuggestQueryVariables = Exact<{
  text: string;
  channel: string;
}>;


export type SuggestQuery = { suggest: { texts: Array<string> | null, categories: Array<{ id: string, handle: string, name: string }> | null, brands: Array<{ id: string, handle: string, name: string }> | null, products: Array<{ id: string, handle: string, title: string, featuredImage: { id: string, w64: string | null } | null, priceRange: { min: { amount: string }, max: { amount: string } } | null, availability: { sellableOptions: Array<{ name: string, value: string }> } | null }> | null } | null };

export type SizesToBuyQueryVariables = Exact<{
  channel: string;
  by?: Array<FacetInput> | FacetInput | null | undefined;
}>;


export type SizesToBuyQuery = { products: { facets: Array<{ buckets: Array<{ value: string }> }> | null } | null };

export type StoresQueryVariables = Exact<{
  channel: string;
  near?: GeoPointInput | null | undefined;
}>;


export type StoresQuery = { locations: { edges: Array<{ distanceKm: number | null, node: { id: string, name: string } }> } | null };

export type ShopWindowQueryVariables = Exact<{
  channel: string;
  a?: Array<string> | string | null | undefined;
  b?: Array<string> | string | null | undefined;
  c?: Array<string> | string | null | undefined;
  d?: Array<string> | string | null | undefined;
  e?: Array<string> | string | null | undefined;
  f?: Array<string> | string | null | undefined;
}>;


export type ShopWindowQuery = { a: { edges: Array<{ cursor: string, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null } | null }> } | null, b: { edges: Array<{ cursor: string, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null } | null }> } | null, c: { edges: Array<{ cursor: string, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null } | null }> } | null, d: { edges: Array<{ cursor: string, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null } | null }> } | null, e: { edges: Array<{ cursor: string, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null } | null }> } | null, f: { edges: Array<{ cursor: string, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null } | null }> } | null };

export type HowManyQueryVariables = Exact<{
  channel: string;
  text?: string | null | undefined;
  where?: ProductFilter | null | undefined;
}>;


export type HowManyQuery = { products: { totalCount: { count: number, precision: CountPrecision } | null } | null };

export type PictureFragment = { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null };

export type MarketFragment = { handle: string, name: string, currencyCode: string, holdSeconds: number | null, maxHoldSeconds: number | null, languages: Array<string> };

export type AmountFragment = { amount: string, compareAtAmount: string | null, currencyCode: string };

export type TileProductFragment = { id: string, handle: string, title: string, brand: { id: string, handle: string, name: string } | null, priceRange: { min: { amount: string, compareAtAmount: string | null, currencyCode: string }, max: { amount: string } } | null, availability: { sellableOptions: Array<{ name: string, value: string }> } | null };

export type ChoiceFragment = { kind: FacetKind, name: string, precision: CountPrecision, buckets: Array<{ value: string, label: string, count: number, selected: boolean, min: string | null, max: string | null }> };

export type MatchPageFragment = { edges: Array<{ cursor: string, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null }, node: { id: string, handle: string, title: string, category: { id: string, handle: string } | null, brand: { id: string, handle: string, name: string } | null, priceRange: { min: { amount: string, compareAtAmount: string | null, currencyCode: string }, max: { amount: string } } | null, availability: { sellableOptions: Array<{ name: string, value: string }> } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, search: { asOf: string, indexLagMs: number, strategy: SearchStrategy, candidates: number, dropped: number, refills: number, encoder: string, tookMs: number, byConsensus: boolean, trust: { reason: ImageTrustReason | null } | null, region: { x: number, y: number, width: number, height: number } | null } };

export type ProductPageOfListFragment = { edges: Array<{ cursor: string, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null } | null, node: { id: string, handle: string, title: string, brand: { id: string, handle: string, name: string } | null, priceRange: { min: { amount: string, compareAtAmount: string | null, currencyCode: string }, max: { amount: string } } | null, availability: { sellableOptions: Array<{ name: string, value: string }> } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } };

export type OfferStateFragment = { id: string, price: { amount: string, compareAtAmount: string | null, currencyCode: string }, availability: { sellable: boolean, level: StockLevel, quantity: number | null, restockAt: string | null, asOf: string } };

export type HeldStockFragment = { id: string, status: HoldStatus, expiresAt: string, checkoutUrl: string | null, total: { amount: string, currencyCode: string }, lines: Array<{ quantity: number, promised: boolean, sku: { id: string, checkoutUrl: string | null, options: Array<{ name: string, value: string }>, image: { id: string, w256: string | null } | null, product: { id: string, handle: string, title: string } | null } | null, location: { id: string, name: string } }> };

export type PinnedBoardFragment = { id: string, title: string, pins: { nodes: Array<{ id: string, positive: boolean, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null } | null, product: { id: string, handle: string, title: string } | null }> } | null };

export type WindowPictureFragment = { edges: Array<{ cursor: string, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null } | null }> };

export type DesignWorkFragment = { id: string, state: DesignJobState, progress: number, error: string | null, designs: Array<{ id: string, isFinished: boolean, image: { id: string, altText: string | null, width: number, height: number, thumbhash: string, dominantColor: string, w256: string | null, w512: string | null, w1024: string | null }, garment: { type: string, material: string, pattern: string, silhouette: string } | null, estimatedPrice: { amount: string, compareAtAmount: string | null, currencyCode: string } | null }> | null };

export const MarketFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Market"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Channel"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"handle"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"currencyCode"}},{"kind":"Field","name":{"kind":"Name","value":"holdSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"maxHoldSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"languages"}}]}}]} as unknown as DocumentNode<MarketFragment, unknown>;
export const ChoiceFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Choice"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Facet"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"precision"}},{"kind":"Field","name":{"kind":"Name","value":"buckets"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"24"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"selected"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<ChoiceFragment, unknown>;
export const PictureFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Picture"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Image"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"altText"}},{"kind":"Field","name":{"kind":"Name","value":"width"}},{"kind":"Field","name":{"kind":"Name","value":"height"}},{"kind":"Field","name":{"kind":"Name","value":"thumbhash"}},{"kind":"Field","name":{"kind":"Name","value":"dominantColor"}},{"kind":"Field","alias":{"kind":"Name","value":"w256"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"width"},"value":{"kind":"IntValue","value":"256"}}]},{"kind":"Field","alias":{"kind":"Name","value":"w512"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"width"},"value":{"kind":"IntValue","value":"512"}}]},{"kind":"Field","alias":{"kind":"Name","value":"w1024"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"width"},"value":{"kind":"IntValue","value":"1024"}}]}]}}]} as unknown as DocumentNode<PictureFragment, unknown>;
export const AmountFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Amount"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Price"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"compareAtAmount"}},{"kind":"Field","name":{"kind":"Name","value":"currencyCode"}}]}}]} as unknown as DocumentNode<AmountFragment, unknown>;
export const TileProductFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TileProduct"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Product"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"handle"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"brand"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"handle"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"priceRange"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"min"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"max"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"availability"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sellableOptions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Amount"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Price"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"compareAtAmount"}},{"kind":"Field","name":{"kind":"Name","value":"currencyCode"}}]}}]} as unknown as DocumentNode<TileProductFragment, unknown>;
export const MatchPageFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MatchPage"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"VisualMatchConnection"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"image"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Picture"}}]}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"TileProduct"}},{"kind":"Field","name":{"kind":"Name","value":"category"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"handle"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"search"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"indexLagMs"}},{"kind":"Field","name":{"kind":"Name","value":"strategy"}},{"kind":"Field","name":{"kind":"Name","value":"candidates"}},{"kind":"Field","name":{"kind":"Name","value":"dropped"}},{"kind":"Field","name":{"kind":"Name","value":"refills"}},{"kind":"Field","name":{"kind":"Name","value":"encoder"}},{"kind":"Field","name":{"kind":"Name","value":"tookMs"}},{"kind":"Field","name":{"kind":"Name","value":"byConsensus"}},{"kind":"Field","name":{"kind":"Name","value":"trust"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"region"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"x"}},{"kind":"Field","name":{"kind":"Name","value":"y"}},{"kind":"Field","name":{"kind":"Name","value":"width"}},{"kind":"Field","name":{"kind":"Name","value":"height"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Amount"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Price"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"compareAtAmount"}},{"kind":"Field","name":{"kind":"Name","value":"currencyCode"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Picture"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Image"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"altText"}},{"kind":"Field","name":{"kind":"Name","value":"width"}},{"kind":"Field","name":{"kind":"Name","value":"height"}},{"kind":"Field","name":{"kind":"Name","value":"thumbhash"}},{"kind":"Field","name":{"kind":"Name","value":"dominantColor"}},{"kind":"Field","alias":{"kind":"Name","value":"w256"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"width"},"value":{"kind":"IntValue","value":"256"}}]},{"kind":"Field","alias":{"kind":"Name","value":"w512"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"width"},"value":{"kind":"IntValue","value":"512"}}]},{"kind":"Field","alias":{"kind":"Name","value":"w1024"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"width"},"value":{"kind":"IntValue","value":"1024"}}]}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TileProduct"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Product"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"handle"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"brand"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"handle"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"priceRange"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"min"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"max"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"availability"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sellableOptions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}}]}}]}}]} as unknown as DocumentNode<MatchPageFragment, unknown>;
export const ProductPageOfListFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProductPageOfList"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ProductConnection"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"image"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Picture"}}]}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"TileProduct"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Amount"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Price"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"compareAtAmount"}},{"kind":"Field","name":{"kind":"Name","value":"currencyCode"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Picture"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Image"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"altText"}},{"kind":"Field","name":{"kind":"Name","value":"width"}},{"kind":"Field","name":{"kind":"Name","value":"height"}},{"kind":"Field","name":{"kind":"Name","value":"thumbhash"}},{"kind":"Field","name":{"kind":"Name","value":"dominantColor"}},{"kind":"Field","alias":{"kind":"Name","value":"w256"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"width"},"value":{"kind":"IntValue","value":"256"}}]},{"kind":"Field","alias":{"kind":"Name","value":"w512"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"width"},"value":{"kind":"IntValue","value":"512"}}]},{"kind":"Field","alias":{"kind":"Name","value":"w1024"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"width"},"value":{"kind":"IntValue","value":"1024"}}]}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TileProduct"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Product"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"handle"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"brand"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"handle"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"priceRange"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"min"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"max"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"availability"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sellableOptions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}}]}}]}}]} as unknown as DocumentNode<ProductPageOfListFragment, unknown>;
export const OfferStateFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OfferState"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Sku"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"price"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"availability"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sellable"}},{"kind":"Field","name":{"kind":"Name","value":"level"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"restockAt"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Amount"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Price"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"compareAtAmount"}},{"kind":"Field","name":{"kind":"Name","value":"currencyCode"}}]}}]} as unknown as DocumentNode<OfferStateFragment, unknown>;
export const HeldStockFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"HeldStock"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Hold"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"checkoutUrl"}},{"kind":"Field","name":{"kind":"Name","value":"total"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currencyCode"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"promised"}},{"kind":"Field","name":{"kind":"Name","value":"sku"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"checkoutUrl"}},{"kind":"Field","name":{"kind":"Name","value":"options"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"image"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","alias":{"kind":"Name","value":"w256"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"width"},"value":{"kind":"IntValue","value":"256"}}]}]}},{"kind":"Field","name":{"kind":"Name","value":"product"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"handle"}},{"kind":"Field","name":{"kind":"Name","value":"title"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"location"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]} as unknown as DocumentNode<HeldStockFragment, unknown>;
export const PinnedBoardFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PinnedBoard"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Board"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"pins"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"positive"}},{"kind":"Field","name":{"kind":"Name","value":"image"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Picture"}}]}},{"kind":"Field","name":{"kind":"Name","value":"product"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"handle"}},{"kind":"Field","name":{"kind":"Name","value":"title"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Picture"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Image"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"altText"}},{"kind":"Field","name":{"kind":"Name","value":"width"}},{"kind":"Field","name":{"kind":"Name","value":"height"}},{"kind":"Field","name":{"kind":"Name","value":"thumbhash"}},{"kind":"Field","name":{"kind":"Name","value":"dominantColor"}},{"kind":"Field","alias":{"kind":"Name","value":"w256"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"width"},"value":{"kind":"IntValue","value":"256"}}]},{"kind":"Field","alias":{"kind":"Name","value":"w512"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"width"},"value":{"kind":"IntValue","value":"512"}}]},{"kind":"Field","alias":{"kind":"Name","value":"w1024"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"width"},"value":{"kind":"IntValue","value":"1024"}}]}]}}]} as unknown as DocumentNode<PinnedBoardFragment, unknown>;
export const WindowPictureFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WindowPicture"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ProductConnection"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"image"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Picture"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Picture"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Image"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"altText"}},{"kind":"Field","name":{"kind":"Name","value":"width"}},{"kind":"Field","name":{"kind":"Name","value":"height"}},{"kind":"Field","name":{"kind":"Name","value":"thumbhash"}},{"kind":"Field","name":{"kind":"Name","value":"dominantColor"}},{"kind":"Field","alias":{"kind":"Name","value":"w256"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"width"},"value":{"kind":"IntValue","value":"256"}}]},{"kind":"Field","alias":{"kind":"Name","value":"w512"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"width"},"value":{"kind":"IntValue","value":"512"}}]},{"kind":"Field","alias":{"kind":"Name","value":"w1024"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"width"},"value":{"kind":"IntValue","value":"1024"}}]}]}}]} as unknown as DocumentNode<WindowPictureFragment, unknown>;
export const DesignWorkFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"DesignWork"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"DesignJob"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"designs"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"isFinished"}},{"kind":"Field","name":{"kind":"Name","value":"image"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Picture"}}]}},{"kind":"Field","name":{"kind":"Name","value":"garment"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"material"}},{"kind":"Field","name":{"kind":"Name","value":"pattern"}},{"kind":"Field","name":{"kind":"Name","value":"silhouette"}}]}},{"kind":"Field","name":{"kind":"Name","value":"estimatedPrice"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Amount"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Picture"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Image"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"altText"}},{"kind":"Field","name":{"kind":"Name","value":"width"}},{"kind":"Field","name":{"kind":"Name","value":"height"}},{"kind":"Field","name":{"kind":"Name","value":"thumbhash"}},{"kind":"Field","name":{"kind":"Name","value":"dominantColor"}},{"kind":"Field","alias":{"kind":"Name","value":"w256"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"width"},"value":{"kind":"IntValue","value":"256"}}]},{"kind":"Field","alias":{"kind":"Name","value":"w512"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"width"},"value":{"kind":"IntValue","value":"512"}}]},{"kind":"Field","alias":{"kind":"Name","value":"w1024"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"width"},"value":{"kind":"IntValue","value":"1024"}}]}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Amount"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Price"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"compareAtAmount"}},{"kind":"Field","name":{"kind":"Name","value":"currencyCode"}}]}}]} as unknown as DocumentNode<DesignWorkFragment, unknown>;
export const OpenProductDocument = {"__meta__":{"hash":"sha256:a52aaf088a17107255cba56ec016de4af69c00382a00f3427296adabdd250b98"}} as unknown as DocumentNode<OpenProductQuery, OpenProductQueryVariables>;
export const MoreAlikeDocument = {"__meta__":{"hash":"sha256:016d4bfec5a892d5190da4e7182c0ded7b197252d922da3a5a114ceb2123408e"}} as unknown as DocumentNode<MoreAlikeQuery, MoreAlikeQueryVariables>;
export const WatchOffersDocument = {"__meta__":{"hash":"sha256:01d0a0259916125e28ffeda80c7515e2eb63591949f8de6db2a504696e9fcf1f"}} as unknown as DocumentNode<WatchOffersSubscription, WatchOffersSubscriptionVariables>;
export const HoldNowDocument = {"__meta__":{"hash":"sha256:d0114019d07c441264e10bb303f8d2a7089cba8e2a00f7ecb4b5ffc815bb0441"}} as unknown as DocumentNode<HoldNowMutation, HoldNowMutationVariables>;
export const HeldNowDocument = {"__meta__":{"hash":"sha256:c87cc94ddda7b1c2d11a6b71c29af50890fa2f38ac855fbcfb33c505c2b412f1"}} as unknown as DocumentNode<HeldNowQuery, HeldNowQueryVariables>;
export const KeepHoldDocument = {"__meta__":{"hash":"sha256:4fe633b7993d8dd50a0fc13af97059cb94774d1e8fd56e64f33abf9fe6b4d225"}} as unknown as DocumentNode<KeepHoldMutation, KeepHoldMutationVariables>;
export const LetGoDocument = {"__meta__":{"hash":"sha256:8aaff29604daf42a208fc09b9ec4a6dbce7b4deda0065fc2f216fcf44cf1679f"}} as unknown as DocumentNode<LetGoMutation, LetGoMutationVariables>;
export const StartBoardDocument = {"__meta__":{"hash":"sha256:ae15799664ca398f163507c5682d7109f038a2252e478dad31e5386074b8f2c7"}} as unknown as DocumentNode<StartBoardMutation, StartBoardMutationVariables>;
export const OpenBoardDocument = {"__meta__":{"hash":"sha256:d6128f289f00ba1557e8335886e09438268d5c44a316afdbbd8db3b3e2a130a1"}} as unknown as DocumentNode<OpenBoardQuery, OpenBoardQueryVariables>;
export const PinsOfBoardDocument = {"__meta__":{"hash":"sha256:4dd4cae1825689c5662297832d772d5508a6967f145d36a3ed4f1bb40d90a67f"}} as unknown as DocumentNode<PinsOfBoardQuery, PinsOfBoardQueryVariables>;
export const IdeasOfBoardDocument = {"__meta__":{"hash":"sha256:6e609f4e619d2e4725c19acc7437d4171557d139960402f12b8f3aa67dce77e9"}} as unknown as DocumentNode<IdeasOfBoardQuery, IdeasOfBoardQueryVariables>;
export const PinItDocument = {"__meta__":{"hash":"sha256:f31b4819c874fe1b6f2569bfd8a59f27223975a624928f2cfb12c9e138410644"}} as unknown as DocumentNode<PinItMutation, PinItMutationVariables>;
export const UnpinItDocument = {"__meta__":{"hash":"sha256:9f9cc9843b645f9bf7499bf0d50f680a1eb2f0e3a2354b0c612908e6d45060f3"}} as unknown as DocumentNode<UnpinItMutation, UnpinItMutationVariables>;
export const DesignItDocument = {"__meta__":{"hash":"sha256:ad1a66338f16fb7d2f39f1d73094227443b6dfeb1a532f1ab3798da26e00cdb2"}} as unknown as DocumentNode<DesignItMutation, DesignItMutationVariables>;
export const DesignsOfJobDocument = {"__meta__":{"hash":"sha256:a7470f7d98f3676a559dd8ecf61e8500ec661248731e040ea891551c363a0680"}} as unknown as DocumentNode<DesignsOfJobQuery, DesignsOfJobQueryVariables>;
export const WatchDesignsDocument = {"__meta__":{"hash":"sha256:28b02364b41f43d23ff1dc6522bcf155807b40301f780c584c8bbd7220042c21"}} as unknown as DocumentNode<WatchDesignsSubscription, WatchDesignsSubscriptionVariables>;
export const StopDesigningDocument = {"__meta__":{"hash":"sha256:67dd1d27581add5a4f10c86b6d17add91516bd8fe9081ef44f6aeb40f2910206"}} as unknown as DocumentNode<StopDesigningMutation, StopDesigningMutationVariables>;
export const DropDesignDocument = {"__meta__":{"hash":"sha256:be6b617de6de316d1f4dff76218dea35da9e2e108fb27154534aec19771d62ff"}} as unknown as DocumentNode<DropDesignMutation, DropDesignMutationVariables>;
export const NearestToDesignDocument = {"__meta__":{"hash":"sha256:9da2676b3d1d59f6e761e3a19195601f3d5c4c8b8bf5bfb9cf41f1c27d5c0292"}} as unknown as DocumentNode<NearestToDesignQuery, NearestToDesignQueryVariables>;
export const PackOfDesignDocument = {"__meta__":{"hash":"sha256:da73813528cb33351f87a0a28f257c460acea5022d31de850fb1ef46012ca273"}} as unknown as DocumentNode<PackOfDesignQuery, PackOfDesignQueryVariables>;
export const ArriveDocument = {"__meta__":{"hash":"sha256:c960740908bc58e1ecc85bf75b943640dc7c0eaff445554423d2651a4d8302b4"}} as unknown as DocumentNode<ArriveQuery, ArriveQueryVariables>;
export const BrowseDocument = {"__meta__":{"hash":"sha256:e809f296e9bfce599b632bf7b3a188c5f5103aacf113456b392ccf09c1236e4c"}} as unknown as DocumentNode<BrowseQuery, BrowseQueryVariables>;
export const FindAlikeDocument = {"__meta__":{"hash":"sha256:8ee185f4dc76f13f3f6ce61d92e9201caea181b74d8c65fa27929852f947152a"}} as unknown as DocumentNode<FindAlikeQuery, FindAlikeQueryVariables>;
export const NarrowAlikeDocument = {"__meta__":{"hash":"sha256:06c51704d0fe982e46d3f3540cec4ffc77461aba03acda30c02ecf666962bafd"}} as unknown as DocumentNode<NarrowAlikeQuery, NarrowAlikeQueryVariables>;
export const FindItemsDocument = {"__meta__":{"hash":"sha256:e37c815c0eebbac8677e1206b9c8781a3fd6274f61a09347afe2a545171b26c1"}} as unknown as DocumentNode<FindItemsQuery, FindItemsQueryVariables>;
export const NameItDocument = {"__meta__":{"hash":"sha256:23c462e469365a406ad0436613904f938f13dc385bd9e7e65bfc3d986b92ca72"}} as unknown as DocumentNode<NameItQuery, NameItQueryVariables>;
export const SharedPictureDocument = {"__meta__":{"hash":"sha256:b2dd9ff7604136b5b9cd5b879569ce3711d8382ae787bc441db9579c5d55a582"}} as unknown as DocumentNode<SharedPictureQuery, SharedPictureQueryVariables>;
export const SuggestDocument = {"__meta__":{"hash":"sha256:d5b055367c45fa64f1ae122775f7e11d85ccf0b78068e9ed7f9537bf76342cfc"}} as unknown as DocumentNode<SuggestQuery, SuggestQueryVariables>;
export const SizesToBuyDocument = {"__meta__":{"hash":"sha256:18a16e7d65a2904db1fe434b0e281ea68d83b49d35b30e5fbd7219503d58dc74"}} as unknown as DocumentNode<SizesToBuyQuery, SizesToBuyQueryVariables>;
export const StoresDocument = {"__meta__":{"hash":"sha256:2d26087f572e41c9b458e119b36dc8ea1c8ce4866965271aa6b1266b6af15ab9"}} as unknown as DocumentNode<StoresQuery, StoresQueryVariables>;
export const ShopWindowDocument = {"__meta__":{"hash":"sha256:89245bb60e4dec69cef1af312d26423f78fb563212b8530610bbe48b5d78ebfa"}} as unknown as DocumentNode<ShopWindowQuery, ShopWindowQueryVariables>;
export const HowManyDocument = {"__meta__":{"hash":"sha256:8a3f26bb76d2421010c2cfdbf77f0a9b971dc3d76146bc2be046a7fa4a289fae"}} as unknown as DocumentNode<HowManyQuery, HowManyQueryVariables>;