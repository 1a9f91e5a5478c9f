import { eachOf } from '../platform/ahead.js';
import { random } from '../platform/random.js';
import type { SameProductModel } from '../search/probability/same-product.js';
import type { OpenEncoder } from '../vision/encoder.js';
import type { Raster } from '../vision/raster.js';
import type { Box } from '../vision/regions.js';
import { aimsOf, rivalsOf, wayThere, type Aims } from './aim.js';
import { attacksOn, isOptimized, mainMeasure, type Attack } from './attacks.js';
import type { Catalog } from './catalog.js';
import { placesTaken } from './crowding.js';
import { defended, evading, flag } from './defense.js';
import type { Found } from './evolve.js';
import { framed } from './framed.js';
import { launder, LAUNDERINGS } from './launder.js';
import { nearCopies } from './near-copies.js';
import { PAGE, type Outcome } from './measures.js';
import { optimize } from './optimize.js';
import { judge, type Judge, type Subject, type TypeVote } from './outcome.js';
import { pagesOf } from './promotion.js';
import { attackRegions, isOnRegions } from './region-attack.js';
import type { Regions } from './regions.js';
import type { PictureResult, Trial } from './state.js';
import { withSticker, type Figure } from './sticker.js';

/** What all pictures of an audit are attacked with. */
export interface Setting {
  readonly encoder: Pick<OpenEncoder, 'encode' | 'encodeRaster' | 'trustOf' | 'consensus'>;
  readonly regions: Pick<Regions, 'find'>;
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
  /** The same picture, as large as regions are looked for in. */
  readonly ownInLarge: Raster;
  readonly target: Raster;
}

/** A picture after an attack, and what it is then taken for. */
export interface Sight {
  readonly attack: string;
  readonly picture: Raster;
  /** The picture without the attack, where it is shown in another way than as it is. */
  readonly original?: Raster;
  /**
   * Of a seller's picture, the product whose page it is on or nearest to. Of another, the target, if that is what it is
   * taken for; or else the nearest product that is not its own, if there is one. Of an attack on regions, null.
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
  const boxes = await setting.regions.find(pictures.ownInLarge);
  const victim = { subject, pictures, vector, ofQuery, aims, estimates, boxes };
  const attacks = attacksOn(encoder);
  const trials = new Map<string, Trial>();
  const sights: Sight[] = [];
  await eachOf(attacks, setting.lanes, async (attack) => {
    const { trial, picture } = await attempt(setting, victim, attack);
    trials.set(attack.id, trial);
    if (picture !== null) sights.push({ attack: attack.id, ...picture });
  });
  return {
    result: {
      product: subject.product.handle,
      target: subject.target.handle,
      clean: ofQuery.clean,
      ...flag(encoder, vector),
      trials: attacks.flatMap(({ id }) => trials.get(id) ?? []),
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
  /** Its regions without an attack. */
  readonly boxes: readonly Box[];
}

async function attempt(
  setting: Setting,
  { subject, pictures, vector: clean, ofQuery, aims, estimates, boxes }: Victim,
  attack: Attack,
): Promise<Attempt> {
  const { encoder, catalog, seed, signal } = setting;
  const { product, target } = subject;
  if (isOnRegions(attack)) {
    const { handle } = product;
    const victim = { handle, picture: pictures.ownInLarge, motif: pictures.target, boxes };
    const { trial, picture, boxes: found } = await attackRegions(setting, victim, attack);
    const original = framed(pictures.ownInLarge, boxes);
    return { trial, picture: { picture: framed(picture, found), original, takenFor: null } };
  }
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
  const wanted = marginOf(estimates);
  const curve: Outcome[] = [];
  const search = {
    passes: setting.passes,
    ask: encode,
    score: attack.evades === true ? evading(encoder, wanted) : wanted,
    at: setting.checkpoints,
    reached: ({ answer }: Found<Float32Array>) => curve.push(outcomeOf(answer)),
  };
  const stick = async (figure: Figure, area: number): Promise<Found<Float32Array>> => {
    const word = target.type.split('/').at(-1) ?? target.type;
    const raster = withSticker(pictures.own, figure, { area, word }, chance);
    return { raster, answer: await encode(raster) };
  };
  const motif = goal === 'away' ? null : pictures.target;
  const found =
    means.kind === 'sticker'
      ? await stick(means.figure, means.area)
      : await optimize(means, { picture: pictures.own, motif, chance }, search);
  const { answer } = found;
  const result = outcomeOf(answer);
  const margin = marginOf(aims);
  const succeeded = result[mainMeasure(attack)];
  const way = wayThere(succeeded, margin(clean), margin(answer));
  const trial: Trial = { attack: id, curve, result, way, ...flag(encoder, answer) };
  if (trial.flagged !== undefined)
    trial.defended =
      goal === 'promote' ? keptOut(result, trial.flagged) : outcomeOf(await defended(encoder, found, signal));
  for (const way of LAUNDERINGS)
    trial[way] = outcomeOf(await encoder.encode(await launder[way](found.raster), undefined, signal));
  setting.advance(LAUNDERINGS.length);
  const nearest = (): number | null =>
    ofQuery.page(answer).find(({ productId }) => productId !== product.productId)?.productId ?? null;
  const isTarget = goal === 'target' && succeeded === true;
  const takenFor = pages?.easiest(answer) ?? (isTarget ? target.productId : nearest());
  return { trial, picture: { picture: found.raster, takenFor } };
}

/** A seller's picture that is flagged goes into quarantine, so it enters no page. */
const keptOut = (result: Outcome, isFlagged: boolean): Outcome =>
  isFlagged && result.entered !== undefined ? { ...result, entered: false } : result;

/** Questions that the attacks on one picture take, with what is laundered and copied. */
export const questionsOf = (encoder: Pick<OpenEncoder, 'trustOf'>, passes: number): number =>
  attacksOn(encoder).reduce((sum, attack) => {
    if (attack.means.kind === 'copies') return sum + attack.means.count;
    return sum + (isOptimized(attack) ? passes : 1) + LAUNDERINGS.length;
  }, 0);
