import { eachOf } from '../platform/ahead.js';
import { random } from '../platform/random.js';
import type { SameProductModel } from '../search/probability/same-product.js';
import type { OpenEncoder } from '../vision/encoder.js';
import type { Raster } from '../vision/raster.js';
import { aimsOf, rivalsOf, wayThere, type Aims } from './aim.js';
import { ATTACKS, isOptimized, mainMeasure, type Attack } from './attacks.js';
import type { Catalog } from './catalog.js';
import { placesTaken } from './crowding.js';
import { evolve, type Family, type Found } from './evolve.js';
import { launder, LAUNDERINGS } from './launder.js';
import { nearCopies } from './near-copies.js';
import { noisy } from './noise.js';
import { PAGE, type Outcome } from './measures.js';
import { judge, type Judge, type Subject, type TypeVote } from './outcome.js';
import { patches } from './patch.js';
import { pagesOf } from './promotion.js';
import type { PictureResult, Trial } from './state.js';
import { withSticker } from './sticker.js';

/** What all pictures of an audit are attacked with. */
export interface Setting {
  readonly encoder: Pick<OpenEncoder, 'encode' | 'encodeRaster'>;
  readonly catalog: Catalog;
  readonly typeOf: TypeVote;
  readonly model: SameProductModel | null;
  readonly seed: number;
  readonly passes: number;
  /** After how many passes the outcome is recorded. */
  readonly checkpoints: readonly number[];
  /**
   * Attacks at a time: the encoder's threads. Each thread then has one picture at a time, because the numbers of a model
   * may depend on what it is given beside a picture, and a seed must always give the same report.
   */
  readonly lanes: number;
  readonly advance: (passes: number) => void;
  readonly signal: AbortSignal;
}

/** Of a product, and of what it is to be taken for. */
export interface Pictures {
  readonly own: Raster;
  readonly target: Raster;
}

/** A picture after an attack, and what it is then taken for. */
export interface Sight {
  readonly attack: string;
  readonly picture: Raster;
  /**
   * Of a seller's picture, the product whose page it is on or nearest to. Of another, the target, if that is what it is
   * taken for; or else the nearest product that is not its own, if there is one.
   */
  readonly takenFor: number | null;
}

/** Carries out all attacks on one picture. The same seed gives the same result. */
export async function auditPicture(
  setting: Setting,
  subject: Subject,
  pictures: Pictures,
): Promise<{ readonly result: PictureResult; readonly sights: readonly Sight[] }> {
  const { encoder, catalog, typeOf, model, signal } = setting;
  const vector = await encoder.encodeRaster(pictures.own, signal);
  const ofQuery = judge({ catalog, subject, typeOf, model, vector });
  const aims = aimsOf(catalog, subject);
  const estimates = aimsOf(rivalsOf(catalog, subject, vector), subject);
  const victim = { subject, pictures, vector, ofQuery, aims, estimates };
  const trials = new Map<string, Trial>();
  const sights: Sight[] = [];
  await eachOf(ATTACKS, setting.lanes, async (attack) => {
    const { trial, picture } = await attempt(setting, victim, attack);
    trials.set(attack.id, trial);
    if (picture !== null) sights.push({ attack: attack.id, ...picture });
  });
  return {
    result: {
      product: subject.product.handle,
      target: subject.target.handle,
      clean: ofQuery.clean,
      trials: ATTACKS.flatMap(({ id }) => trials.get(id) ?? []),
    },
    sights,
  };
}

interface Attempt {
  readonly trial: Trial;
  /** Null when there is no one picture to show. */
  readonly picture: Omit<Sight, 'attack'> | null;
}

/** One picture under attack. */
interface Victim {
  readonly subject: Subject;
  readonly pictures: Pictures;
  /** Without an attack. */
  readonly vector: Float32Array;
  readonly ofQuery: Judge;
  readonly aims: Aims;
  /** What stands in for them during a search. */
  readonly estimates: Aims;
}

async function attempt(
  setting: Setting,
  { subject, pictures, vector: clean, ofQuery, aims, estimates }: Victim,
  attack: Attack,
): Promise<Attempt> {
  const { encoder, catalog, seed, signal } = setting;
  const { product, target } = subject;
  const { id, goal, means } = attack;
  const chance = random(`${seed}/${product.handle}/${id}`);
  if (means.kind === 'copies') {
    const files = await nearCopies(pictures.own, means.count, `${seed}/${product.handle}/${id}`);
    const vectors: Float32Array[] = [];
    for (const file of files) vectors.push(await encoder.encode(file, undefined, signal));
    setting.advance(files.length);
    const places = placesTaken(catalog, product, vectors);
    const result: Outcome = places === null ? {} : { crowded: places >= PAGE / 2 };
    return { trial: { attack: id, curve: [], result, places }, picture: null };
  }

  const pages = goal === 'promote' ? pagesOf(catalog, subject, random(`${seed}/${product.handle}`)) : null;
  const hasEntered = pages !== null && pages.margin(clean) > 0;
  const outcomeOf = (vector: Float32Array): Outcome => {
    if (pages === null) return ofQuery.outcome(ofQuery.page(vector));
    return hasEntered ? {} : { entered: pages.margin(vector) > 0 };
  };
  const encode = async (raster: Raster): Promise<Float32Array> => {
    const vector = await encoder.encodeRaster(raster, signal);
    setting.advance(1);
    return vector;
  };
  const marginOf = (of: Aims) => pages?.margin ?? (goal === 'target' ? of.target : of.away);
  const curve: Outcome[] = [];
  const search = {
    passes: setting.passes,
    encode,
    score: marginOf(estimates),
    at: setting.checkpoints,
    reached: ({ vector }: Found) => curve.push(outcomeOf(vector)),
  };
  let found: Found;
  switch (means.kind) {
    case 'patch': {
      const motif = goal === 'away' ? null : pictures.target;
      found = await evolve(await patches(pictures.own, means.area, motif, chance), search);
      break;
    }
    case 'noise': {
      const family: Family<Raster> = noisy(pictures.own, means.levels, chance);
      found = await evolve(family, search);
      break;
    }
    case 'sticker': {
      const word = target.type.split('/').at(-1) ?? target.type;
      const raster = withSticker(pictures.own, means.figure, { area: means.area, word }, chance);
      found = { raster, vector: await encode(raster) };
    }
  }
  const result = outcomeOf(found.vector);
  const margin = marginOf(aims);
  const succeeded = result[mainMeasure(attack)];
  const way = wayThere(succeeded, margin(clean), margin(found.vector));
  const trial: Trial = { attack: id, curve, result, way };
  for (const way of LAUNDERINGS)
    trial[way] = outcomeOf(await encoder.encode(await launder[way](found.raster), undefined, signal));
  setting.advance(LAUNDERINGS.length);
  const nearest = (): number | null =>
    ofQuery.page(found.vector).find(({ productId }) => productId !== product.productId)?.productId ?? null;
  const isTarget = goal === 'target' && succeeded === true;
  const takenFor = pages?.easiest(found.vector) ?? (isTarget ? target.productId : nearest());
  return { trial, picture: { picture: found.raster, takenFor } };
}

/** Passes of the encoder that the attacks on one picture take, with what is laundered and copied. */
export const passesOf = (passes: number): number =>
  ATTACKS.reduce((sum, attack) => {
    if (attack.means.kind === 'copies') return sum + attack.means.count;
    return sum + (isOptimized(attack) ? passes : 1) + LAUNDERINGS.length;
  }, 0);
