import type { Bounds } from './budgets.js';

/** Points that are restored with time, up to a capacity. */
export class Bucket {
  #points: number;
  #at: number;

  /** `points` at the time `now`, in milliseconds. */
  constructor(points: number, now: number) {
    this.#points = points;
    this.#at = now;
  }

  points({ restoreRate, capacity }: Bounds, now: number): number {
    return Math.min(capacity, this.#points + (restoreRate * (now - this.#at)) / 1_000);
  }

  /** With negative points, takes them. A debt is at most the capacity. */
  add(points: number, bounds: Bounds, now: number): void {
    this.#points = Math.max(this.points(bounds, now) + points, -bounds.capacity);
    this.#at = now;
  }
}
