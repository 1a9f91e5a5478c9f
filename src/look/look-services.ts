import type { LabelModels } from '../identify/label-models.js';
import type { SearchServices } from '../search/search-services.js';
import type { RegionProposer } from './region-proposer.js';

/** The services for finding items in a picture, in addition to those for a search. */
export interface LookServices extends SearchServices {
  readonly regionProposer: RegionProposer;
  readonly labelModels: LabelModels;
}
