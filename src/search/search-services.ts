import type { QueryImageServices } from '../images/query-image.js';
import type { ImageVectors } from '../images/image-vectors.js';
import type { VectorIndex } from '../vector-index/port.js';
import type { SameProducts } from './probability/same-products.js';
import type { ProofServices } from './prove-page.js';
import type { QueryVectors } from './query/query-vectors.js';

/** The services for a visual search: the index, Postgres, and the conversion of queries into vectors. */
export interface SearchServices extends ProofServices, QueryImageServices {
  readonly index: VectorIndex;
  readonly encoderId: string;
  readonly imageVectors: ImageVectors;
  readonly queryVectors: QueryVectors;
  readonly sameProducts: SameProducts;
}
