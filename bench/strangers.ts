import sharp from 'sharp';
import { generator } from './statistics.js';

const SIDE = 240;
type Color = readonly [number, number, number];
type Painter = (random: () => number) => (x: number, y: number) => Color;

/** Images without a garment, drawn differently for each seed; x and y are from 0 to 1. */
const STRANGERS: Readonly<Record<string, Painter>> = {
  blank: (random) => {
    const color = pick(random);
    return () => color;
  },
  noise: (random) => () => pick(random),
  gradient: (random) => {
    const [from, to] = [pick(random), pick(random)];
    return (x, y) => mix(from, to, (x + y) / 2);
  },
  stripes: (random) => {
    const [a, b, angle, count] = [pick(random), pick(random), Math.PI * random(), 4 + 40 * random()];
    return (x, y) => (Math.sin((x * Math.cos(angle) + y * Math.sin(angle)) * count * Math.PI) > 0 ? a : b);
  },
  checks: (random) => {
    const [a, b, count] = [pick(random), pick(random), 3 + 20 * random()];
    return (x, y) => ((Math.floor(x * count) + Math.floor(y * count)) % 2 === 0 ? a : b);
  },
  waves: (random) => {
    const [a, b, f, g] = [pick(random), pick(random), 2 + 20 * random(), 2 + 20 * random()];
    return (x, y) => mix(a, b, 0.5 + 0.25 * (Math.sin(x * f) + Math.sin(y * g + x * f)));
  },
  landscape: (random) => {
    const [f, g] = [1 + 8 * random(), 4 + 20 * random()];
    return (x, y) => {
      const ridge = 0.5 + 0.15 * Math.sin(x * f) + 0.04 * Math.sin(x * g);
      const grain = 40 * random();
      if (y < ridge - 0.2) return mix([90, 150, 230], [200, 220, 250], y);
      return y < ridge ? [90 + grain, 100 + grain, 110 + grain] : [60 + grain, 120 + grain, 50 + grain];
    };
  },
  skyline: (random) => {
    const heights = Array.from({ length: 10 }, () => 0.2 + 0.6 * random());
    const wall = mix([60, 60, 70], pick(random), 0.2);
    return (x, y) => {
      if (y < 1 - (heights[Math.floor(x * 9)] ?? 0)) return mix([255, 180, 120], [120, 160, 220], y);
      return Math.floor(x * 60) % 3 === 1 && Math.floor(y * 40) % 2 === 1 ? [250, 230, 140] : wall;
    };
  },
  balls: (random) => {
    const ground = pick(random);
    const balls = Array.from({ length: 6 }, () => ({
      x: random(),
      y: random(),
      r: 0.04 + 0.15 * random(),
      color: pick(random),
    }));
    return (x, y) => balls.find((ball) => Math.hypot(x - ball.x, y - ball.y) < ball.r)?.color ?? ground;
  },
  print: (random) => {
    const lengths = Array.from({ length: 14 }, () => 0.3 + 0.6 * random());
    return (x, y) => {
      const line = Math.floor(y * 14);
      const isInk =
        y * 14 - line > 0.5 && x > 0.08 && x < (lengths[line] ?? 0) && Math.floor(x * 120) % 5 > 0;
      return isInk ? [40, 40, 40] : [250, 250, 250];
    };
  },
};

/** The given number of each kind, as PNGs. */
export async function drawStrangers(each: number): Promise<Buffer<ArrayBuffer>[]> {
  const images: Buffer<ArrayBuffer>[] = [];
  for (const painter of Object.values(STRANGERS)) {
    for (let seed = 1; seed <= each; seed += 1) images.push(await draw(painter(generator(seed))));
  }
  return images;
}

async function draw(colorAt: (x: number, y: number) => Color): Promise<Buffer<ArrayBuffer>> {
  const pixels = Buffer.alloc(3 * SIDE * SIDE);
  for (let i = 0; i < SIDE * SIDE; i += 1)
    pixels.set(
      colorAt((i % SIDE) / SIDE, Math.floor(i / SIDE) / SIDE).map((value) =>
        Math.min(255, Math.max(0, value)),
      ),
      3 * i,
    );
  const png = await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toBuffer();
  return Buffer.from(png);
}

const pick = (random: () => number): Color => [255 * random(), 255 * random(), 255 * random()];

const mix = (a: Color, b: Color, share: number): Color => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
];
