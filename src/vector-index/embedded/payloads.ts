import { groupBy } from '../../platform/group-by.js';
import { Bitset } from './bitset.js';
import { Posting } from './posting.js';
import type { IndexFilter, PointPayload, Revision } from '../port.js';

const NONE: PointPayload = { tags: [], numbers: {} };

/** The payloads of the rows, inverted: the rows of each tag, a column per number. */
export class RowPayloads {
  /** Rows that were written together with one payload share it, and all payloads share the text of their tags. */
  readonly #payloads: PointPayload[] = [];
  readonly #revisions: Revision[] = [];
  readonly #postings = new Map<string, Posting>();
  /** A value per row, NaN for rows without one; rows beyond the end have none either. */
  readonly #columns = new Map<string, Float64Array>();

  payload(row: number): PointPayload {
    return this.#payloads[row] ?? NONE;
  }

  /** The revision of the last write of the row. */
  revision(row: number): Revision {
    return this.#revisions[row] ?? -Infinity;
  }

  /** Gives rows one payload. Takes time for each of its tags, and for each row only for the tags that change. */
  set(rows: readonly number[], payload: PointPayload, revision: Revision): void {
    const postings = payload.tags.map((tag) => this.#posting(tag));
    const shared: PointPayload = { tags: postings.map(({ tag }) => tag), numbers: payload.numbers };
    const wanted = new Set(shared.tags);
    for (const [before, alike] of groupBy(rows, (row) => this.payload(row))) {
      const had = new Set(before.tags);
      for (const posting of postings) {
        if (!had.has(posting.tag)) for (const row of alike) posting.add(row);
      }
      for (const tag of had) {
        const posting = wanted.has(tag) ? undefined : this.#postings.get(tag);
        if (posting === undefined) continue;
        for (const row of alike) posting.delete(row);
        if (posting.size === 0) this.#postings.delete(tag);
      }
      for (const row of alike) {
        for (const field of Object.keys(before.numbers)) this.#column(field, row)[row] = NaN;
        for (const [field, value] of Object.entries(payload.numbers)) this.#column(field, row)[row] = value;
        this.#payloads[row] = shared;
        this.#revisions[row] = revision;
      }
    }
  }

  /** Deletes a row, and puts the last one, which may be the same, in its place. */
  replaceByLast(row: number, last: number): void {
    const [payload, revision] = [this.payload(last), this.revision(last)];
    if (row === last) this.set([row], NONE, revision);
    else this.#move(last, row, payload, revision);
    this.#payloads.pop();
    this.#revisions.pop();
  }

  #move(from: number, to: number, payload: PointPayload, revision: Revision): void {
    this.set([to], payload, revision);
    // Rows that share a payload keep sharing it.
    this.#payloads[to] = payload;
    this.set([from], NONE, revision);
  }

  /** The rows below `end` that pass the clauses and ranges. */
  matching({ clauses, ranges }: IndexFilter, end: number): Bitset {
    const [first, ...others] = clauses.map((tags) => this.#withOneOf(tags, end));
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

  #withOneOf(tags: readonly string[], end: number): Bitset {
    const words = new Uint32Array(Math.max(1, Math.ceil(end / 32)));
    for (const tag of tags) this.#postings.get(tag)?.addTo(words);
    return new Bitset(words);
  }

  /** The tag's rows. One without rows is kept only until the write ends. */
  #posting(tag: string): Posting {
    const known = this.#postings.get(tag);
    if (known !== undefined) return known;
    const posting = new Posting(tag);
    this.#postings.set(tag, posting);
    return posting;
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
