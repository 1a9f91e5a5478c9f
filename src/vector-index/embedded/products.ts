import { Bitset } from './bitset.js';
import type { IndexFilter, PointPayload, Revision } from '../port.js';

/**
 * The products of the embedded index and their payloads, inverted: a bitset per tag, a column per number. A product
 * has a slot, a small integer, as long as it has images; slots are reused.
 */
export class ProductSlots {
  readonly #slots = new Map<number, number>();
  readonly #productIds: number[] = [];
  readonly #payloads: PointPayload[] = [];
  readonly #revisions: Revision[] = [];
  readonly #free: number[] = [];
  readonly #live = new Bitset();
  readonly #postings = new Map<string, Bitset>();
  /** A value per slot, NaN for products without one; slots beyond the end have none either. */
  readonly #columns = new Map<string, Float64Array>();

  /** Every slot is below it; some slots below it may be free. */
  get end(): number {
    return this.#productIds.length;
  }

  /** Number of products. */
  get size(): number {
    return this.#live.size;
  }

  slot(productId: number): number | undefined {
    return this.#slots.get(productId);
  }

  productId(slot: number): number {
    return this.#productIds[slot] ?? NaN;
  }

  payload(slot: number): PointPayload {
    return this.#payloads[slot] ?? { tags: [], numbers: {} };
  }

  /** The revision of the slot's payload. */
  revision(slot: number): Revision {
    return this.#revisions[slot] ?? NaN;
  }

  /** Gives the product a slot if it has none, and this payload unless it has a newer one. */
  set(productId: number, payload: PointPayload, revision: Revision): number {
    let slot = this.#slots.get(productId);
    if (slot === undefined) {
      slot = this.#free.pop() ?? this.#productIds.length;
      this.#slots.set(productId, slot);
      this.#productIds[slot] = productId;
      this.#live.add(slot);
    } else if (revision < this.revision(slot)) {
      return slot;
    } else {
      this.#forgetPayload(slot);
    }
    this.#payloads[slot] = payload;
    this.#revisions[slot] = revision;
    for (const tag of payload.tags) {
      const posting = this.#postings.get(tag) ?? new Bitset();
      posting.add(slot);
      this.#postings.set(tag, posting);
    }
    for (const [field, value] of Object.entries(payload.numbers)) {
      this.#column(field, slot)[slot] = value;
    }
    return slot;
  }

  release(slot: number): void {
    this.#forgetPayload(slot);
    this.#slots.delete(this.productId(slot));
    this.#live.delete(slot);
    this.#free.push(slot);
  }

  /** The slots of the products that pass the filter; undefined when all do. */
  matching(filter: IndexFilter): Bitset | undefined {
    if (filter.clauses.length + filter.ranges.length + filter.excludeProducts.length === 0) return undefined;
    const [first, ...others] = filter.clauses.map((tags) =>
      Bitset.union(tags.flatMap((tag) => this.#postings.get(tag) ?? [])),
    );
    const matching = first ?? Bitset.union([this.#live]);
    for (const clause of others) matching.intersect(clause);
    for (const { field, min = -Infinity, max = Infinity } of filter.ranges) {
      const column = this.#columns.get(field);
      for (const slot of matching.toArray()) {
        const value = column?.[slot] ?? NaN;
        if (!(value >= min && value <= max)) matching.delete(slot);
      }
    }
    for (const productId of filter.excludeProducts) {
      const slot = this.#slots.get(productId);
      if (slot !== undefined) matching.delete(slot);
    }
    return matching;
  }

  #forgetPayload(slot: number): void {
    const payload = this.#payloads[slot];
    for (const tag of payload?.tags ?? []) {
      const posting = this.#postings.get(tag);
      posting?.delete(slot);
      if (posting?.size === 0) this.#postings.delete(tag);
    }
    for (const field of Object.keys(payload?.numbers ?? {})) this.#column(field, slot)[slot] = NaN;
  }

  /** The field's column, extended to include the slot. */
  #column(field: string, slot: number): Float64Array {
    const column = this.#columns.get(field) ?? new Float64Array();
    if (slot < column.length) return column;
    const grown = new Float64Array(Math.max(slot + 1, column.length * 2)).fill(NaN, column.length);
    grown.set(column);
    this.#columns.set(field, grown);
    return grown;
  }
}
