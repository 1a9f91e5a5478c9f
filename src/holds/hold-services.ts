import type { Database } from '../platform/postgres.js';
import type { Guests } from './guests.js';

/** The services that holding stock needs. */
export interface HoldServices {
  readonly db: Database;
  readonly guests: Guests;
}
