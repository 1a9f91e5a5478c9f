import type { Revision } from '../port.js';

interface Deletion {
  readonly revision: Revision;
  readonly at: number;
}

/** The images that were deleted, so that an older write brings none of them back. */
export class Deletions {
  /** Oldest first. */
  readonly #byImage = new Map<number, Deletion>();

  /** What the image was deleted with last; lower than all when nobody remembers. */
  revision(imageId: number): Revision {
    return this.#byImage.get(imageId)?.revision ?? -Infinity;
  }

  add(imageIds: readonly number[], revision: Revision): void {
    const deletion = { revision, at: Date.now() };
    for (const imageId of imageIds) {
      this.#byImage.delete(imageId);
      this.#byImage.set(imageId, deletion);
    }
  }

  /** Those of before that moment. */
  forget(before: Date): void {
    for (const [imageId, { at }] of this.#byImage) {
      if (at >= before.getTime()) break;
      this.#byImage.delete(imageId);
    }
  }
}
