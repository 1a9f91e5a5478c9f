import type { SearchServices } from '../search/search-services.js';
import type { LabelModels } from './label-models.js';

/** The services for naming an image, in addition to those for a search. */
export interface IdentifyServices extends SearchServices {
  readonly labelModels: LabelModels;
}
