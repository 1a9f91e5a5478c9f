import { Holdings } from './holdings.js';

/**
 * A cache that is full when its values reach `capacity`. Then the owner with the largest share loses the value that was
 * not used for the longest time, so no owner can push out what the others use.
 */
export class FairCache<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly owner: string }>();
  readonly #holdings = new Holdings<string>();

  constructor(private readonly capacity: number) {}

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry) this.#holdings.touch(key);
    return entry?.value;
  }

  /** Who set it. */
  ownerOf(key: string): string | undefined {
    return this.#entries.get(key)?.owner;
  }

  /** Keeps the owner of a value that is there already. `size` is in the unit of the capacity. */
  set(key: string, value: Value, size: number, newOwner: string): void {
    const owner = this.ownerOf(key) ?? newOwner;
    this.delete(key);
    if (size > this.capacity) return;
    this.#entries.set(key, { value, owner });
    this.#holdings.add(owner, key, size);
    while (this.#holdings.total > this.capacity) {
      const [oldest] = this.#holdings.largest()?.items ?? [];
      if (oldest !== undefined) this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#holdings.remove(key);
  }
}
