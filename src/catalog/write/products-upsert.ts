import type { ClientBase } from 'pg';
import { z } from 'zod';
import type { Context } from '../../graph/request-context.js';
import { countPending, wantImages } from '../../images/jobs/image-job.store.js';
import { EntryErrors, EntryFaults, userError } from '../../mutation/entry-error.js';
import { mutate, type MutationCall } from '../../mutation/mutate.js';
import type { BlobStore } from '../../platform/blob-store.js';
import { groupBy } from '../../platform/group-by.js';
import type { Database } from '../../platform/postgres.js';
import { requestPayer } from '../../platform/request-payer.js';
import { uploadIdToSha256 } from '../../images/upload-id.js';
import { instantiate } from '../../graph/node.js';
import { checkProducts, type ProductChange, type SkuChange } from './check-products.js';
import { categoryPath } from './handle.js';
import { languageLimits, type WrittenLanguages } from './language-limits.js';
import { brandOf, UNCATEGORIZED, withKeywords } from './product-fields.js';
import { MAX_OWN_KEYWORDS, removeOtherTexts, translatedChars, upsertTexts } from './product-text.store.js';
import { MAX_OPTION_CHARS, MAX_OPTION_VALUES, optionAllowance } from './tag-limits.js';
import {
  ProductsUpsertPayload,
  SEARCHABLE_CHARS_A_POINT,
  type ProductsUpsertInput,
} from './product-write.types.js';
import {
  addBrandsAndCategories,
  findProductIds,
  keepCategories,
  lockProducts,
  readProducts,
  replaceAttributes,
  touchProducts,
  upsertProducts,
  type ProductState,
  type WrittenFields,
} from './product.store.js';
import {
  deleteSkus,
  findSkusElsewhere,
  lockExpiredHolds,
  lockSkus,
  lockStockForRemoval,
  readSkus,
  upsertSkus,
  type SkuRow,
  type SkuState,
} from './sku.store.js';

const OPERATION = {
  name: 'productsUpsert',
  writes: 'catalog' as const,
  answer: z.object({ productIds: z.array(z.number()), pendingImages: z.number() }),
};
type Answer = typeof OPERATION extends MutationCall<infer A> ? A : never;

/** Two for each product of a call. A category for each product is no category. */
const MAX_NEW_CATEGORIES = 500;
/** Points of adding one, which takes almost a millisecond: its name is indexed, and its parent is looked up. */
const NEW_CATEGORY_COST = 20;

export interface ProductWriteServices {
  readonly db: Database;
  readonly uploads: BlobStore;
}

/** Adds and changes products with what belongs to them: all of the products, or none. */
export async function productsUpsert(
  { db, uploads }: ProductWriteServices,
  context: Context,
  { idempotencyKey, products }: ProductsUpsertInput,
): Promise<ProductsUpsertPayload> {
  // For an idempotency key, removing a field and leaving it out must be different calls.
  const removed = products.map((product) =>
    Object.entries(product).flatMap(([field, value]) => (value === null ? [field] : [])),
  );
  const call = { ...(idempotencyKey == null ? {} : { idempotencyKey }), products, removed };
  const { language } = (await context.inChannel()).channel;
  const { answer, userErrors } = await mutate(db, context, OPERATION, call, async (client) => {
    const changes = checkProducts(products);
    await requireUploads(changes, uploads);
    return write(client, changes, language);
  });
  const stores = await context.inChannel();
  const written = await stores.products.byKey.loadMany(answer?.productIds ?? []);
  return instantiate(ProductsUpsertPayload, {
    // Products that were deleted since then are left out.
    products: written.flatMap((product) => (product === null || product instanceof Error ? [] : [product])),
    pendingImages: answer?.pendingImages ?? 0,
    userErrors,
  });
}

async function requireUploads(changes: readonly ProductChange[], uploads: BlobStore): Promise<void> {
  const faults = new EntryFaults('products');
  for (const [index, { images = [] }] of changes.entries()) {
    for (const [position, { link }] of images.entries()) {
      const sha256 = uploadIdToSha256(link);
      if (sha256 === null || (await uploads.has(sha256))) continue;
      faults.add(
        index,
        ['images', String(position), 'upload'],
        'IMAGE_NOT_FOUND',
        'No upload has this id: send the image to POST /images again (uploads are kept for a week).',
      );
    }
  }
  faults.throwIfAny();
}

/** In the order of handles, so that two calls do not deadlock. `language` is that of new products. */
async function write(
  client: ClientBase,
  changes: readonly ProductChange[],
  language: string,
): Promise<Answer> {
  const handles = changes.map(({ handle }) => handle);
  const languages = {
    // A new product, in the language of the channel, is locked for anyway.
    own: changes.flatMap((change) => change.language ?? []),
    translated: changes.flatMap(({ translations = [] }) => translations.map((text) => text.language)),
  };
  await lockProducts(
    client,
    handles,
    changes.flatMap(({ skus = [] }) => skus.map(({ code }) => code)),
    languages,
  );
  const before = new Map((await readProducts(client, handles)).map((state) => [state.handle, state]));
  const fields = merge(changes, before, language);
  const own = fields.map((product) => product.language);
  await requireLanguages(client, changes, fields, { ...languages, own });
  await payForWords(client, changes, fields, before);
  payForCategories(await keepCategories(client, fields));
  await addBrandsAndCategories(client, fields);
  const written = await upsertProducts(client, fields, false);
  const ids = await findProductIds(client, handles);
  /** The rows for the products whose list was given. */
  const listed = <T, Row>(
    listOf: (change: ProductChange) => readonly T[] | undefined,
    toRow: (item: T, productId: number, position: number) => Row,
  ): { productIds: number[]; rows: Row[] } => {
    const owners = changes.flatMap((change) => {
      const [list, productId] = [listOf(change), ids.get(change.handle)];
      return list === undefined || productId === undefined ? [] : [{ list, productId }];
    });
    return {
      productIds: owners.map(({ productId }) => productId),
      rows: owners.flatMap(({ list, productId }) =>
        list.map((item, position) => toRow(item, productId, position)),
      ),
    };
  };

  const translations = listed(
    (change) => change.translations,
    (translation, productId) => ({ productId, keywords: '', ...translation }),
  );
  const attributes = listed(
    (change) => change.attributes,
    (attribute, productId) => ({ productId, ...attribute }),
  );
  const images = listed(
    (change) => change.images,
    (image, productId, position) => ({ productId, position, ...image }),
  );
  const skusBefore = await readSkus(client, [...ids.values()]);
  const byCode = new Map(skusBefore.map((sku) => [sku.code, sku]));
  const skus = listed(
    (change) => change.skus,
    (sku, productId, position) => mergeSku(sku, byCode.get(sku.code), productId, position),
  );
  requireFewOptions(
    changes,
    groupBy(skus.rows, ({ productId }) => productId),
    ids,
  );
  const leftOut = skusLeftOut(changes, ids, skusBefore);
  const expired = await lockExpiredHolds(
    client,
    leftOut.map(({ id }) => id),
  );
  await lockSkus(
    client,
    // SKUs whose image is removed have no image afterwards.
    [...images.productIds, ...skus.productIds],
    skus.rows.map(({ code }) => code),
    leftOut.length > 0 ? 'delete' : 'change',
    expired,
  );
  const related = [
    ...(await removeOtherTexts(client, translations.productIds, translations.rows)),
    ...(await upsertTexts(client, translations.rows)),
    ...(await replaceAttributes(client, attributes.productIds, attributes.rows)),
    ...(await wantImages(client, images.productIds, images.rows)),
    ...(await upsertSkus(client, skus.rows, { moves: false })),
    ...(await removeSkus(client, leftOut, expired)),
  ];
  await requireOwnSkus(client, changes, skus.rows);
  await touchProducts(client, [...new Set([...written, ...related])]);
  const productIds = handles.flatMap((handle) => ids.get(handle) ?? []);
  return { productIds, pendingImages: await countPending(client, productIds) };
}

/** @throws EntryErrors when there are too many new categories */
function payForCategories(added: number): void {
  if (added > MAX_NEW_CATEGORIES) {
    throw new EntryErrors([
      userError(
        'BAD_USER_INPUT',
        ['products'],
        `The products have ${added} categories that do not exist yet: at most ${MAX_NEW_CATEGORIES} are added in one call. Send fewer products at once, or put what tells them apart into options and attributes.`,
      ),
    ]);
  }
  requestPayer()?.owe(added * NEW_CATEGORY_COST);
}

/**
 * Pays for the stored texts that this write splits into words again: the description of a product whose row changes, and
 * all its translations if the keywords that they repeat do. They are paid for first, since Postgres stops what takes too
 * long.
 */
async function payForWords(
  client: ClientBase,
  changes: readonly ProductChange[],
  fields: readonly WrittenFields[],
  before: ReadonlyMap<string, ProductState>,
): Promise<void> {
  const sent = new Map(changes.map((change) => [change.handle, change]));
  const pairs = fields.flatMap((after) => {
    const state = before.get(after.handle);
    return state === undefined ? [] : [{ state, after, change: sent.get(after.handle) }];
  });
  const described = pairs.flatMap(({ state, after, change }) =>
    change?.description === undefined && rowOf(state) !== rowOf(after)
      ? [state.description?.length ?? 0]
      : [],
  );
  const translated = await translatedChars(
    client,
    pairs.flatMap(({ state, after, change }) =>
      change?.translations === undefined && ownKeywords(state) !== ownKeywords(after) ? [state.id] : [],
    ),
  );
  const chars = described.reduce((sum, length) => sum + length, translated);
  requestPayer()?.owe(Math.floor(chars / SEARCHABLE_CHARS_A_POINT));
}

/** What the row of a product has besides its description. */
const rowOf = ({ language, title, url, keywords }: WrittenFields | ProductState): string =>
  JSON.stringify([language, title, url, keywords]);

const ownKeywords = ({ keywords }: { readonly keywords: string }): string =>
  keywords.slice(0, MAX_OWN_KEYWORDS);

/** The new state of the products, sorted by handle. @throws EntryErrors for a new product without a title */
function merge(
  changes: readonly ProductChange[],
  before: ReadonlyMap<string, ProductState>,
  languageOfNew: string,
): WrittenFields[] {
  const faults = new EntryFaults('products');
  const merged = changes.map((change, index) => {
    const { handle, description, url, brand, category, attributes } = change;
    const state = before.get(handle);
    const title = change.title ?? state?.title;
    if (title === undefined)
      faults.add(index, 'title', 'BAD_USER_INPUT', `The product "${handle}" is new: give it a title.`);
    const known = { description: null, url: null, brand: null, attributes: [], ...state };
    const brandBefore = known.brand;
    const fields = withKeywords(
      {
        handle,
        title: title ?? '',
        description: description === undefined ? known.description : description,
        url: url === undefined ? known.url : url,
        brand: brand === undefined ? brandBefore : brand === null ? null : brandOf(brand),
        category:
          category === undefined && state !== undefined
            ? state.category
            : (categoryPath(category ?? UNCATEGORIZED) ?? []),
      },
      attributes ?? known.attributes,
    );
    return { ...fields, language: change.language ?? state?.language ?? languageOfNew };
  });
  faults.throwIfAny();
  return merged.sort((a, b) => (a.handle < b.handle ? -1 : 1));
}

/** @throws EntryErrors for translations into a product's own language, and languages that the catalog has no room for */
async function requireLanguages(
  client: ClientBase,
  changes: readonly ProductChange[],
  fields: readonly WrittenFields[],
  written: WrittenLanguages,
): Promise<void> {
  const refusal = await languageLimits(client, written);
  const languages = new Map(fields.map(({ handle, language }) => [handle, language]));
  const faults = new EntryFaults('products');
  for (const [index, { handle, translations = [] }] of changes.entries()) {
    const own = languages.get(handle) ?? '';
    const refused = refusal.own(own);
    if (refused !== null) faults.add(index, 'language', 'BAD_USER_INPUT', refused);
    for (const [position, { language }] of translations.entries()) {
      const message =
        language === own
          ? `The product's own texts are in ${language}: pass them as its title and description.`
          : refusal.translated(language);
      if (message === null) continue;
      faults.add(index, ['translations', String(position), 'language'], 'BAD_USER_INPUT', message);
    }
  }
  faults.throwIfAny();
}

/** @throws EntryErrors for products whose SKUs have too many different option values */
function requireFewOptions(
  changes: readonly ProductChange[],
  skus: ReadonlyMap<number, readonly SkuRow[]>,
  ids: ReadonlyMap<string, number>,
): void {
  const faults = new EntryFaults('products');
  for (const [index, { handle }] of changes.entries()) {
    const allowance = optionAllowance();
    for (const { options } of skus.get(ids.get(handle) ?? NaN) ?? [])
      for (const [name, value] of Object.entries(options)) allowance.add(name, value);
    if (!allowance.isOver) continue;
    faults.add(
      index,
      'skus',
      'BAD_USER_INPUT',
      `The SKUs have ${allowance.size} different option values with ${allowance.chars} characters: at most ` +
        `${MAX_OPTION_VALUES} with ${MAX_OPTION_CHARS} characters are allowed, where each part of a value with slashes counts too. Shorten them, or make several products.`,
    );
  }
  faults.throwIfAny();
}

function mergeSku(
  { code, gtin, options, whenOut, restockAt, promised }: SkuChange,
  before: SkuState | undefined,
  productId: number,
  position: number,
): SkuRow {
  return {
    productId,
    code,
    position,
    gtin: gtin === undefined ? (before?.gtin ?? null) : gtin,
    options: options ?? before?.options ?? {},
    imageSha256: before?.imageSha256 ?? null,
    whenOut: whenOut ?? before?.whenOut ?? 'deny',
    restockAt: restockAt === undefined ? (before?.restockAt?.toISOString() ?? null) : restockAt,
    promised,
    url: before?.url ?? null,
  };
}

/** An SKU that is missing from the list of the entry at `index`. */
interface LeftOutSku extends SkuState {
  readonly index: number;
}

function skusLeftOut(
  changes: readonly ProductChange[],
  ids: ReadonlyMap<string, number>,
  before: readonly SkuState[],
): LeftOutSku[] {
  const listOf = new Map(
    changes.flatMap(({ handle, skus }, index) =>
      skus === undefined ? [] : [[ids.get(handle), { index, codes: new Set(skus.map(({ code }) => code)) }]],
    ),
  );
  return before.flatMap((sku) => {
    const list = listOf.get(sku.productId);
    return list === undefined || list.codes.has(sku.code) ? [] : [{ ...sku, index: list.index }];
  });
}

/** Removes locked SKUs. @throws EntryErrors for those in active holds */
async function removeSkus(
  client: ClientBase,
  leftOut: readonly LeftOutSku[],
  expiredHolds: readonly string[],
): Promise<number[]> {
  const skuIds = leftOut.map(({ id }) => id);
  const held = await lockStockForRemoval(client, skuIds, expiredHolds);
  const faults = new EntryFaults('products');
  for (const { id, code, until } of held) {
    const index = leftOut.find((sku) => sku.id === id)?.index ?? 0;
    faults.add(index, 'skus', 'IN_HOLD', heldMessage(code, until));
  }
  faults.throwIfAny();
  return deleteSkus(client, skuIds);
}

/** @throws EntryErrors for SKUs that belong to other products */
async function requireOwnSkus(
  client: ClientBase,
  changes: readonly ProductChange[],
  skus: readonly SkuRow[],
): Promise<void> {
  const elsewhere = new Map(
    (await findSkusElsewhere(client, skus)).map(({ code, productHandle }) => [code, productHandle]),
  );
  const faults = new EntryFaults('products');
  for (const [index, change] of changes.entries()) {
    for (const [position, { code }] of (change.skus ?? []).entries()) {
      const owner = elsewhere.get(code);
      if (owner === undefined) continue;
      faults.add(
        index,
        ['skus', String(position), 'code'],
        'BAD_USER_INPUT',
        `The SKU "${code}" belongs to the product "${owner}": give it another code, or remove it there first.`,
      );
    }
  }
  faults.throwIfAny();
}

/** Why an SKU cannot be removed. */
export const heldMessage = (code: string, until: Date): string =>
  `The SKU "${code}" is in an active hold until ${until.toISOString()}: try again after that, or have the hold released.`;
