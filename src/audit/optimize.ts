import type { Random } from '../platform/random.js';
import type { Raster } from '../vision/raster.js';
import type { OptimizedMeans } from './attacks.js';
import { evolve, type Found, type Search } from './evolve.js';
import { noisy } from './noise.js';
import { patches } from './patch.js';

/** What an attacker alters, and what a patch first shows; without a motif, it has random colors. */
export interface Canvas {
  readonly picture: Raster;
  readonly motif: Raster | null;
  readonly chance: Random;
}

/** The best picture that an attacker finds with these means. */
export async function optimize<Answer>(
  means: OptimizedMeans,
  { picture, motif, chance }: Canvas,
  search: Search<Answer>,
): Promise<Found<Answer>> {
  switch (means.kind) {
    case 'patch':
      return evolve(await patches(picture, means.area, motif, chance), search);
    case 'noise':
      return evolve(noisy(picture, means.levels, chance), search);
  }
}
