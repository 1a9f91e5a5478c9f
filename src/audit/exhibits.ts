import type { Raster } from '../vision/raster.js';
import { ATTACKS, mainMeasure } from './attacks.js';
import type { Sight } from './audit-picture.js';
import { toDataUrl } from './picture.js';
import type { Product } from './catalog.js';
import type { Exhibit, PictureResult } from './state.js';

/** Pictures that the page shows for each attack, the first that succeeded. */
const SHOWN = 2;

interface Shown {
  readonly product: Product;
  readonly picture: Raster;
  readonly result: PictureResult;
  readonly sights: readonly Sight[];
  /** The title and the first image of a product. */
  readonly show: (productId: number) => Promise<Exhibit['takenFor']>;
}

/** The exhibits with those of one more picture, where they are better or there are not enough. */
export async function withSights(
  exhibits: readonly Exhibit[],
  { product, picture, result, sights, show }: Shown,
): Promise<Exhibit[]> {
  const kept = [...exhibits];
  for (const attack of ATTACKS) {
    const sight = sights.find((one) => one.attack === attack.id);
    const trial = result.trials.find((one) => one.attack === attack.id);
    if (sight === undefined || trial === undefined) continue;
    const succeeded = trial.result[mainMeasure(attack)];
    // It was so without the attack: neither a success nor a failure.
    if (succeeded === undefined) continue;
    const own = kept.filter((exhibit) => exhibit.attack === attack.id);
    const worse = own.find((exhibit) => !exhibit.succeeded);
    if (own.length >= SHOWN && !(succeeded && worse !== undefined)) continue;
    if (own.length >= SHOWN && worse !== undefined) kept.splice(kept.indexOf(worse), 1);
    kept.push({
      attack: attack.id,
      succeeded,
      product: { title: product.title, picture: await toDataUrl(sight.original ?? picture) },
      attacked: await toDataUrl(sight.picture),
      takenFor: sight.takenFor === null ? null : await show(sight.takenFor),
    });
  }
  return kept;
}
