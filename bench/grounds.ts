/** The shade at a position, from −1 to 1, of a texture that is generated once. */
type Texture = (x: number, y: number) => number;

/** Backgrounds of garment photos: floorboards, tiles, a carpet, crumpled linen, plaster. */
export const GROUNDS: Readonly<Record<string, (random: () => number) => Texture>> = {
  boards(random) {
    const width = 70 + 60 * random();
    const shades = Array.from({ length: 64 }, () => random() - 0.5);
    const grain = noise(random, 90, 6);
    return (x, y) => {
      const board = Math.floor(x / width);
      const seam = x % width < 3 ? -0.9 : 0;
      return 0.5 * (shades[board % 64] ?? 0) + 0.5 * grain(y, x + board * 37) + seam;
    };
  },
  tiles(random) {
    const side = 90 + 80 * random();
    const marble = noise(random, 40, 40);
    return (x, y) => (x % side < 4 || y % side < 4 ? -0.7 : 0.3 * marble(x, y));
  },
  carpet(random) {
    const pile = noise(random, 3, 3);
    const worn = noise(random, 160, 160);
    return (x, y) => 0.5 * pile(x, y) + 0.4 * worn(x, y);
  },
  linen(random) {
    const folds = noise(random, 110, 60);
    const slant = random();
    return (x, y) => folds(x + slant * y, y) + 0.12 * Math.sin(x * 1.9) + 0.12 * Math.sin(y * 1.9);
  },
  plaster(random) {
    const coarse = noise(random, 200, 200);
    const fine = noise(random, 14, 14);
    return (x, y) => 0.6 * coarse(x, y) + 0.2 * fine(x, y);
  },
};

/** Contrast of a texture, in steps of 255. */
const CONTRAST = [16, 44] as const;

/** RGB bytes, row by row. */
export function paintGround(name: string, width: number, height: number, random: () => number): Buffer {
  const texture = GROUNDS[name]?.(random) ?? (() => 0);
  const base = Array.from({ length: 3 }, () => 60 + 150 * random());
  // Backgrounds seldom have a strong color.
  const grey = base.reduce((sum, value) => sum + value, 0) / 3;
  const color = base.map((value) => grey + 0.5 * (value - grey));
  const contrast = CONTRAST[0] + (CONTRAST[1] - CONTRAST[0]) * random();
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const shade = contrast * texture(x, y) + 6 * (random() - 0.5);
      for (let channel = 0; channel < 3; channel += 1) {
        const value = (color[channel] ?? 0) + shade;
        pixels[(y * width + x) * 3 + channel] = Math.min(255, Math.max(0, Math.round(value)));
      }
    }
  }
  return pixels;
}

/** Smooth noise from −1 to 1, with features of this many pixels across and down. */
function noise(random: () => number, across: number, down: number): Texture {
  const side = 64;
  const values = Array.from({ length: side * side }, () => 2 * random() - 1);
  const at = (column: number, row: number): number => values[(row % side) * side + (column % side)] ?? 0;
  return (x, y) => {
    const [column, row] = [Math.floor(x / across), Math.floor(y / down)];
    const [u, v] = [ease(x / across - column), ease(y / down - row)];
    const upper = at(column, row) * (1 - u) + at(column + 1, row) * u;
    const lower = at(column, row + 1) * (1 - u) + at(column + 1, row + 1) * u;
    return upper * (1 - v) + lower * v;
  };
}

const ease = (t: number): number => t * t * (3 - 2 * t);
