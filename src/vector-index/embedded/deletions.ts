import type { Revision } from '../port.js';

interface Deletion {
  readonly revision: Revision;
  readonly at: number;
}

/** The deleted images, so that an older write does not restore them. */
export class Deletions {
  /** Oldest first. */
  readonly #byImage = new Map<number, Deletion>();

  /** The revision of the image's last deletion; lower than any revision if the deletion was forgotten. */
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

  /** Forgets deletions before that moment. */
  forget(before: Date): void {
    for (const [imageId, { at }] of this.#byImage) {
      if (at >= before.getTime()) break;
      this.#byImage.delete(imageId);
    }
  }
}
