import { instantiate } from '../graph/node.js';
import { checkProductFilter } from '../catalog/product-filter.js';
import { AvailabilityFilter } from '../catalog/product-filter.types.js';
import type { Context } from '../graph/request-context.js';
import { ItemBox } from '../images/box.types.js';
import { toImageTrust } from '../images/image-trust.types.js';
import type { IndexMatch } from '../vector-index/port.js';
import {
  SAME_PRODUCT_PROBABILITY,
  sameProductProbability,
  type SameProductModel,
} from '../search/probability/same-product.js';
import type { QueryVector } from '../search/query/query-vector.js';
import { searchPage, type Ranking } from '../search/prove-page.js';
import { fingerprintOf, toEdges } from '../search/visual-search.js';
import type { BoxInput, ImageInput } from '../images/image-input.types.js';
import type { VisualMatchEdge } from '../search/visual-search.types.js';
import { Identification } from './identification.types.js';
import type { IdentifyServices } from './identify-services.js';
import { readLabelFacts } from './label-facts.store.js';
import type { LabelModel } from './label-model.js';
import { labelOf, MIN_CONFIDENCE } from './label-of.js';
import { LabelKind, type Label } from './label.types.js';
import { familiarity } from './vote.js';
import { electorateOf, findVoters, type Voters } from './voters.js';

const NOBODY: Voters = { nearest: [], byColor: [] };

/**
 * Identifies what an image shows: the product itself if the catalog has it, and what its nearest products have in
 * common. One pass of the encoder and one call to the index.
 * @throws RequestError BAD_USER_INPUT, IMAGE_NOT_FOUND, IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED,
 * INDEX_UNAVAILABLE
 */
export async function identify(
  services: IdentifyServices,
  context: Context,
  image: ImageInput,
  box: BoxInput | null,
): Promise<Identification> {
  const {
    loaders: { images },
    caller,
    signal,
  } = context;
  const [query, sameProduct, labels] = await Promise.all([
    services.queryVectors.resolve({ like: [{ image, box }] }, { ...services, images, caller, signal }),
    services.sameProducts.model(),
    services.labelModels.model(),
  ]);
  const [voters = NOBODY] =
    query.asked === null
      ? []
      : await findVoters(services.index, [{ asked: query.asked, excludeProducts: [] }]);
  return instantiate(Identification, {
    region: query.region && instantiate(ItemBox, query.region),
    trust: query.trust && toImageTrust(query.trust),
    match: await findProduct(services, context, query, voters.nearest, sameProduct),
    labels: labels === null ? [] : await findLabels(services, voters, labels),
  });
}

async function findProduct(
  services: IdentifyServices,
  context: Context,
  query: QueryVector,
  nearest: readonly IndexMatch[],
  model: SameProductModel | null,
): Promise<VisualMatchEdge | null> {
  const probabilityOf = (match: Pick<IndexMatch, 'productId' | 'score'>): number =>
    sameProductProbability(model, match, nearest);
  const same = nearest.filter((match) => probabilityOf(match) >= SAME_PRODUCT_PROBABILITY);
  if (same.length === 0) return null;
  const stores = await context.inChannel();
  const { channel } = stores;
  const condition = checkProductFilter({ availability: AvailabilityFilter.ANY }, channel.currencyCode);
  const ranking: Ranking = {
    propose: () => Promise.resolve({ matches: same, exhausted: true, strategy: 'EXACT' }),
  };
  const plan = { ranking, condition, channel, excludeProducts: [], signal: context.signal };
  const page = await searchPage(services, plan, 1, null);
  const [edge] = await toEdges(context, stores, page, {
    fingerprint: fingerprintOf(channel, condition, query),
    scale: query.scale,
    probabilityOf: (match) => Promise.resolve(probabilityOf(match)),
  });
  return edge ?? null;
}

async function findLabels({ db }: IdentifyServices, voters: Voters, model: LabelModel): Promise<Label[]> {
  if (familiarity(voters.nearest) < model.minFamiliarity) return [];
  const facts = await readLabelFacts(
    db,
    [...voters.nearest, ...voters.byColor].map(({ productId }) => productId),
  );
  return Object.values(LabelKind)
    .flatMap((kind) => labelOf(kind, electorateOf(kind, voters), facts, model) ?? [])
    .filter(({ confidence }) => confidence >= MIN_CONFIDENCE)
    .sort((a, b) => b.confidence - a.confidence);
}
