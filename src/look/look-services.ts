import type { LabelModels } from '../identify/label-models.js';
import type { SearchServices } from '../search/search-services.js';
import type { RegionProposer } from './region-proposer.js';

/** What finding the items of a picture asks, beside what a search asks. */
export interface LookServices extends SearchServices {
  readonly regionProposer: RegionProposer;
  readonly labelModels: LabelModels;
}
