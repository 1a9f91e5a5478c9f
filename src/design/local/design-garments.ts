import sharp from 'sharp';
import type { Design as Garment } from '../../garment/design.js';
import { random } from '../../platform/random.js';
import type { OpenEncoder } from '../../vision/encoder.js';
import type { Raster } from '../../vision/raster.js';
import { MAX_LIKENESS, MAX_SAMENESS } from '../order.js';
import type { LocalMessage, LocalOrder } from './local.protocol.js';
import { type Look, lookAtGarments } from './look-at-garments.js';
import { type Aim, excessOf, scoreOf, searchDesigns, type Search } from './search-designs.js';
import { garmentKey, openSpace } from './space.js';
import type { Seen } from './swatches.js';

/** Garments that are drawn for all designs of a job: with the final pictures, about 20 s on two cores. */
const BUDGET = 168;
/** For one design, when there are few. */
const MAX_BUDGET = 96;
/** Garments whose final picture is drawn for each design: details that show only there change their order. */
const FINALISTS = 6;
/** Pixels of the height of the final picture: as in the demo catalog. */
const FINAL_HEIGHT = 600;
/** A final picture may be nearer to a product than the one that the search saw: the search keeps this much farther away. */
const MARGIN = 0.01;
const QUALITY = 86;
const DRAFT_QUALITY = 70;

/** No garment is as ordered. */
export class NoDesign extends Error {}

interface Options {
  readonly encoder: Pick<OpenEncoder, 'encodeRaster'>;
  readonly swatches: readonly Seen[];
  readonly tell: (message: LocalMessage) => void;
}

type Finished = Extract<LocalMessage, { kind: 'done' }>['designs'];

/**
 * Designs garments as ordered, one after another, each different from those before; tells of every better draft.
 * @throws NoDesign
 */
export async function designGarments(
  order: LocalOrder,
  { encoder, swatches, tell }: Options,
): Promise<Finished> {
  const space = openSpace(order.wanted);
  if (space === null) throw new NoDesign('No garment has all that the order requires.');
  const designs: Finished = [];
  const others: Float32Array[] = [];
  const budget = Math.min(MAX_BUDGET, Math.ceil(BUDGET / order.count));
  /** Searches of one job begin at the same garments, and often pass others again. */
  const seen = new Map<string, Look>();
  const lookAgain = async (garments: readonly Garment[]): Promise<Look[]> => {
    const fresh = garments.filter((garment) => !seen.has(garmentKey(garment)));
    for (const look of await lookAtGarments(encoder, fresh)) seen.set(garmentKey(look.garment), look);
    return garments.flatMap((garment) => seen.get(garmentKey(garment)) ?? []);
  };
  let drawn = 0;
  let telling: Promise<unknown> = Promise.resolve();
  for (let position = 0; position < order.count; position += 1) {
    const toward = order.toward[position % order.toward.length];
    if (toward === undefined) throw new NoDesign('The order has nothing to design toward.');
    const aim: Aim = { toward, away: order.away };
    const limits = { likeness: MAX_LIKENESS, sameness: MAX_SAMENESS, price: order.maxPrice };
    const search: Search = {
      space,
      aim,
      known: order.known,
      others,
      limits: { ...limits, likeness: limits.likeness - MARGIN, sameness: limits.sameness - MARGIN },
      swatches,
      random: random(`${order.seed} ${position}`),
      budget,
      async look(garments) {
        const looks = await lookAgain(garments);
        drawn += garments.length;
        tell({ kind: 'progress', share: Math.min(0.99, drawn / (budget * order.count)) });
        return looks.map(({ vector }) => vector);
      },
      onBetter({ garment, score }) {
        const look = seen.get(garmentKey(garment));
        if (look === undefined) return;
        telling = telling.then(async () =>
          tell({
            kind: 'draft',
            position,
            garment,
            score,
            picture: await toFile(look.raster, DRAFT_QUALITY),
          }),
        );
      },
    };
    const finalists = (await searchDesigns(search)).slice(0, FINALISTS);
    const looks = await lookAtGarments(
      encoder,
      finalists.map(({ garment }) => garment),
      FINAL_HEIGHT,
    );
    const [best] = looks
      .filter(({ vector }) => excessOf(vector, aim, order.known, others, limits) === 0)
      .sort((a, b) => scoreOf(aim, b.vector) - scoreOf(aim, a.vector));
    if (best === undefined) continue;
    others.push(best.vector);
    designs.push({ position, garment: best.garment, picture: await toFile(best.raster, QUALITY) });
  }
  await telling;
  if (designs.length > 0) return designs;
  throw new NoDesign(
    'Every garment that is as ordered is a copy of a product, is more like what the board dislikes, or costs more: allow more kinds of garments, or a higher price.',
  );
}

const toFile = ({ pixels, width, height }: Raster, quality: number): Promise<Buffer> =>
  sharp(pixels, { raw: { width, height, channels: 3 } })
    .webp({ quality, effort: 4, smartSubsample: true })
    .toBuffer();
