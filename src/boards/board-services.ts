import type { SearchServices } from '../search/search-services.js';
import type { BoardLooks } from './board-looks.js';

/** The services for boards, in addition to those for a search. */
export interface BoardServices extends SearchServices {
  readonly boardLooks: BoardLooks;
}
