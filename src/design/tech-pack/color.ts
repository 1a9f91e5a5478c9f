/** CIE 1976 L*a*b*, D65 and 2°. */
export interface Lab {
  readonly l: number;
  readonly a: number;
  readonly b: number;
}

const D65 = [0.95047, 1, 1.08883] as const;

/** Lab of `#rrggbb` in sRGB (IEC 61966-2-1, CIE 15). */
export function labOf(hex: string): Lab {
  const value = Number.parseInt(hex.slice(1), 16);
  const [r, g, b] = [(value >> 16) & 255, (value >> 8) & 255, value & 255].map((byte) => {
    const channel = byte / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  const [red, green, blue] = [r ?? 0, g ?? 0, b ?? 0];
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const x = f((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / D65[0]);
  const y = f((0.2126729 * red + 0.7151522 * green + 0.072175 * blue) / D65[1]);
  const z = f((0.0193339 * red + 0.119192 * green + 0.9503041 * blue) / D65[2]);
  return { l: 116 * y - 16, a: 500 * (x - y), b: 200 * (y - z) };
}

/** Color difference CIE94 for textiles (kL 2, K1 0.048, K2 0.014); the first color is the reference. */
export function difference(one: Lab, other: Lab): number {
  const [c1, c2] = [Math.hypot(one.a, one.b), Math.hypot(other.a, other.b)];
  const [dl, dc] = [one.l - other.l, c1 - c2];
  const dh = Math.max(0, (one.a - other.a) ** 2 + (one.b - other.b) ** 2 - dc ** 2);
  return Math.sqrt((dl / 2) ** 2 + (dc / (1 + 0.048 * c1)) ** 2 + dh / (1 + 0.014 * c1) ** 2);
}

/** The name of a palette whose color is nearest, and how far it is. */
export function nearestName(
  hex: string,
  palette: Readonly<Record<string, string>>,
): { name: string; difference: number } {
  const lab = labOf(hex);
  const ranked = Object.entries(palette)
    .map(([name, other]) => ({ name, difference: difference(lab, labOf(other)) }))
    .sort((a, b) => a.difference - b.difference);
  return ranked[0] ?? { name: hex, difference: 0 };
}
