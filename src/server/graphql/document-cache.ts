import { FairCache } from '../../platform/fair-cache.js';
import { MAX_KEPT_DOCUMENT_CHARS, MAX_KEPT_DOCUMENTS } from '../limits.js';

/** What the smallest document counts as, so that the number of documents is bounded too. */
const LEAST_CHARS = MAX_KEPT_DOCUMENT_CHARS / MAX_KEPT_DOCUMENTS;

/** Something kept for each of many documents. */
export interface DocumentCache<Value> extends Pick<FairCache<Value>, 'has' | 'get' | 'delete' | 'ownerOf'> {
  /** `sender` is who pays for the request. */
  set(key: string, value: Value, text: string, sender: string): void;
}

/** Within the limits on kept documents, of which the sender with the most loses its own first. */
export function createDocumentCache<Value>(): DocumentCache<Value> {
  const cache = new FairCache<Value>(MAX_KEPT_DOCUMENT_CHARS);
  return {
    has: (key) => cache.has(key),
    get: (key) => cache.get(key),
    delete: (key) => cache.delete(key),
    ownerOf: (key) => cache.ownerOf(key),
    set: (key, value, text, sender) => cache.set(key, value, Math.max(text.length, LEAST_CHARS), sender),
  };
}
