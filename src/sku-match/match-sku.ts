import { instantiate } from '../graph/node.js';
import { checkProductFilter } from '../catalog/product-filter.js';
import { ItemBox } from '../images/box.types.js';
import { toImageTrust } from '../images/image-trust.types.js';
import { differencesFrom } from '../images/shown-options.js';
import type { SelectedOptionInput } from '../catalog/write/product-write.types.js';
import type { Context } from '../graph/request-context.js';
import { RequestError } from '../errors.js';
import type { IdentifyServices } from '../identify/identify-services.js';
import { searchPage } from '../search/prove-page.js';
import { fingerprintOf, toEdges } from '../search/visual-search.js';
import type { BoxInput, ImageInput } from '../images/image-input.types.js';
import { MatchRanking } from './match-ranking.js';
import { OptionDifference, SkuMatch, SkuMatchOutcome } from './sku-match.types.js';

/** As many as a screen shows below the one to buy; a client that needs more should search. */
const ALTERNATIVES = 5;

export interface Wanted {
  readonly image: ImageInput;
  readonly box: BoxInput | null;
  readonly options: readonly SelectedOptionInput[];
  readonly quantity: number;
}

/**
 * Finds the SKU to buy for an image: the same product in the pictured color, or else the closest of its kind, which
 * may be the same product in another color. One pass of the encoder, one call to the index, one proof; more only when
 * the index's candidates were sold in the meantime.
 * @throws RequestError BAD_USER_INPUT, NOT_CALIBRATED, INDEX_UNAVAILABLE, and every error that an image may be
 * refused with
 */
export async function matchSku(
  services: IdentifyServices,
  context: Context,
  { image, box, options, quantity }: Wanted,
): Promise<SkuMatch> {
  const {
    loaders: { images },
    caller,
    signal,
  } = context;
  const stores = await context.inChannel();
  const { channel } = stores;
  const where = { quantity, options: options.map(({ name, value }) => ({ name, values: [value] })) };
  const condition = checkProductFilter(where, channel.currencyCode);
  const [query, sameProduct, labels] = await Promise.all([
    services.queryVectors.resolve({ like: [{ image, box }] }, { ...services, images, caller, signal }),
    services.sameProducts.model(),
    services.labelModels.model(),
  ]);
  if (sameProduct === null) {
    throw new RequestError(
      'NOT_CALIBRATED',
      `The encoder ${services.encoderId} has no calibration: ask the operator to run \`npx vitrine calibrate\` once. visualSearch needs no calibration.`,
    );
  }
  if (query.asked === null) throw new Error('an image has a vector');

  const ranking = new MatchRanking(services, { sameProduct, labels }, query.asked);
  const compared = {
    region: query.region && instantiate(ItemBox, query.region),
    trust: query.trust && toImageTrust(query.trust),
  };
  const plan = { ranking, condition, channel, excludeProducts: [], signal };
  const page = await searchPage(services, plan, 1 + ALTERNATIVES, null);
  const edges = await toEdges(context, stores, page, {
    fingerprint: fingerprintOf(channel, condition, query),
    scale: query.scale,
    probabilityOf: (match) => Promise.resolve(ranking.probabilityOf(match)),
  });
  const [match, ...alternatives] = edges;
  if (match === undefined)
    return instantiate(SkuMatch, {
      ...compared,
      outcome: SkuMatchOutcome.NONE,
      match: null,
      sku: null,
      differences: [],
      alternatives: [],
    });
  const shows = page.matches.find(({ productId }) => productId === match.node.key)?.shows ?? {};
  const offers = match.skus.map((sku) => ({ sku, differences: differencesFrom(shows, sku.optionValues) }));
  const offer = offers.find(({ differences }) => differences.length === 0) ?? offers[0];
  const differences = offer?.differences ?? [];
  const isSame =
    differences.length === 0 && ranking.isSame({ productId: match.node.key, score: match.score });
  return instantiate(SkuMatch, {
    ...compared,
    outcome: isSame ? SkuMatchOutcome.SAME_PRODUCT : SkuMatchOutcome.CLOSE_SUBSTITUTE,
    match,
    sku: offer?.sku ?? null,
    differences: differences.map((difference) => instantiate(OptionDifference, difference)),
    alternatives,
  });
}
