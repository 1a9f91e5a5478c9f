/** The products of the embedded index. One has a slot, a small integer, as long as it has images; slots are reused. */
export class ProductSlots {
  readonly #slots = new Map<number, number>();
  readonly #productIds: number[] = [];
  readonly #free: number[] = [];

  /** Every slot is below it; some slots below it may be free. */
  get end(): number {
    return this.#productIds.length;
  }

  /** The product's slot; undefined if it has no images. */
  slot(productId: number): number | undefined {
    return this.#slots.get(productId);
  }

  productId(slot: number): number {
    return this.#productIds[slot] ?? NaN;
  }

  /** The product's slot, a new one if it has none. */
  take(productId: number): number {
    const known = this.#slots.get(productId);
    if (known !== undefined) return known;
    const slot = this.#free.pop() ?? this.#productIds.length;
    this.#slots.set(productId, slot);
    this.#productIds[slot] = productId;
    return slot;
  }

  release(slot: number): void {
    this.#slots.delete(this.productId(slot));
    this.#free.push(slot);
  }
}
