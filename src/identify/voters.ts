import { weighColor } from '../vision/color-share.js';
import { toRequest } from '../vector-index/page.js';
import { MATCH_ALL, type Asked, type IndexMatch, type VectorIndex } from '../vector-index/port.js';
import { LabelKind } from './label.types.js';
import { familiarity } from './vote.js';

/** Products that vote. Half or twice as many, and other weights, were no better on the demo catalog or on photos. */
export const VOTERS = 16;
/**
 * How much color counts among those that vote on the color. With the share of a search, 0.2, one color label in three was
 * right on the demo catalog; with 0.8, 0.9, and 1, three in four.
 */
export const COLOR_SHARE = 0.9;

/** The products of the catalog that say what an image shows, the most similar first. */
export interface Voters {
  readonly nearest: readonly IndexMatch[];
  /** Those whose colors are the most similar. */
  readonly byColor: readonly IndexMatch[];
}

/** Those that vote on one kind of label. */
export interface Electorate {
  readonly voters: readonly IndexMatch[];
  /** See `familiarity`: how well the catalog knows such images. */
  readonly familiar: number;
}

export const electorateOf = (kind: LabelKind, { nearest, byColor }: Voters): Electorate => ({
  voters: kind === LabelKind.COLOR ? byColor : nearest,
  familiar: familiarity(nearest),
});

/**
 * The voters on each query, whatever their stock and channel: the question is what something is, not whether it can be
 * bought. All are asked for in one call to the index.
 * @throws RequestError INDEX_UNAVAILABLE, SERVICE_OVERLOADED
 */
export async function findVoters(
  index: Pick<VectorIndex, 'search'>,
  queries: readonly { readonly asked: Asked; readonly excludeProducts: readonly number[] }[],
): Promise<Voters[]> {
  const requests = queries.flatMap(({ asked, excludeProducts }) =>
    [asked, byColor(asked)].map((question) => ({
      ...toRequest(question),
      filter: { ...MATCH_ALL, excludeProducts },
      limit: VOTERS,
    })),
  );
  const results = await index.search(requests);
  return queries.map((_, i) => ({
    nearest: results[2 * i]?.matches ?? [],
    byColor: results[2 * i + 1]?.matches ?? [],
  }));
}

function byColor(asked: Asked): Asked {
  const weigh = (vector: Float32Array): Float32Array => weighColor(vector, COLOR_SHARE).vector;
  if (asked instanceof Float32Array) return weigh(asked);
  return { positive: asked.positive.map(weigh), negative: asked.negative.map(weigh) };
}
