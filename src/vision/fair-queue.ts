import { decodePayer } from './decode-payer.js';

/** Background work takes turns as one more client does. */
const BACKGROUND = '';

/** What a client may have of a queue's places, so that some are left for others. */
const CLIENT_SHARE = 1 / 2;

/** The client that the current request belongs to. */
export const currentClient = (): string => decodePayer()?.name ?? BACKGROUND;

/** A queue in which clients take turns. The entries of one client keep their order. */
export class FairQueue<T> {
  /** The client whose turn it is comes first. */
  readonly #entries = new Map<string, T[]>();
  #length = 0;

  constructor(private readonly places = Infinity) {}

  get length(): number {
    return this.#length;
  }

  /** The waiting entries of a client. */
  of(client: string): readonly T[] {
    return this.#entries.get(client) ?? [];
  }

  /** Whether the queue has no place for another entry of this client. */
  isFull(client: string): boolean {
    return this.#length >= this.places || isOverShare(client, this.of(client).length + 1, this.places);
  }

  push(client: string, entry: T): void {
    this.#entries.set(client, [...this.of(client), entry]);
    this.#length += 1;
  }

  /** Takes an entry out before its turn. */
  remove(client: string, entry: T): void {
    const left = this.of(client).filter((other) => other !== entry);
    this.#length -= this.of(client).length - left.length;
    if (left.length > 0) this.#entries.set(client, left);
    else this.#entries.delete(client);
  }

  /** The entry whose turn it is. */
  peek(): T | undefined {
    const [first] = this.#entries.values();
    return first?.[0];
  }

  /** Takes out the entry whose turn it is; then it is another client's turn. */
  shift(): T | undefined {
    const [first] = this.#entries;
    if (first === undefined) return undefined;
    const [client, [entry, ...left]] = first;
    this.#entries.delete(client);
    if (left.length > 0) this.#entries.set(client, left);
    this.#length -= 1;
    return entry;
  }
}

/** Whether so much would be more than the client's share of all. Background work limits itself. */
export const isOverShare = (client: string, much: number, all: number): boolean =>
  client !== BACKGROUND && much > all * CLIENT_SHARE;
