import type { Embeddings } from '../../images/embeddings.js';
import { RequestError } from '../../errors.js';
import type { Database } from '../../platform/postgres.js';
import { normalizedSum, type Term } from '../../vector-index/vectors.js';
import { readStyles, readStyleSamples } from './styles.store.js';

export interface StyleSources {
  readonly db: Database;
  readonly encoderId: string;
  readonly embeddings: Embeddings;
}

/**
 * The vector of a style: the centroid of its exemplars minus the mean of the catalog, which all garments share. With
 * half the weight, it has the effect of the centroid and preserves more of the rest of the query. It includes the
 * style's colors: without them, it finds no more of the style and preserves no more of the query's other colors
 * (bench/styles.ts).
 * @throws RequestError NOT_FOUND
 */
export async function styleVector(
  { db, encoderId, embeddings }: StyleSources,
  style: string,
): Promise<Float32Array> {
  const samples = await readStyleSamples(db, encoderId, style);
  const known = await embeddings.read([...samples.exemplars, ...samples.catalog]);
  const of = (sha256s: readonly string[], weight: number): Term[] =>
    sha256s.flatMap((sha256) => {
      const vector = known.get(sha256);
      return vector === undefined ? [] : [{ vector, weight: weight / sha256s.length }];
    });
  const centroid = of(samples.exemplars, 1);
  // A style that all products have does not distinguish any of them.
  const vector =
    centroid.length === 0
      ? null
      : (normalizedSum([...centroid, ...of(samples.catalog, -1)]) ?? normalizedSum(centroid));
  if (vector !== null) return vector;
  const styles = (await readStyles(db)).map(({ handle }) => handle);
  throw new RequestError('NOT_FOUND', noStyle(style, styles));
}

function noStyle(style: string, known: readonly string[]): string {
  if (known.includes(style.toLowerCase()))
    return `No product of the style ${JSON.stringify(style)} has an encoded image yet: try again when they are encoded.`;
  return known.length === 0
    ? `There is no style ${JSON.stringify(style)}: no product of this catalog has the attribute "style".`
    : `There is no style ${JSON.stringify(style)}: use one of ${known.join(', ')}.`;
}
