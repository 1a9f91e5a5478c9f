import type { SearchServices } from '../search/search-services.js';
import type { WatchEvents } from './watch-events.js';

/** The services for watches, in addition to those for searches. */
export interface WatchServices extends SearchServices {
  readonly watchEvents: WatchEvents;
}
