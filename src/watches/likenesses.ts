import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { nearest } from '../vector-index/vectors.js';
import type { Turns } from './turns.js';
import type { LookTerms, LookWatch, WatchGroup } from './watch-book.js';

/**
 * Pairs of a picture and a watch that it looks like enough, with 16 bytes each. With the usual thresholds, 10,000 watches
 * have half a million, however many pictures there are. The pictures that were asked about longest ago are compared again.
 */
const MAX_KEPT = 1_000_000;
/** What a list of pairs takes when it is empty, in pairs. */
const LIST_SIZE = 10;
/** Comparisons between two looks at the clock: 256 vectors of 512 numbers take about a tenth of a millisecond. */
const COMPARED_AT_ONCE = 256;

/** A vector, and what tells it apart from others. */
export interface Picture {
  readonly id: string;
  readonly vector: Float32Array;
}

export const pictureOf = (vector: Float32Array): Picture => ({
  id: createHash('sha256').update(vector).digest('base64'),
  vector,
});

/** The watches of a group that a picture looks like enough, each with its cosine. */
export interface Likeness {
  readonly watches: readonly LookTerms[];
  readonly cosines: readonly number[];
}

/** Of one group. */
interface Kept extends Likeness {
  /** The highest order of the watches that were compared. */
  readonly upTo: number;
}

interface KeptPicture {
  readonly byGroup: Map<string, Kept>;
  size: number;
}

const sizeOf = (kept: Kept | undefined): number => (kept === undefined ? 0 : LIST_SIZE + kept.watches.length);

/**
 * Which pictures look like which watches. It is kept, because most changes are of stock, which no picture shows: only
 * pictures and watches that are new are compared. A picture is known by its vector, so what is kept is never out of date.
 */
export class Likenesses {
  readonly #pictures: LRUCache<string, KeptPicture>;

  constructor(mostKept = MAX_KEPT) {
    this.#pictures = new LRUCache({ maxSize: mostKept });
  }

  /** Watches that the book no longer has may be among them. */
  async of(group: WatchGroup, picture: Picture, turns: Turns): Promise<Likeness> {
    const ofPicture = this.#pictures.get(picture.id) ?? { byGroup: new Map<string, Kept>(), size: 0 };
    const before = ofPicture.byGroup.get(group.key);
    const known: Kept = before ?? { upTo: 0, watches: [], cosines: [] };
    const newest = group.looks.at(-1)?.order ?? 0;
    if (newest <= known.upTo) return known;
    const kept = { ...(await compareWith(group, known, picture.vector, turns)), upTo: newest };
    ofPicture.byGroup.set(group.key, kept);
    ofPicture.size += sizeOf(kept) - sizeOf(before);
    // The cache takes note of another size only with another entry.
    this.#pictures.delete(picture.id);
    this.#pictures.set(picture.id, ofPicture, { size: ofPicture.size });
    return kept;
  }
}

/** Adds those of the watches that were not compared yet. */
async function compareWith(
  { looks }: WatchGroup,
  known: Kept,
  vector: Float32Array,
  turns: Turns,
): Promise<Likeness> {
  const watches = [...known.watches];
  const cosines = [...known.cosines];
  let compared = 0;
  for (const look of looks.slice(looks.findLastIndex(({ order }) => order <= known.upTo) + 1)) {
    compared += look.examples.positive.length + look.examples.negative.length;
    if (compared >= COMPARED_AT_ONCE) {
      compared = 0;
      await turns.take();
    }
    const cosine = cosineOf(look, vector);
    if (cosine === null) continue;
    watches.push(look.terms);
    cosines.push(cosine);
  }
  return { watches, cosines };
}

/** Null when it is not similar enough, as a search with `minScore` decides it. */
function cosineOf(
  { examples: { positive, negative }, minCosine }: LookWatch,
  vector: Float32Array,
): number | null {
  const cosine = nearest(vector, positive);
  return cosine >= minCosine && cosine > nearest(vector, negative) ? cosine : null;
}
