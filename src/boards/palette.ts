import { LRUCache } from 'lru-cache';

/** As many colors as a person distinguishes at a glance, and as an image generator uses. */
const MAX_COLORS = 6;
/** Colors that are compared with one another, which takes a few milliseconds; a board has up to 500 pictures. */
const MAX_COMPARED = 128;
/** Palettes that are remembered: the same pins have the same. */
const MAX_KEPT = 500;
/** Distance in OKLab; closer colors are the same one in another light. The distance of black and white is 1. */
const SAME_COLOR = 0.1;

type Lab = readonly [lightness: number, a: number, b: number];

interface Group {
  readonly colors: readonly { readonly hex: string; readonly lab: Lab }[];
  readonly center: Lab;
}

/**
 * The colors of a set of pictures, most frequent first. Colors that people can hardly distinguish are combined into
 * the color of the picture in their middle. Of many pictures, an even sample is taken.
 *
 * @param colors `#rrggbb`, one per picture
 */
export function paletteOf(colors: readonly string[]): readonly string[] {
  const sorted = [...colors].sort();
  const key = sorted.join();
  const known = kept.get(key);
  if (known) return known;
  const palette = combine(evenly(sorted, MAX_COMPARED));
  kept.set(key, palette);
  return palette;
}

const kept = new LRUCache<string, readonly string[]>({ max: MAX_KEPT });

/** At most so many of the items, evenly spread. */
function evenly<T>(items: readonly T[], most: number): T[] {
  const step = Math.max(1, items.length / most);
  return items.filter((_item, at) => Math.floor(at / step) !== Math.floor((at - 1) / step));
}

function combine(sorted: readonly string[]): string[] {
  const groups: Group[] = sorted.map((hex) => {
    const lab = toOklab(hex);
    return { colors: [{ hex, lab }], center: lab };
  });
  // The nearest of the groups after each, so that a merge compares only what it changes: a board has 500 pictures.
  const nearest = groups.map((group, at) => nearestOf(group, groups, at + 1));
  for (;;) {
    const [at, other] = closestPair(nearest);
    const [a, b] = [groups[at], groups[other]];
    if (a === undefined || b === undefined) break;
    groups[at] = merge(a, b);
    groups.splice(other, 1);
    nearest.splice(other, 1);
    const merged = groups[at];
    for (const [i, known] of nearest.entries()) {
      const group = groups[i];
      if (group === undefined) continue;
      const isStale = i === at || known.at === at || known.at === other;
      if (isStale) nearest[i] = nearestOf(group, groups, i + 1);
      else {
        const moved = known.at > other ? { ...known, at: known.at - 1 } : known;
        const apart = i < at ? distance(group.center, merged.center) : Infinity;
        nearest[i] = apart < moved.apart ? { at, apart } : moved;
      }
    }
  }
  return groups
    .map((group) => ({ hex: middleOf(group), size: group.colors.length }))
    .sort((a, b) => b.size - a.size || (a.hex < b.hex ? -1 : 1))
    .slice(0, MAX_COLORS)
    .map(({ hex }) => hex);
}

/** Where the nearest group is, and how far. */
interface Nearest {
  readonly at: number;
  readonly apart: number;
}

function nearestOf({ center }: Group, groups: readonly Group[], start: number): Nearest {
  let nearest: Nearest = { at: -1, apart: SAME_COLOR };
  for (let at = start; at < groups.length; at += 1) {
    const other = groups[at];
    const apart = other === undefined ? Infinity : distance(center, other.center);
    if (apart < nearest.apart) nearest = { at, apart };
  }
  return nearest;
}

/** The two groups that are closest; -1 when none are close enough to be the same color. */
function closestPair(nearest: readonly Nearest[]): [number, number] {
  let pair: [number, number] = [-1, -1];
  let least = SAME_COLOR;
  for (const [i, { at, apart }] of nearest.entries()) if (apart < least) [pair, least] = [[i, at], apart];
  return pair;
}

function merge(a: Group, b: Group): Group {
  const colors = [...a.colors, ...b.colors];
  const mean = (component: 0 | 1 | 2): number =>
    colors.reduce((sum, { lab }) => sum + lab[component], 0) / colors.length;
  return { colors, center: [mean(0), mean(1), mean(2)] };
}

function middleOf({ colors, center }: Group): string {
  const [middle] = [...colors].sort(
    (a, b) => distance(a.lab, center) - distance(b.lab, center) || (a.hex < b.hex ? -1 : 1),
  );
  return middle?.hex ?? '#000000';
}

const distance = (a: Lab, b: Lab): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** OKLab (B. Ottosson, 2020), in which equal distances look equal. */
function toOklab(hex: string): Lab {
  const channel = (at: number): number => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const [r, g, b] = [channel(1), channel(3), channel(5)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
