import { RowPayloads } from './payloads.js';

/** Rows per block: few enough that a block's scores for a whole batch stay in the second-level cache. */
export const BLOCK_ROWS = 16_384;

/** Consecutive rows: their concatenated vectors, and the slots of their products. */
interface Block {
  /** The first row. */
  readonly start: number;
  readonly vectors: Float32Array;
  readonly slots: Int32Array;
  readonly rows: number;
}

/**
 * The vectors and payloads of the embedded index, one row per image, without gaps: the last row moves into the place of
 * a deleted one. Vectors are kept in blocks, so that growing copies nothing.
 */
export class ImageRows {
  readonly payloads = new RowPayloads();
  readonly #blocks: { vectors: Float32Array; slots: Int32Array }[] = [];
  readonly #rows = new Map<number, number>();
  readonly #imageIds: number[] = [];
  readonly #rowsOfSlot: number[][] = [];

  constructor(readonly dimension: number) {}

  get size(): number {
    return this.#imageIds.length;
  }

  imageId(row: number): number {
    return this.#imageIds[row] ?? NaN;
  }

  /** The image's row, until an image is deleted; undefined if there is no such image. */
  row(imageId: number): number | undefined {
    return this.#rows.get(imageId);
  }

  /** The slot of the row's product. */
  slot(row: number): number {
    return this.#block(row).slots[row % BLOCK_ROWS] ?? -1;
  }

  /** The lowest image ids above `after`, ascending. */
  lowestIds(after: number, limit: number): number[] {
    // Sorting all ids for each page would delay searches. Rows are mostly in the order of their ids, so few are
    // compared twice.
    let lowest: number[] = [];
    let bound = Infinity;
    const cut = (): void => {
      lowest = lowest.sort((a, b) => a - b).slice(0, limit);
      if (lowest.length === limit) bound = lowest.at(-1) ?? bound;
    };
    for (const imageId of this.#imageIds) {
      if (imageId <= after || imageId >= bound) continue;
      lowest.push(imageId);
      if (lowest.length >= 2 * limit) cut();
    }
    cut();
    return lowest;
  }

  /** The rows of a product's images; empty when it has none. */
  rowsOf(slot: number): readonly number[] {
    return this.#rowsOfSlot[slot] ?? [];
  }

  /** A view of the row's vector. */
  vector(row: number): Float32Array {
    const start = (row % BLOCK_ROWS) * this.dimension;
    return this.#block(row).vectors.subarray(start, start + this.dimension);
  }

  /** All rows. */
  *blocks(): Generator<Block> {
    for (const [b, { vectors, slots }] of this.#blocks.entries()) {
      const start = b * BLOCK_ROWS;
      const rows = Math.min(BLOCK_ROWS, this.size - start);
      if (rows > 0) yield { start, vectors: vectors.subarray(0, rows * this.dimension), slots, rows };
    }
  }

  /**
   * Inserts or replaces an image, but not its payload. Returns its row, and its previous slot if that was a different
   * one.
   */
  set(
    imageId: number,
    slot: number,
    vector: Float32Array,
  ): { readonly row: number; readonly left: number | undefined } {
    let row = this.#rows.get(imageId);
    let previous: number | undefined;
    if (row === undefined) {
      row = this.size;
      this.#rows.set(imageId, row);
      this.#imageIds.push(imageId);
    } else {
      previous = this.slot(row);
      if (previous !== slot) this.#detach(row, previous);
    }
    this.vector(row).set(vector);
    if (previous !== slot) this.#attach(row, slot);
    return { row, left: previous === slot ? undefined : previous };
  }

  /** Deletes an image; returns the slot that it belonged to, or undefined if there is no such image. */
  delete(imageId: number): number | undefined {
    const row = this.#rows.get(imageId);
    if (row === undefined) return undefined;
    const slot = this.slot(row);
    this.#detach(row, slot);
    const last = this.size - 1;
    this.payloads.replaceByLast(row, last);
    if (row !== last) {
      const lastSlot = this.slot(last);
      this.#detach(last, lastSlot);
      this.vector(row).set(this.vector(last));
      this.#attach(row, lastSlot);
      this.#imageIds[row] = this.imageId(last);
      this.#rows.set(this.imageId(last), row);
    }
    this.#imageIds.pop();
    this.#rows.delete(imageId);
    return slot;
  }

  #block(row: number): { vectors: Float32Array; slots: Int32Array } {
    const b = Math.floor(row / BLOCK_ROWS);
    return (this.#blocks[b] ??= {
      vectors: new Float32Array(BLOCK_ROWS * this.dimension),
      slots: new Int32Array(BLOCK_ROWS),
    });
  }

  #attach(row: number, slot: number): void {
    this.#block(row).slots[row % BLOCK_ROWS] = slot;
    (this.#rowsOfSlot[slot] ??= []).push(row);
  }

  #detach(row: number, slot: number): void {
    this.#rowsOfSlot[slot] = this.rowsOf(slot).filter((other) => other !== row);
  }
}
