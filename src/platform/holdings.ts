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
  #total = 0;

  /** Sum of all weights. */
  get total(): number {
    return this.#total;
  }

  of(owner: string): number {
    return this.#owners.get(owner)?.total ?? 0;
  }

  /** The one not used for the longest time first. */
  itemsOf(owner: string): readonly Item[] {
    return [...(this.#owners.get(owner)?.weights.keys() ?? [])];
  }

  /** Must not be held already. */
  add(owner: string, item: Item, weight = 1): void {
    const held = this.#owners.get(owner) ?? { total: 0, weights: new Map<Item, number>() };
    held.weights.set(item, weight);
    held.total += weight;
    this.#total += weight;
    this.#owners.set(owner, held);
  }

  /** Does nothing for what is not held. */
  remove(owner: string, item: Item): void {
    const held = this.#owners.get(owner);
    const weight = held?.weights.get(item);
    if (held === undefined || weight === undefined) return;
    held.weights.delete(item);
    held.total -= weight;
    this.#total -= weight;
    if (held.weights.size === 0) this.#owners.delete(owner);
  }

  /** Notes that the item was used. */
  touch(owner: string, item: Item): void {
    const weights = this.#owners.get(owner)?.weights;
    const weight = weights?.get(item);
    if (weights === undefined || weight === undefined) return;
    weights.delete(item);
    weights.set(item, weight);
  }

  /** Null when nothing is held. Takes time in proportion to the number of owners. */
  largest(): Holding<Item> | null {
    let most: Holding<Item> | null = null;
    for (const [owner, { total, weights }] of this.#owners) {
      if (most === null || total > most.total) most = { owner, total, items: weights.keys() };
    }
    return most;
  }

  /** What an owner with this total may be given from; null if nobody has so much more that it would be fair. */
  largerThan(total: number): Holding<Item> | null {
    const largest = this.largest();
    // With one more, the owner would only change places with the other.
    return largest !== null && largest.total > total + 1 ? largest : null;
  }
}
