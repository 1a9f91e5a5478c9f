import type { Image } from '../images/image.types.js';
import { Label, LabelKind } from '../identify/label.types.js';
import { instantiate } from '../graph/node.js';
import type { Context } from '../graph/request-context.js';
import { MATCH_ALL } from '../vector-index/port.js';
import { clusterVectors } from '../search/query/cluster-vectors.js';
import { dot } from '../vector-index/vectors.js';
import { readProductLabels, readLikedColors, type PinnedLabel } from './board-facts.store.js';
import { directionOf } from '../search/query/board-references.js';
import type { Queryable } from '../platform/postgres.js';
import type { BoardServices } from './board-services.js';
import type { PinSubject } from './pin.store.js';
import type { Board } from './board.types.js';
import { DesignBrief, SharedWord } from './brief.types.js';
import { uploadedImage } from '../images/uploaded-image.js';
import { paletteOf } from './palette.js';
import { KINDS, sharedWords, type Shares, writeNegativePrompt, writePrompt } from './write-brief.js';

/** An uploaded image is described by the products that are most similar to it. */
const NEIGHBORS = 5;
/** Maximum searches for uploads, newest first; few enough to leave the index to others too. */
const MAX_SEARCHES = 64;
const MAX_EXEMPLARS = 4;

interface SeenPin {
  readonly subject: PinSubject;
  readonly positive: boolean;
  /** Null until it is encoded. */
  readonly vector: Float32Array | null;
}

/** The colors of the liked pins, most frequent first. */
export async function boardPalette(db: Queryable, { uuid }: Board): Promise<readonly string[]> {
  return paletteOf(await readLikedColors(db, uuid));
}

/** What the pins share, for an image generator: the same for the same pins and catalog. */
export async function designBrief(
  services: BoardServices,
  context: Context,
  board: Board,
): Promise<DesignBrief> {
  const { db, boardLooks } = services;
  const [looks, palette] = await Promise.all([boardLooks.pinsOf(board.uuid), boardPalette(db, board)]);
  const pins = looks.map((pin): SeenPin => ({ ...pin, vector: directionOf(pin) }));
  const likenesses = await productsOf(services, pins);
  const facts = await readProductLabels(db, [...new Set(likenesses.flat())]);
  const sharesOf = (positive: boolean): Shares =>
    countShares(
      likenesses.filter((products, i) => products.length > 0 && pins[i]?.positive === positive),
      facts,
    );
  const [liked, disliked] = [sharesOf(true), sharesOf(false)];
  return instantiate(DesignBrief, {
    prompt: writePrompt(liked, palette),
    negativePrompt: writeNegativePrompt(disliked, liked),
    palette: [...palette],
    styles: sharedWords(liked, LabelKind.STYLE).map(({ value, share }) =>
      instantiate(Label, { kind: LabelKind.STYLE, value, confidence: share }),
    ),
    words: KINDS.flatMap((kind) =>
      sharedWords(liked, kind).map(({ value, share }) =>
        instantiate(SharedWord, { kind, word: value, share: Math.min(1, share) }),
      ),
    ),
    exemplars: await exemplarsOf(
      context,
      pins.filter(({ positive }) => positive),
    ),
  });
}

/** For each pin: its product, or the products similar to its uploaded image. */
async function productsOf({ index }: BoardServices, pins: readonly SeenPin[]): Promise<number[][]> {
  const asked = pins
    .flatMap(({ subject, vector }) => (subject.productKey === null && vector !== null ? [vector] : []))
    .slice(-MAX_SEARCHES);
  const results = await index.search(
    asked.map((vector) => ({ vector, filter: MATCH_ALL, limit: NEIGHBORS })),
  );
  const found = new Map(asked.map((vector, i) => [vector, results[i]?.matches ?? []]));
  return pins.map(({ subject: { productKey }, vector }) => {
    if (productKey !== null) return [productKey];
    return vector === null ? [] : (found.get(vector) ?? []).map((match) => match.productId);
  });
}

/** All pins count the same, and so do all products of a pin. */
function countShares(pins: readonly (readonly number[])[], facts: readonly PinnedLabel[]): Shares {
  const weights = new Map<number, number>();
  for (const products of pins)
    for (const key of products) weights.set(key, (weights.get(key) ?? 0) + 1 / products.length / pins.length);
  const shares = new Map<LabelKind, Map<string, number>>();
  for (const { productKey, kind, value } of facts) {
    const words = shares.get(kind) ?? new Map<string, number>();
    words.set(value, (words.get(value) ?? 0) + (weights.get(productKey) ?? 0));
    shares.set(kind, words);
  }
  return shares;
}

/** For each center, the picture of the nearest pin; the center with the most pins first. */
async function exemplarsOf({ loaders: { images } }: Context, pins: readonly SeenPin[]): Promise<Image[]> {
  const seen = pins.flatMap(({ subject, vector }) => (vector === null ? [] : [{ subject, vector }]));
  const centers = clusterVectors(
    seen.map(({ vector }) => vector),
    MAX_EXEMPLARS,
  );
  const nearest = centers.map((center) =>
    seen.reduce((best, pin) => (dot(pin.vector, center) > dot(best.vector, center) ? pin : best)),
  );
  const pictures = await Promise.all(
    [...new Set(nearest)].map(async ({ subject: { productKey, upload } }) =>
      productKey === null
        ? upload && uploadedImage(upload.sha256, upload)
        : (await images.byProduct.load(productKey))[0],
    ),
  );
  return pictures.flatMap((picture) => picture ?? []);
}
