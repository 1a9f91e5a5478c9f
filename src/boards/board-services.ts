import type { SearchServices } from '../search/search-services.js';
import type { BoardLooks } from './board-looks.js';

/** What boards ask, beside what a search asks. */
export interface BoardServices extends SearchServices {
  readonly boardLooks: BoardLooks;
}
