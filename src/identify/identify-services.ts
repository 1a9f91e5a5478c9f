import type { SearchServices } from '../search/search-services.js';
import type { LabelModels } from './label-models.js';

/** What naming an image asks, beside what a search asks. */
export interface IdentifyServices extends SearchServices {
  readonly labelModels: LabelModels;
}
