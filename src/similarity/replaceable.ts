import type { VectorIndex } from './index.js';

/** An index that another can take the place of while callers hold on to it. */
export class ReplaceableIndex implements VectorIndex {
  constructor(private current: VectorIndex) {}

  get name(): string {
    return this.current.name;
  }

  /** From here on every call goes to `next`; answers the one before, still open. */
  replace(next: VectorIndex): VectorIndex {
    const previous = this.current;
    this.current = next;
    return previous;
  }

  search: VectorIndex['search'] = (requests) => this.current.search(requests);
  upsert: VectorIndex['upsert'] = (points) => this.current.upsert(points);
  setPayloads: VectorIndex['setPayloads'] = (payloads) => this.current.setPayloads(payloads);
  deleteImages: VectorIndex['deleteImages'] = (imageIds) => this.current.deleteImages(imageIds);
  deleteProducts: VectorIndex['deleteProducts'] = (productIds) => this.current.deleteProducts(productIds);
  count: VectorIndex['count'] = () => this.current.count();
  close: VectorIndex['close'] = () => this.current.close();
}
