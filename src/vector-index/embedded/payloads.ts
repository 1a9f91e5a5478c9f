import { Bitset } from './bitset.js';
import type { IndexFilter, PointPayload, Revision } from '../port.js';

const NONE: PointPayload = { tags: [], numbers: {} };

/** The payloads of the rows, inverted: a bitset per tag, a column per number. */
export class RowPayloads {
  readonly #payloads: PointPayload[] = [];
  readonly #revisions: Revision[] = [];
  readonly #postings = new Map<string, Bitset>();
  /** A value per row, NaN for rows without one; rows beyond the end have none either. */
  readonly #columns = new Map<string, Float64Array>();

  payload(row: number): PointPayload {
    return this.#payloads[row] ?? NONE;
  }

  /** The revision of the last write of the row. */
  revision(row: number): Revision {
    return this.#revisions[row] ?? -Infinity;
  }

  set(row: number, payload: PointPayload, revision: Revision): void {
    this.#forget(row);
    this.#payloads[row] = payload;
    this.#revisions[row] = revision;
    for (const tag of payload.tags) {
      const posting = this.#postings.get(tag) ?? new Bitset();
      posting.add(row);
      this.#postings.set(tag, posting);
    }
    for (const [field, value] of Object.entries(payload.numbers)) this.#column(field, row)[row] = value;
  }

  /** Deletes a row, and puts the last one, which may be the same, in its place. */
  replaceByLast(row: number, last: number): void {
    const [payload, revision] = [this.payload(last), this.revision(last)];
    this.#forget(last);
    if (row !== last) this.set(row, payload, revision);
    this.#payloads.pop();
    this.#revisions.pop();
  }

  /** The rows below `end` that pass the clauses and ranges. */
  matching({ clauses, ranges }: IndexFilter, end: number): Bitset {
    const [first, ...others] = clauses.map((tags) =>
      Bitset.union(tags.flatMap((tag) => this.#postings.get(tag) ?? [])),
    );
    const matching = first ?? Bitset.below(end);
    for (const clause of others) matching.intersect(clause);
    for (const { field, min = -Infinity, max = Infinity } of ranges) {
      const column = this.#columns.get(field);
      for (const row of matching.toArray()) {
        const value = column?.[row] ?? NaN;
        if (!(value >= min && value <= max)) matching.delete(row);
      }
    }
    return matching;
  }

  #forget(row: number): void {
    const payload = this.payload(row);
    for (const tag of payload.tags) {
      const posting = this.#postings.get(tag);
      posting?.delete(row);
      if (posting?.size === 0) this.#postings.delete(tag);
    }
    for (const field of Object.keys(payload.numbers)) this.#column(field, row)[row] = NaN;
  }

  /** The field's column, extended to include the row. */
  #column(field: string, row: number): Float64Array {
    const column = this.#columns.get(field) ?? new Float64Array();
    if (row < column.length) return column;
    const grown = new Float64Array(Math.max(row + 1, column.length * 2)).fill(NaN, column.length);
    grown.set(column);
    this.#columns.set(field, grown);
    return grown;
  }
}
