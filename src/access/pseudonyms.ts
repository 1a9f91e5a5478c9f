import { createHmac } from 'node:crypto';
import { inBackground } from '../platform/clients.js';
import type { Database } from '../platform/postgres.js';
import { readPrivacyKey } from './privacy-key.store.js';

/** Turns what identifies people into keyed hashes, so that the database has no addresses and no names of shoppers. */
export class Pseudonyms {
  #key: Promise<Buffer> | null = null;

  constructor(private readonly db: Database) {}

  /** HMAC-SHA-256: the same for the same text on every gateway of a database. */
  async of(text: string): Promise<Buffer> {
    this.#key ??= inBackground(() => readPrivacyKey(this.db));
    try {
      return createHmac('sha256', await this.#key)
        .update(text)
        .digest();
    } catch (error) {
      // Lets the next call try again.
      this.#key = null;
      throw error;
    }
  }
}
