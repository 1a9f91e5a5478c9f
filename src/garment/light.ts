import { area, bounds, curve, grown, leaf, type Box, type Node } from './geometry.js';
import { lightness } from './color.js';
import { thread, type Definitions } from './cloth.js';
import type { Fold, Line, Piece } from './garment.js';
import { surfaces } from './surface.js';

/**
 * The light comes from the upper left. At 30°, a flat surface has half brightness, which is neutral for hard-light.
 */
const LAMP = '<feDistantLight azimuth="228" elevation="30"/>';

function foldMark({ from, to, bend, width, depth }: Fold): string {
  return `<path d="${leaf(from, to, bend, width)}" fill-opacity="${Math.min(1, depth).toFixed(2)}"/>`;
}

export interface LightOptions {
  /** Determines the positions of the wrinkles. */
  seed: number;
  /** Pixels per garment unit in the raster: filters see slopes in pixels, so the height map is scaled by it. */
  pixelsPerUnit: number;
}

/** The height of full opacity in the height map, in garment units. */
const RELIEF = 13;

/**
 * Light and shade of a piece: a height map (rounded edges, folds, wrinkles, relief) lit from the upper left, to be
 * blended over the fabric with hard-light.
 */
export function light(
  piece: Piece,
  box: Box,
  { seed, pixelsPerUnit }: LightOptions,
  definitions: Definitions,
): string {
  const surface = surfaces[piece.cloth.material];
  const region = `filterUnits="userSpaceOnUse" ${area(box)} color-interpolation-filters="sRGB"`;
  const loft = surface.loft * (piece.roundness ?? 1);
  const soften = (deviation: number): string =>
    definitions.add('filter', region, `<feGaussianBlur stdDeviation="${deviation.toFixed(1)}"/>`);
  const { wrinkle } = surface;
  const height =
    `<feTurbulence type="fractalNoise" baseFrequency="${wrinkle.x} ${wrinkle.y}" numOctaves="2" seed="${seed}"/>` +
    `<feColorMatrix values="0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0 0 0 0"/>` +
    `<feComposite in2="SourceAlpha" operator="arithmetic" k2="${wrinkle.height}" k3="1" result="h"/>`;
  const relight = definitions.add(
    'filter',
    region,
    `${height}<feDiffuseLighting in="h" surfaceScale="${(RELIEF * pixelsPerUnit).toFixed(2)}" diffuseConstant="1" lighting-color="#fff">${LAMP}</feDiffuseLighting>`,
  );
  const folds = (piece.folds ?? []).map(foldMark).join('');
  const map =
    `<path d="${piece.outline}" fill-opacity="0.36" filter="${soften(loft)}"/>` +
    (folds ? `<g filter="${soften(5)}">${folds}</g>` : '') +
    (piece.relief ? `<g filter="${soften(5)}">${piece.relief}</g>` : '');
  const strength = Math.min(0.95, 0.66 * surface.drape) * (lightness(piece.cloth.color) > 0.85 ? 0.62 : 1);
  let shading = `<g style="mix-blend-mode:hard-light" opacity="${strength.toFixed(2)}"><g filter="${relight}">${map}</g></g>`;
  if (surface.gloss) {
    const shine = definitions.add(
      'filter',
      region,
      `${height}<feSpecularLighting in="h" surfaceScale="${(RELIEF * pixelsPerUnit).toFixed(2)}" specularConstant="0.9" specularExponent="${surface.polish ?? 10}" lighting-color="#fff"><feDistantLight azimuth="235" elevation="48"/></feSpecularLighting>`,
    );
    shading += `<g style="mix-blend-mode:screen" opacity="${surface.gloss}"><g filter="${shine}">${map}</g></g>`;
  }
  return shading;
}

/** An unworn garment is still round: its right side turns away from the light. */
export function turnFromLamp(box: Box, definitions: Definitions): string {
  const stop = (offset: number, opacity: number): string =>
    `<stop offset="${offset}" stop-color="#0b0d18" stop-opacity="${opacity}"/>`;
  const gradient = definitions.add(
    'linearGradient',
    'x1="0" y1="0" x2="1" y2="0.16"',
    stop(0, 0.07) + stop(0.2, 0) + stop(0.55, 0.02) + stop(0.85, 0.13) + stop(1, 0.24),
  );
  return `<rect ${area(box)} fill="${gradient}"/>`;
}

function drawLine(line: Line, piece: Piece): string {
  const path = (color: string, opacity: number, width: number, more = ''): string =>
    `<path d="${line.d}" fill="none" stroke="${color}" stroke-opacity="${opacity}" stroke-width="${width}" stroke-linecap="round"${more}/>`;
  switch (line.kind) {
    case 'seam':
      return (
        path('#fff', 0.16, (line.width ?? 1.3) + 0.6, ' transform="translate(1.1 1.3)"') +
        path('#000', 0.42, line.width ?? 1.3)
      );
    case 'stitch': {
      const color = line.color ?? thread(piece);
      const dashes = ' stroke-dasharray="4.6 2.8"';
      return (
        path('#000', 0.3, line.width ?? 1.4, `${dashes} transform="translate(0.5 0.8)"`) +
        path(color, 0.85, line.width ?? 1.3, dashes)
      );
    }
    case 'crease':
      return path('#000', 0.1, (line.width ?? 3) * 2.2) + path('#000', 0.16, line.width ?? 3);
  }
}

/** All lines of a piece. */
export function lines(piece: Piece): string {
  return (piece.lines ?? []).map((line) => drawLine(line, piece)).join('');
}

/** The soft shadow that pieces cast: a blurred, shifted copy. */
export function shadow(
  outlines: readonly string[],
  blur: number,
  [dx, dy]: readonly [number, number],
  opacity: number,
  definitions: Definitions,
): string {
  const region = `filterUnits="userSpaceOnUse" ${area(grown(bounds(...outlines), blur * 4))}`;
  const filter = definitions.add('filter', region, `<feGaussianBlur stdDeviation="${blur}"/>`);
  const shapes = outlines.map((outline) => `<path d="${outline}"/>`).join('');
  return `<g transform="translate(${dx} ${dy})"><g fill="#14131a" opacity="${opacity}" filter="${filter}">${shapes}</g></g>`;
}

/** A soft dark ellipse where an object touches the floor. */
export function contact(cx: number, cy: number, rx: number, ry: number): string {
  const points = Array.from({ length: 16 }, (_, index): Node => {
    const angle = (index / 16) * Math.PI * 2;
    return [cx + Math.cos(angle) * rx, cy + Math.sin(angle) * ry, 's'];
  });
  return curve(points);
}
