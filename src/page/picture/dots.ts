/** A dot on a picture: where its item is, in pixels, and how wide its name is; null when it has none. */
export interface Dot {
  readonly x: number;
  readonly y: number;
  readonly nameWidth: number | null;
}

/** Where a name can be, in the order in which it looks for room. */
const SIDES = ['below', 'above', 'right', 'left'] as const;
type Side = (typeof SIDES)[number];

/** Where a dot is shown, and where its name has room; `null`: only when somebody points at it. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly name: Side | null;
  /** How far the middle of a name below or above is beside the dot, in pixels, so that the picture does not cut it off. */
  readonly aside: number;
}

export interface Area {
  readonly width: number;
  readonly height: number;
  /** How much room there is for a name on both sides of the picture. */
  readonly beside: number;
}

/** As wide as a finger. WCAG 2.5.8 asks for 24 at least. */
const APART_PX = 44;
/** Half of what a dot shows. */
const RADIUS_PX = 11;
/** From the middle of a dot to the near and the far edge of its name. */
const NAME_FROM_PX = 13;
const NAME_TO_PX = 36;
/** More than six dots need. */
const MAX_ROUNDS = 200;
const ASIDE = 0.2;

/**
 * Moves dots apart that would cover each other, as little as that needs, inside the picture. A name that would cover
 * another dot or name goes above its dot or beside it, or waits until it is asked for.
 */
export function spread(dots: readonly Dot[], { width, height, beside }: Area): Spot[] {
  const spots = dots.map(({ x, y }) => ({ x: clamp(x, width), y: clamp(y, height) }));
  const pairs = spots.flatMap((one, index) => spots.slice(index + 1).map((other) => [one, other] as const));
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    let isApart = true;
    for (const [one, other] of pairs) {
      const distance = Math.hypot(other.x - one.x, other.y - one.y);
      // Rounding must not keep them moving.
      if (distance > APART_PX - 0.5) continue;
      isApart = false;
      // A little aside too: dots in a row would otherwise reach the edges and stay close.
      const [ax, ay] = distance === 0 ? [0, 1] : [(other.x - one.x) / distance, (other.y - one.y) / distance];
      const push = (APART_PX - distance) / 2;
      const dx = (ax - ASIDE * ay) * push;
      const dy = (ay + ASIDE * ax) * push;
      one.x = clamp(one.x - dx, width);
      one.y = clamp(one.y - dy, height);
      other.x = clamp(other.x + dx, width);
      other.y = clamp(other.y + dy, height);
    }
    if (isApart) break;
  }
  return withNames(dots, spots, { width, height, beside });
}

const clamp = (value: number, limit: number): number => Math.min(limit, Math.max(0, value));

interface Rectangle {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function withNames(
  dots: readonly Dot[],
  spots: readonly { readonly x: number; readonly y: number }[],
  { width, height, beside: room }: Area,
): Spot[] {
  const taken: Rectangle[] = spots.map(({ x, y }) => ({
    ...{ left: x - RADIUS_PX, right: x + RADIUS_PX },
    ...{ top: y - RADIUS_PX, bottom: y + RADIUS_PX },
  }));
  return spots.map(({ x, y }, index) => {
    const nameWidth = dots[index]?.nameWidth ?? null;
    if (nameWidth === null) return { x, y, name: null, aside: 0 };
    const left = clamp(x - nameWidth / 2, width - nameWidth);
    const beside = { left, right: left + nameWidth };
    const level = { top: y - RADIUS_PX, bottom: y + RADIUS_PX };
    const places: Readonly<Record<Side, Rectangle>> = {
      below: { ...beside, top: y + NAME_FROM_PX, bottom: y + NAME_TO_PX },
      above: { ...beside, top: y - NAME_TO_PX, bottom: y - NAME_FROM_PX },
      right: { ...level, left: x + NAME_FROM_PX, right: x + NAME_FROM_PX + nameWidth },
      left: { ...level, left: x - NAME_FROM_PX - nameWidth, right: x - NAME_FROM_PX },
    };
    const isFree = (name: Rectangle): boolean =>
      name.top >= 0 &&
      name.bottom <= height &&
      name.left >= -room &&
      name.right <= width + room &&
      !taken.some((other) => overlap(name, other));
    const name = SIDES.find((side) => isFree(places[side])) ?? null;
    if (name !== null) taken.push(places[name]);
    return { x, y, name, aside: name === 'right' || name === 'left' ? 0 : left + nameWidth / 2 - x };
  });
}

const overlap = (one: Rectangle, other: Rectangle): boolean =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
