import type { Database } from '../platform/postgres.js';
import type { Embeddings } from '../images/embeddings.js';
import { meanDirection } from '../vector-index/vectors.js';
import { readPinSubjects, type PinSubject } from './pin.store.js';

/** A pin with its images that are encoded: none of an upload whose bytes are gone. */
export interface PinLook {
  readonly subject: PinSubject;
  readonly positive: boolean;
  readonly images: readonly { readonly sha256: string; readonly vector: Float32Array }[];
}

/** What a pin looks like: of a product, the mean of its images. */
export const directionOf = ({ images }: PinLook): Float32Array | null =>
  meanDirection(images.map(({ vector }) => vector));

export interface TasteSources {
  readonly db: Database;
  readonly embeddings: Embeddings;
  /** The vector of an upload that Postgres has none of, as after a change of encoders; null where its bytes are gone. */
  readonly encodeUpload: (sha256: string) => Promise<Float32Array | null>;
}

/** The pins of a board, the oldest first. */
export async function findPinLooks(
  { db, embeddings, encodeUpload }: TasteSources,
  board: string,
): Promise<PinLook[]> {
  const subjects = await readPinSubjects(db, board);
  const known = await embeddings.read(subjects.flatMap(({ images }) => images));
  const pins: PinLook[] = [];
  for (const subject of subjects) {
    const { positive, upload } = subject;
    // One after the other: all pins of a board at once would leave shoppers no place in the encoder's queue.
    if (upload !== null && !known.has(upload.sha256)) {
      const vector = await encodeUpload(upload.sha256);
      if (vector !== null) known.set(upload.sha256, vector);
    }
    const images = subject.images.flatMap((sha256) => {
      const vector = known.get(sha256);
      return vector === undefined ? [] : [{ sha256, vector }];
    });
    pins.push({ subject, positive, images });
  }
  return pins;
}
