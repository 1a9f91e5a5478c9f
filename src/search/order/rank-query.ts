import type { Channel } from '../../catalog/channel.types.js';
import type { ProductCondition } from '../../catalog/product-filter.js';
import type { Context } from '../../graph/request-context.js';
import type { TextLanguages } from '../../catalog/text-languages.js';
import type { Loaders } from '../../catalog/loaders.js';
import { RequestError } from '../../errors.js';
import type { SearchServices } from '../search-services.js';
import { WORDS_SCALE } from '../../vision/color-share.js';
import { diverseOrder } from './diverse.js';
import { toIndexFilter, withoutStock } from '../../projection/index-filter.js';
import { fusedOrder, tellLikeness } from './fused.js';
import type { QueryVector } from '../query/query-vector.js';
import type { Ranking } from '../prove-page.js';
import { standingOrder, whatPasses } from './standing.js';
import { vectorRanking } from './by-likeness.js';

interface RankingPlan {
  readonly query: QueryVector;
  /** Corrected words to fuse with the likeness; null for none. */
  readonly text: string | null;
  /** The words among the vectors of images; null when there are none, or the encoder embeds only images. */
  readonly textVector: Float32Array | null;
  /** From 0 (most similar first) to 1 (results as different from each other as possible). */
  readonly diversity: number;
  /** Where the ranking by likeness ends, in the query's own weights; null: nowhere. */
  readonly minScore: number | null;
  /** Whether products with only some of the words are left out, unless they reach `minScore`. */
  readonly needsAllWords: boolean;
  readonly condition: ProductCondition;
  readonly channel: Channel;
  /** In which the text is looked for. */
  readonly languages: TextLanguages;
  readonly excludeProducts: readonly number[];
}

/** @throws RequestError BAD_USER_INPUT */
export function checkDiversity(diversity: number): void {
  if (diversity >= 0 && diversity <= 1) return;
  throw new RequestError(
    'BAD_USER_INPUT',
    `diversity is ${diversity}: it must be from 0 (most similar first) to 1.`,
  );
}

/** @throws RequestError BAD_USER_INPUT */
export function checkMinScore(minScore: number | null): void {
  if (minScore === null || (minScore >= -1 && minScore <= 1)) return;
  throw new RequestError('BAD_USER_INPUT', `minScore is ${minScore}: it must be from -1 to 1.`);
}

/** Multiplying a cosine by this gives the likeness to the query, or to the words if there is nothing else. */
export const scaleOf = (
  query: Pick<QueryVector, 'asked' | 'scale'>,
  textVector: Float32Array | null,
): number => (query.asked === null && textVector !== null ? WORDS_SCALE : query.scale);

/** Ranks by likeness, fused with words if there are any, and reordered for diversity if requested. */
export function rankQuery(
  services: SearchServices,
  { loaders }: Context,
  { query, text, textVector, diversity, minScore, needsAllWords, ...scope }: RankingPlan,
): Ranking {
  const { asked } = query;
  const least = minScore === null ? -Infinity : minScore / scaleOf(query, textVector);
  if (text === null && diversity === 0) return vectorRanking(services.index, asked, least);
  const { condition, channel, excludeProducts } = scope;
  const lasting = toIndexFilter(withoutStock(condition), channel.handle, excludeProducts);
  const visual = standingOrder(services.index, asked, lasting, least);
  const isOnlyText = asked === null;
  const told =
    textVector && standingOrder(services.index, textVector, lasting, isOnlyText ? least : -Infinity);
  const isBounded = minScore !== null && !isOnlyText;
  const order =
    text === null
      ? visual
      : fusedOrder(services.db, { ...scope, visual, told, isBounded, needsAllWords, text });
  const spread =
    diversity === 0
      ? order
      : diverseOrder(order, { diversity, vectorsOf: (imageIds) => vectorsOf(services, loaders, imageIds) });
  return whatPasses(spread, (found) => tellLikeness(services, asked ?? textVector, found));
}

async function vectorsOf(
  { imageVectors }: SearchServices,
  { images }: Loaders,
  imageIds: readonly number[],
): Promise<ReadonlyMap<number, Float32Array>> {
  const known = (await images.byKey.loadMany(imageIds)).flatMap((image) =>
    image === null || image instanceof Error ? [] : { key: image.key, sha256: image.sha256.toString('hex') },
  );
  const vectors = await imageVectors.embeddings.read(known.map(({ sha256 }) => sha256));
  return new Map(
    known.flatMap(({ key, sha256 }) => {
      const vector = vectors.get(sha256);
      return vector === undefined ? [] : [[key, vector] as const];
    }),
  );
}
