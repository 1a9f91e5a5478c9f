import { checkProductFilter } from '../catalog/product-filter.js';
import { instantiate } from '../graph/node.js';
import type { Context } from '../graph/request-context.js';
import { RequestError } from '../errors.js';
import type { LabelModel } from '../identify/label-model.js';
import { MIN_CONFIDENCE } from '../identify/label-of.js';
import { Label, LabelKind } from '../identify/label.types.js';
import { familiarity } from '../identify/vote.js';
import { toIndexFilter } from '../projection/index-filter.js';
import type { QueryVector } from '../search/query/query-vector.js';
import {
  SAME_PRODUCT_PROBABILITY,
  sameProductProbability,
  type SameProductModel,
} from '../search/probability/same-product.js';
import type { SharedSearch } from '../search/visual-search.js';
import type { Box } from '../vision/regions.js';
import type { LookServices } from './look-services.js';
import { judgeRegions, similarity, type Judged } from './judge.js';
import { knownRanking, searchTogether } from './known-ranking.js';
import type { LookImage } from './look-image.js';
import { proveTogether } from './prove-together.js';
import { RegionLabels } from './region-labels.js';
import { MAX_ITEMS, type Region, type Candidate } from './region-proposer.js';

/** A thing in the image. */
export interface FoundItem {
  readonly box: Box;
  readonly label: () => Promise<Label>;
  /** The query for similar products: the same as in a search by the image and the box. */
  readonly query: QueryVector;
  readonly search: SharedSearch;
}

interface Thing {
  readonly judged: Judged;
  readonly label: () => Promise<Label>;
}

/**
 * The items in an image, largest first. One call to the index with all their regions finds what each item is and
 * which sellable products are similar to it. The items do not depend on stock.
 *
 * @throws RequestError BAD_USER_INPUT, IMAGE_NOT_FOUND, IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED,
 * INDEX_UNAVAILABLE
 */
export async function findItems(
  services: LookServices,
  context: Context,
  image: LookImage,
  maxItems: number,
): Promise<readonly FoundItem[]> {
  if (maxItems < 1 || maxItems > MAX_ITEMS) {
    throw new RequestError('BAD_USER_INPUT', `maxItems is ${maxItems}: it must be from 1 to ${MAX_ITEMS}.`);
  }
  const [{ channel }, candidates, labelModel, sameProduct] = await Promise.all([
    context.inChannel(),
    services.regionProposer.propose(image),
    services.labelModels.model(),
    services.sameProducts.model(),
  ]);
  const filter = toIndexFilter(checkProductFilter(null, channel.currencyCode), channel.handle, []);
  const regions = candidates.flatMap(({ whole, parts, part }) =>
    [whole, ...parts].map((region) => ({ region, isOnBody: part !== null })),
  );
  const judged = await judgeRegions(services, context, image, regions, filter);
  const labels = new RegionLabels(services.db, labelModel);
  const isKnown = (region: Judged): boolean => isFamiliar(region, labelModel) || isSame(region, sameProduct);
  const things = await Promise.all(
    candidates.map((candidate) => readCandidate(candidate, judged, labels, isKnown)),
  );
  const searches = searchTogether(services.index);
  const prove = proveTogether(services);
  return things
    .flat()
    .sort((a, b) => areaOf(b) - areaOf(a))
    .slice(0, maxItems)
    .map(({ judged: { box, vector, query, nearest, sellable }, label }) => ({
      box,
      label,
      query,
      search: { ranking: knownRanking(vector, filter, sellable, searches), nearest, prove },
    }));
}

const areaOf = ({ judged: { box } }: Thing): number => box.width * box.height;

/**
 * The items at a place: none, one, or its parts if each is more similar to the catalog than the whole, unless they are a
 * pair.
 */
async function readCandidate(
  { whole, parts, isCut, isAll, detection, part }: Candidate,
  judged: ReadonlyMap<Region, Judged>,
  labels: RegionLabels,
  isKnown: (region: Judged) => boolean,
): Promise<Thing[]> {
  const [one, ...several] = [whole, ...parts].flatMap((region) => judged.get(region) ?? []);
  if (one === undefined) return [];
  if (detection !== null) {
    const { label: value, confidence } = detection;
    const label = instantiate(Label, { kind: LabelKind.CATEGORY, value, confidence });
    return [{ judged: one, label: () => Promise.resolve(label) }];
  }
  // Where a body is, there is a garment, however unlike the catalog it looks.
  if (part !== null) return [{ judged: one, label: () => labels.categoryOf(one, part) }];
  const isNearer = several.length > 0 && several.every((part) => similarity(part) > similarity(one));
  const isApart = isNearer && !isPair(several) && !(isCut && (await areAlike(several, labels)));
  const known = (isApart ? several : [one]).filter(isKnown);
  const things = known.map((region) => ({ judged: region, label: () => labels.categoryOf(region) }));
  if (!isAll) return things;
  // When no figure stands out from the background, the image may well show something else.
  const sure = await Promise.all(
    things.map(async ({ label }) => (await label()).confidence >= MIN_CONFIDENCE),
  );
  return things.filter((_, i) => sure[i]);
}

/** Whether the parts look like one and the same product, as the two shoes of a pair do. */
const isPair = (regions: readonly Judged[]): boolean =>
  new Set(regions.map(({ nearest: [best] }) => best?.productId)).size === 1;

async function areAlike(regions: readonly Judged[], labels: RegionLabels): Promise<boolean> {
  const categories = await Promise.all(regions.map((region) => labels.categoryOf(region)));
  return new Set(categories.map(({ value }) => value)).size === 1;
}

/**
 * The same rules by which `identify` decides whether to label an image, and `matchSku` whether a product is a
 * substitute: what stands on another ground than the catalog's pictures is less similar to all of them, but still near
 * to one. A catalog that is too small rejects nothing.
 */
const isFamiliar = ({ nearest }: Judged, model: LabelModel | null): boolean => {
  const [best] = nearest;
  if (best === undefined) return false;
  return model === null || familiarity(nearest) >= model.minFamiliarity || best.score >= model.minNearness;
};

/** The same rule by which `identify` decides whether to name a product, which may be unlike all others. */
function isSame({ nearest }: Judged, model: SameProductModel | null): boolean {
  const [best] = nearest;
  return best !== undefined && sameProductProbability(model, best, nearest) >= SAME_PRODUCT_PROBABILITY;
}
