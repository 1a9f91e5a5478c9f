import type { ClientBase } from 'pg';
import {
  addBrandsAndCategories,
  keepCategories,
  findProductIds,
  lockProducts,
  replaceAttributes,
  touchProducts,
  upsertProducts,
} from '../catalog/write/product.store.js';
import { NO_LANGUAGES, requireRoom } from '../catalog/write/language-limits.js';
import { lockSkus, upsertSkus } from '../catalog/write/sku.store.js';
import { removeImageJobs } from '../images/jobs/image-job.store.js';
import { lockPriceLists } from '../pricing/price.store.js';
import type { FeedRow } from './parse-listing.js';
import {
  addEmbeddings,
  replaceImages,
  type Embedding,
  type ProductImage,
} from '../images/stored-image.store.js';
import type { EncodedBatch } from './images.js';
import type { ProductDraft, WaitingDraft } from './product-draft.js';
import { keepDigests } from './digest.store.js';
import { replacePrices, writeOfferStock, writePromises, type Offers } from './offer.store.js';
import { picturedColors } from './pictured-colors.js';

interface BatchTarget {
  readonly encoder: { readonly id: number; readonly dimension: number };
  readonly isDemo: boolean;
  /** Of the texts of the feed. */
  readonly language: string;
}

/**
 * Writes products with everything that belongs to them, in the transaction of `client`; skips rows that need no
 * change. Returns how many products were new or changed, not counting stock and promised units.
 */
export async function writeBatch(
  client: ClientBase,
  { drafts, images, embeddings }: EncodedBatch,
  offers: Offers,
  { encoder, isDemo, language }: BatchTarget,
): Promise<number> {
  const languages = { own: [language], translated: [] };
  // Locks are taken in the order of docs/locks.md.
  await lockProducts(
    client,
    drafts.map(({ handle }) => handle),
    offers.codes,
    languages,
  );
  await requireRoom(client, languages);
  await keepCategories(client, drafts);
  await addBrandsAndCategories(client, drafts);
  // Embeddings before images, so that every image has its vector.
  await addEmbeddings(client, encoder, isDemo ? embeddings.map(asDrawn) : embeddings);
  const written = await upsertProducts(
    client,
    drafts.map((draft) => ({ ...draft, language })),
    isDemo,
  );
  const ids = await findProductIds(
    client,
    drafts.map(({ handle }) => handle),
  );
  const own = <T>(toRows: (draft: WaitingDraft, productId: number) => T[]): T[] =>
    drafts.flatMap((draft) => {
      const productId = ids.get(draft.handle);
      return productId === undefined ? [] : toRows(draft, productId);
    });
  const productIds = [...ids.values()];
  const attributes = own((draft, productId) =>
    draft.attributes.map((attribute) => ({ productId, ...attribute })),
  );
  const skus = own((draft, productId) => draft.skus.map((sku, position) => ({ productId, sku, position })));

  await removeImageJobs(client, productIds);
  await lockPriceLists(client, offers.priceListIds);
  // Before the images, because removing an image updates the SKUs that show it.
  await lockSkus(client, productIds, offers.codes, 'change');
  const related = [
    ...(await replaceAttributes(client, productIds, attributes)),
    ...(await replaceImages(
      client,
      productIds,
      own((draft, id) => imagesOf(draft, id, images)),
    )),
    ...(await upsertSkus(
      client,
      skus.map(({ productId, sku, position }) => ({ ...skuOf(sku, images), productId, position })),
      { moves: true },
    )),
    ...(await replacePrices(client, offers.priceListIds, offers.codes, offers.prices)),
  ];
  await writePromises(client, offers.promises);
  await writeOfferStock(client, offers.stock, offers.wholeStock);
  const changed = [...new Set([...written, ...related])];
  await touchProducts(client, changed);
  // Last, because every change of a product makes it forget its digest.
  await keepDigests(
    client,
    own((draft, productId) => (isComplete(draft, images) ? [{ productId, digest: draft.digest }] : [])),
  );
  return changed.length;
}

/**
 * Writes the prices, the stock, and the promised units of SKUs, in the transaction of `client`. Returns how many products
 * have changed, not counting stock and promised units.
 */
export async function writeOffers(client: ClientBase, offers: Offers): Promise<number> {
  await lockProducts(client, [], offers.codes, NO_LANGUAGES);
  await lockPriceLists(client, offers.priceListIds);
  await lockSkus(client, [], offers.codes, 'change');
  const changed = new Set(await replacePrices(client, offers.priceListIds, offers.codes, offers.prices));
  await writePromises(client, offers.promises);
  await writeOfferStock(client, offers.stock, offers.wholeStock);
  await touchProducts(client, [...changed]);
  return changed.size;
}

/** The demo's pictures are our own, and the score is of photographs: some drawings look as unusual as attacks do. */
const asDrawn = (embedding: Embedding): Embedding => ({
  ...embedding,
  trust: embedding.trust && { ...embedding.trust, reason: null },
});

/** Whether the product has all that the feed says. What is left out is reported, or tried, by each import. */
function isComplete(draft: ProductDraft, known: EncodedBatch['images']): boolean {
  const { excess, imagesLeftOut, images } = draft;
  return excess.length === 0 && imagesLeftOut.length === 0 && images.every(({ link }) => known.has(link));
}

/** A product's images in order; one that two links refer to is included once. */
function imagesOf(draft: ProductDraft, productId: number, known: EncodedBatch['images']): ProductImage[] {
  const images = new Map<string, ProductImage>();
  const shown = picturedColors(draft.skus, (link) => known.get(link)?.sha256);
  for (const { link, altText } of draft.images) {
    const image = known.get(link);
    if (image === undefined || images.has(image.sha256)) continue;
    images.set(image.sha256, {
      ...image,
      productId,
      position: images.size,
      source: link,
      altText,
      shows: shown.get(image.sha256) ?? {},
    });
  }
  return [...images.values()];
}

function skuOf(
  { code, gtin, options, images, whenOut, restockAt, url }: FeedRow,
  known: EncodedBatch['images'],
) {
  const [link] = images;
  const imageSha256 = (link === undefined ? undefined : known.get(link)?.sha256) ?? null;
  return { code, gtin, options, imageSha256, whenOut, restockAt, url };
}
