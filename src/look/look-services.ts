import type { LabelModels } from '../identify/label-models.js';
import type { SearchServices } from '../search/search-services.js';
import type { Eye } from './see.js';

/** What finding the items of a picture asks, beside what a search asks. */
export interface LookServices extends SearchServices {
  readonly eye: Eye;
  readonly labelModels: LabelModels;
}
