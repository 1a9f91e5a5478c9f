import { RequestError } from '../errors.js';
import { type Clients, currentClients } from '../platform/clients.js';
import { FairQueue } from '../platform/fair-queue.js';
import { examplesOf } from './page.js';
import type { SearchRequest } from './port.js';

interface Waiting {
  readonly vectors: number;
  /** Before its own. */
  turnsLeft: number;
  readonly clients: Clients;
  readonly start: () => void;
  readonly lose: () => void;
}

/** How many vectors the requests compare all others with: as much work as so many requests with one. */
export const vectorsOf = (requests: readonly SearchRequest[]): number =>
  requests.reduce((sum, request) => {
    const { positive, negative } = examplesOf(request);
    return sum + positive.length + negative.length;
  }, 0);

/**
 * Limits how many vectors are searched for at once. When all places are taken, clients take turns, and a search waits one
 * turn for each of its vectors. It starts when a place is free, even if it takes more than there are then: searches with
 * many vectors would otherwise wait for as long as others come.
 */
export class SearchTurns {
  readonly #waiting: FairQueue<Waiting>;

  /** `free` vectors are searched for at once, and `most` searches may wait; half as many of one client. */
  constructor(
    private free: number,
    most: number,
  ) {
    this.#waiting = new FairQueue(most);
  }

  /** @throws RequestError SERVICE_OVERLOADED when too many searches wait; what `search` throws */
  async run<T>(vectors: number, search: () => Promise<T>): Promise<T> {
    await this.#take(vectors);
    try {
      return await search();
    } finally {
      this.free += vectors;
      this.#startNext();
    }
  }

  async #take(vectors: number): Promise<void> {
    if (this.free > 0 && this.#waiting.length === 0) {
      this.free -= vectors;
      return;
    }
    const clients = currentClients();
    if (!this.#waiting.hasRoom(clients.owner)) throw overloaded();
    await new Promise<void>((start, refuse) => {
      this.#push({ vectors, turnsLeft: vectors - 1, clients, start, lose: () => refuse(overloaded()) });
    });
  }

  #push(search: Waiting): void {
    this.#waiting.push(search.clients, search, search.lose);
  }

  #startNext(): void {
    while (this.free > 0) {
      const search = this.#waiting.shift()?.entry;
      if (search === undefined) return;
      if (search.turnsLeft > 0) {
        search.turnsLeft -= 1;
        this.#push(search);
      } else {
        this.free -= search.vectors;
        search.start();
      }
    }
  }
}

const overloaded = (): RequestError =>
  new RequestError('SERVICE_OVERLOADED', 'Too many searches are waiting: try again in a few seconds.');
