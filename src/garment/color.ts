/** The shop's color names and their sRGB values. */
export const palette = {
  white: '#f4f3ef',
  ivory: '#ece4d3',
  cream: '#e6d9bd',
  sand: '#cdb795',
  beige: '#bfa888',
  camel: '#b4824c',
  tan: '#a4703f',
  cognac: '#8a4a22',
  brown: '#5b3a26',
  chocolate: '#3f281c',
  black: '#222226',
  charcoal: '#43464b',
  grey: '#8b8e92',
  'light grey': '#bcbfc2',
  navy: '#232f4f',
  indigo: '#2d3f66',
  blue: '#2f5fa8',
  'light blue': '#9dbbd8',
  'washed blue': '#6f8fb3',
  teal: '#1f6a6c',
  turquoise: '#3fa3a3',
  mint: '#a5cdb6',
  sage: '#9aaa88',
  olive: '#666a3c',
  khaki: '#8d845a',
  green: '#2f6b46',
  'forest green': '#24452f',
  yellow: '#e5bd3e',
  mustard: '#c4902c',
  orange: '#d8702c',
  rust: '#a8502c',
  terracotta: '#bf6a4c',
  coral: '#e27a67',
  red: '#b52c32',
  burgundy: '#6a2131',
  pink: '#e2a6b4',
  rose: '#c97f8d',
  fuchsia: '#b83872',
  lilac: '#b6a2cf',
  lavender: '#9f96c4',
  purple: '#5c3a72',
  plum: '#57294a',
} as const;

export type ColorName = keyof typeof palette;

/** Oklab: lightness from 0 to 1, and two axes of color from about -0.3 to 0.3. */
export type Oklab = readonly [number, number, number];

const toLinear = (value: number): number =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
const toGamma = (value: number): number =>
  value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;

/** Oklab of an sRGB hex color (Björn Ottosson, "A perceptual color space for image processing", 2020). */
export function oklab(hex: string): Oklab {
  const value = Number.parseInt(hex.slice(1), 16);
  const r = toLinear(((value >> 16) & 255) / 255);
  const g = toLinear(((value >> 8) & 255) / 255);
  const b = toLinear((value & 255) / 255);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** The nearest sRGB color, as "#rrggbb". */
export function fromOklab([lightness, a, b]: Oklab): string {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channels = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return `#${channels
    .map((channel) => Math.round(Math.min(1, Math.max(0, toGamma(Math.max(0, channel)))) * 255))
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')}`;
}

/** The color at the share `t` between the two, as the eye sees it. */
export function mix(from: string, to: string, t: number): string {
  const [l1, a1, b1] = oklab(from);
  const [l2, a2, b2] = oklab(to);
  return fromOklab([l1 + (l2 - l1) * t, a1 + (a2 - a1) * t, b1 + (b2 - b1) * t]);
}

/** Lighter (positive) or darker (negative) by an amount of Oklab lightness, with the same hue. */
export function lighten(hex: string, amount: number): string {
  const [l, a, b] = oklab(hex);
  const lightness = Math.min(0.99, Math.max(0.04, l + amount));
  const chroma = lightness < l ? lightness / Math.max(l, 0.01) : 1;
  return fromOklab([lightness, a * chroma, b * chroma]);
}

/** Oklab lightness in [0, 1]. */
export function lightness(hex: string): number {
  return oklab(hex)[0];
}
