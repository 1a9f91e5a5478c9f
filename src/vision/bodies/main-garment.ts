import { areaOf } from '../regions.js';
import type { Person } from './bodies.js';
import type { WornPart } from './worn.js';

/** The largest garment that people wear in an image: what a photo without a box is most likely about. */
export function mainGarment(people: readonly Person[]): WornPart | null {
  const [largest] = people.flatMap(({ worn }) => worn).sort((a, b) => areaOf(b.box) - areaOf(a.box));
  return largest ?? null;
}
