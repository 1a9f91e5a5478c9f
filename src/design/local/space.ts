import { fromOklab, oklab, palette } from '../../garment/color.js';
import {
  type Design as Garment,
  garmentTypes,
  type GarmentType,
  patterns,
  vocabulary,
} from '../../garment/design.js';
import { materialsOf } from '../../garment/materials.js';
import type { Random } from '../../platform/random.js';
import type { Wanted } from '../order.js';

/** The parameters that have a list of values. */
export const ASPECTS = ['material', 'pattern', 'silhouette', 'sleeve', 'neckline', 'length'] as const;
export type Aspect = (typeof ASPECTS)[number];

/** A parameter that types without it have, too: it is never drawn. */
const NOT_DRAWN = { sleeve: 'sleeveless', neckline: 'crew', length: 'regular' } as const;

type Options = { readonly [A in Aspect]: readonly Garment[A][] };

/** The garments that may be designed: the options of each type that has any. */
export interface Space {
  readonly options: ReadonlyMap<GarmentType, Options>;
  /** Null: any color. */
  readonly colors: readonly string[] | null;
}

/** The garments that are as wanted; null when there is none. */
export function openSpace(wanted: Wanted): Space | null {
  const colors = wanted.colors.length === 0 ? null : wanted.colors;
  const options = new Map<GarmentType, Options>();
  for (const type of wanted.types.length === 0 ? garmentTypes : wanted.types) {
    const found = optionsOf(type, wanted, colors);
    if (ASPECTS.every((aspect) => found[aspect].length > 0)) options.set(type, found);
  }
  return options.size === 0 ? null : { options, colors };
}

function optionsOf(type: GarmentType, wanted: Wanted, colors: readonly string[] | null): Options {
  const words = vocabulary[type];
  return {
    material: among(materialsOf[type], wanted.materials),
    // A pattern of one color cannot be seen.
    pattern: among(colors?.length === 1 ? ['solid' as const] : patterns, wanted.patterns),
    silhouette: among(words.silhouette, wanted.silhouettes),
    sleeve: drawnOr(words.sleeve, NOT_DRAWN.sleeve, wanted.sleeves),
    neckline: drawnOr(words.neckline, NOT_DRAWN.neckline, wanted.necklines),
    length: drawnOr(words.length, NOT_DRAWN.length, wanted.lengths),
  };
}

const among = <T extends string>(options: readonly T[], wanted: readonly string[]): readonly T[] =>
  wanted.length === 0 ? options : options.filter((option) => wanted.includes(option));

/** A type without the parameter has none of the wanted values. */
function drawnOr<T extends string>(
  options: readonly T[] | undefined,
  otherwise: T,
  wanted: readonly string[],
): readonly T[] {
  if (options !== undefined) return among(options, wanted);
  return wanted.length === 0 ? [otherwise] : [];
}

/** How the garment breaks what is wanted; empty when it does not. */
export function violations(space: Space, garment: Garment): string[] {
  const options = space.options.get(garment.type);
  if (options === undefined) return ['type'];
  const colors = [garment.color, ...(garment.accent === undefined ? [] : [garment.accent])];
  return [
    ...ASPECTS.filter((aspect) => !options[aspect].some((option) => option === garment[aspect])),
    ...(space.colors !== null && colors.some((color) => !space.colors?.includes(color)) ? ['color'] : []),
  ];
}

const NAMED = Object.values(palette);

/** A garment of the space: each type, option, and color of a shop's palette is as likely as the others. */
export function randomGarment(space: Space, random: Random, type?: GarmentType): Garment {
  const chosen = type ?? random.pick([...space.options.keys()]);
  const options = space.options.get(chosen);
  if (options === undefined) throw new RangeError(`No ${chosen} is as wanted.`);
  const pattern = random.pick(options.pattern);
  const color = random.pick(space.colors ?? NAMED);
  return {
    type: chosen,
    material: random.pick(options.material),
    pattern,
    silhouette: random.pick(options.silhouette),
    sleeve: random.pick(options.sleeve),
    neckline: random.pick(options.neckline),
    length: random.pick(options.length),
    color,
    ...(pattern === 'solid' ? {} : { accent: otherColor(space, color, random) }),
  };
}

function otherColor(space: Space, color: string, random: Random): string {
  return random.pick((space.colors ?? NAMED).filter((other) => other !== color));
}

/** Steps of color in Oklab: the smallest is just visible, and the largest is another color. */
const COLOR_STEPS = [0.02, 0.05, 0.12] as const;

/** The garment with some of its parameters changed, and always as wanted. */
export function mutate(space: Space, garment: Garment, random: Random): Garment {
  let changed = garment;
  const changes = random.pick([1, 1, 2, 2, 3]);
  for (let change = 0; change < changes; change += 1) changed = changeOne(space, changed, random);
  return changed;
}

function changeOne(space: Space, garment: Garment, random: Random): Garment {
  const options = space.options.get(garment.type);
  if (options === undefined) return garment;
  const free = ASPECTS.filter((aspect) => options[aspect].length > 1);
  const what = random.pick([...free, 'color', 'color', ...(garment.accent === undefined ? [] : ['accent'])]);
  switch (what) {
    case 'color': {
      const color = nearColor(space, garment.color, garment.accent, random);
      return { ...garment, color };
    }
    case 'accent':
      return { ...garment, accent: nearColor(space, garment.accent ?? garment.color, garment.color, random) };
    case 'pattern': {
      const pattern = random.pick(options.pattern);
      if (pattern !== 'solid')
        return { ...garment, pattern, accent: garment.accent ?? otherColor(space, garment.color, random) };
      const { accent: _, ...plain } = garment;
      return { ...plain, pattern };
    }
    case 'material':
      return { ...garment, material: random.pick(options.material) };
    case 'silhouette':
      return { ...garment, silhouette: random.pick(options.silhouette) };
    case 'sleeve':
      return { ...garment, sleeve: random.pick(options.sleeve) };
    case 'neckline':
      return { ...garment, neckline: random.pick(options.neckline) };
    default:
      return { ...garment, length: random.pick(options.length) };
  }
}

/** Another color, which differs from the garment's other one. */
function nearColor(space: Space, color: string, other: string | undefined, random: Random): string {
  if (space.colors !== null) {
    const free = space.colors.filter((candidate) => candidate !== other);
    return free.length === 0 ? color : random.pick(free);
  }
  if (random.chance(0.15)) return random.pick(NAMED.filter((candidate) => candidate !== other));
  const step = random.pick(COLOR_STEPS);
  const [lightness, a, b] = oklab(color);
  return fromOklab([
    Math.min(0.97, Math.max(0.12, lightness + gaussian(random) * step)),
    a + gaussian(random) * step * 0.6,
    b + gaussian(random) * step * 0.6,
  ]);
}

/** A normally distributed number (Box and Muller, 1958). */
const gaussian = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** Equal for garments that look the same. */
export const garmentKey = (garment: Garment): string =>
  [garment.type, ...ASPECTS.map((aspect) => garment[aspect]), garment.color, garment.accent ?? ''].join('|');
