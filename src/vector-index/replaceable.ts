import type { VectorIndex } from './port.js';

/** An index that can be replaced by another one while callers keep a reference to it. */
export class ReplaceableIndex implements VectorIndex {
  constructor(private current: VectorIndex) {}

  get name(): string {
    return this.current.name;
  }

  /** Sends every call from now on to `next`; returns the previous index, still open. */
  replace(next: VectorIndex): VectorIndex {
    const previous = this.current;
    this.current = next;
    return previous;
  }

  search: VectorIndex['search'] = (requests) => this.current.search(requests);
  upsert: VectorIndex['upsert'] = (points, revision) => this.current.upsert(points, revision);
  setPayloads: VectorIndex['setPayloads'] = (payloads, revision) =>
    this.current.setPayloads(payloads, revision);
  deleteImages: VectorIndex['deleteImages'] = (imageIds, revision) =>
    this.current.deleteImages(imageIds, revision);
  forgetDeleted: VectorIndex['forgetDeleted'] = (before) => this.current.forgetDeleted(before);
  scan: VectorIndex['scan'] = (after, limit) => this.current.scan(after, limit);
  count: VectorIndex['count'] = () => this.current.count();
  close: VectorIndex['close'] = () => this.current.close();
}
