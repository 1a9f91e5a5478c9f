import type { Database } from '../platform/postgres.js';
import type { Guests } from './guests.js';

/** What holding stock asks. */
export interface HoldServices {
  readonly db: Database;
  readonly guests: Guests;
}
