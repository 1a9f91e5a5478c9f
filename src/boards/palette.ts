/** As many colors as a person distinguishes at a glance, and as an image generator uses. */
const MAX_COLORS = 6;
/** Distance in OKLab; closer colors are the same one in another light. The distance of black and white is 1. */
const SAME_COLOR = 0.1;

type Lab = readonly [lightness: number, a: number, b: number];

interface Group {
  readonly colors: readonly { readonly hex: string; readonly lab: Lab }[];
  readonly center: Lab;
}

/**
 * The colors of a set of pictures, most frequent first. Colors that people can hardly distinguish are combined into
 * the color of the picture in their middle.
 *
 * @param colors `#rrggbb`, one per picture
 */
export function paletteOf(colors: readonly string[]): string[] {
  let groups: Group[] = [...colors].sort().map((hex) => {
    const lab = toOklab(hex);
    return { colors: [{ hex, lab }], center: lab };
  });
  for (;;) {
    const pair = nearestPair(groups);
    if (pair === null) break;
    const [a, b] = pair;
    groups = [...groups.filter((group) => group !== a && group !== b), merge(a, b)];
  }
  return groups
    .map((group) => ({ hex: middleOf(group), size: group.colors.length }))
    .sort((a, b) => b.size - a.size || (a.hex < b.hex ? -1 : 1))
    .slice(0, MAX_COLORS)
    .map(({ hex }) => hex);
}

function nearestPair(groups: readonly Group[]): [Group, Group] | null {
  let nearest: [Group, Group] | null = null;
  let least = SAME_COLOR;
  for (const [i, a] of groups.entries()) {
    for (const b of groups.slice(i + 1)) {
      const apart = distance(a.center, b.center);
      if (apart < least) [nearest, least] = [[a, b], apart];
    }
  }
  return nearest;
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
