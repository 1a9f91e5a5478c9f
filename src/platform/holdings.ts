/** What somebody holds of something that is limited. */
export interface Holding<Item> {
  readonly owner: string;
  /** Sum of the weights. */
  readonly total: number;
  /** The one not used for the longest time first. */
  readonly items: Iterable<Item>;
}

interface Held<Item> {
  total: number;
  readonly weights: Map<Item, number>;
}

/**
 * Who holds what of something limited that all share. When it is used up, whoever holds most gives way: many strangers
 * together cannot take the little that each of the others has.
 */
export class Holdings<Item> {
  readonly #owners = new Map<string, Held<Item>>();
  readonly #ownerOf = new Map<Item, string>();
  #total = 0;

  /** Sum of all weights. */
  get total(): number {
    return this.#total;
  }

  of(owner: string): number {
    return this.#owners.get(owner)?.total ?? 0;
  }

  /** Replaces the owner and weight of an item that is held already. */
  add(owner: string, item: Item, weight = 1): void {
    this.remove(item);
    const held = this.#owners.get(owner) ?? { total: 0, weights: new Map<Item, number>() };
    held.weights.set(item, weight);
    held.total += weight;
    this.#total += weight;
    this.#owners.set(owner, held);
    this.#ownerOf.set(item, owner);
  }

  /** Does nothing for what is not held. */
  remove(item: Item): void {
    const owner = this.#ownerOf.get(item);
    const held = owner === undefined ? undefined : this.#owners.get(owner);
    const weight = held?.weights.get(item);
    if (owner === undefined || held === undefined || weight === undefined) return;
    held.weights.delete(item);
    held.total -= weight;
    this.#total -= weight;
    this.#ownerOf.delete(item);
    if (held.weights.size === 0) this.#owners.delete(owner);
  }

  /** Notes that the item was used. */
  touch(item: Item): void {
    const weights = this.#owners.get(this.#ownerOf.get(item) ?? '')?.weights;
    const weight = weights?.get(item);
    if (weights === undefined || weight === undefined) return;
    weights.delete(item);
    weights.set(item, weight);
  }

  /** Null when nothing is held. Takes time in proportion to the number of owners. */
  largest(): Holding<Item> | null {
    let owner: string | null = null;
    for (const name of this.#owners.keys()) {
      if (owner === null || this.of(name) > this.of(owner)) owner = name;
    }
    const held = owner === null ? undefined : this.#owners.get(owner);
    return owner === null || held === undefined
      ? null
      : { owner, total: held.total, items: held.weights.keys() };
  }

  /** What an owner with this total may be given from; null if nobody has so much more that it would be fair. */
  largerThan(total: number): Holding<Item> | null {
    const largest = this.largest();
    // With one more, the owner would only change places with the other.
    return largest !== null && largest.total > total + 1 ? largest : null;
  }
}
