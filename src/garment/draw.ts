import { ClothRoll, Definitions } from './cloth.js';
import { lighten, lightness, mix } from './color.js';
import type { Design } from './design.js';
import type { Atelier, Cloth, Garment, Piece } from './garment.js';
import { cutters } from './garments/index.js';
import { area, bounds, grown, type Box } from './geometry.js';
import { groundOf, type Ground } from './ground.js';
import { contact, light, lines, shadow, turnFromLamp, type LightOptions } from './light.js';
import { suitingAccent } from './pattern.js';
import { random, type Random } from '../platform/random.js';
import { rib } from './surface.js';

/** The drawing's own units; every raster size of this proportion (4:5) shows all of it. */
export const WIDTH = 800;
export const HEIGHT = 1000;

export interface DrawingOptions {
  /** How the fabric happens to fall: the same seed gives the same drawing. */
  seed?: string;
  /** The whole garment, or a close-up of its fabric. */
  view?: 'full' | 'detail';
  ground?: Ground;
  /** Pixels per drawing unit in the final raster, which the lighting needs to know; default 0.8 (640 × 800). */
  pixelsPerUnit?: number;
}

function atelierOf(design: Design, source: Random): Atelier {
  const { color, material } = design;
  const accent = design.accent ?? suitingAccent(color);
  const trimColor =
    design.trim ?? (lightness(color) > 0.75 ? mix(color, '#8f7a5c', 0.35) : lighten(color, -0.1));
  const plain: Cloth = { color, accent, pattern: 'solid', material };
  return {
    design,
    random: source,
    main: { ...plain, pattern: design.pattern },
    plain,
    ribbed: { ...plain, weave: rib },
    lining: { ...plain, color: lighten(color, -0.06), material: 'cotton' },
    trim: { ...plain, color: trimColor, material: 'cotton' },
  };
}

function drawPiece(piece: Piece, roll: ClothRoll, lamp: LightOptions, definitions: Definitions): string {
  const box = grown(bounds(piece.outline), 14);
  const clip = definitions.add('clipPath', '', `<path d="${piece.outline}"/>`);
  const shade = piece.shade ? `<rect ${area(box)} fill="#07070c" fill-opacity="${piece.shade}"/>` : '';
  const below = piece.lift
    ? shadow(
        [piece.outline],
        3 + piece.lift * 6,
        [2 + piece.lift * 4, 3 + piece.lift * 6],
        0.5 * piece.lift,
        definitions,
      )
    : '';
  return (
    below +
    `<g clip-path="${clip}">` +
    roll.lay(piece.cloth, box, piece.grain) +
    (piece.applied ?? '') +
    light(piece, box, lamp, definitions) +
    turnFromLamp(box, definitions) +
    shade +
    lines(piece) +
    `<path d="${piece.outline}" fill="none" stroke="#000" stroke-opacity="0.3" stroke-width="1.6"/>` +
    '</g>' +
    (piece.hardware ?? '')
  );
}

/** The area that a garment may fill in the picture. */
const FRAME: Box = { x: 70, y: 78, width: WIDTH - 140, height: HEIGHT - 164 };
/** Share of a garment's height above the line of a colorblock. */
const COLORBLOCK = 0.64;
/** Limits enlargement, so that a cap is not as large as a coat. */
const LARGEST_SCALE = 1.35;

function placement(garment: Garment, box: Box): { x: number; y: number; scale: number } {
  const scale = Math.min(LARGEST_SCALE, FRAME.width / box.width, FRAME.height / box.height);
  const drop = garment.stance === 'standing' ? 0.56 : 0.5;
  return {
    x: FRAME.x + FRAME.width / 2 - (box.x + box.width / 2) * scale,
    y: FRAME.y + (FRAME.height - box.height * scale) * drop - box.y * scale,
    scale,
  };
}

function groundShadow(garment: Garment, definitions: Definitions): string {
  const outlines = garment.pieces.map((piece) => piece.outline);
  if (garment.stance === 'laid') {
    return shadow(outlines, 20, [15, 22], 0.26, definitions) + shadow(outlines, 5, [4, 6], 0.34, definitions);
  }
  const { x, y, width, height } = bounds(...outlines);
  const floor = (rx: number, ry: number): string[] => [contact(x + width / 2, y + height - 4, rx, ry)];
  return (
    shadow(floor(width * 0.52, 26), 22, [10, 14], 0.4, definitions) +
    shadow(floor(width * 0.47, 9), 6, [2, 3], 0.5, definitions)
  );
}

/**
 * Draws a design as an SVG document of 800 × 1000 units, without text and without references to anything outside.
 * Deterministic: the same design and options give the same bytes.
 */
export function drawGarment(design: Design, options: DrawingOptions = {}): string {
  const { seed = '', view = 'full', pixelsPerUnit = 0.8 } = options;
  const source = random(`${seed} ${design.type}`);
  const definitions = new Definitions();
  const garment = cutters[design.type](atelierOf(design, source));
  const box = bounds(...garment.pieces.map((piece) => piece.outline));
  const roll = new ClothRoll(definitions, source, box.y + box.height * COLORBLOCK, pixelsPerUnit);
  const fold = source.integer(1, 9999);
  const { x, y, scale } = placement(garment, box);
  const lamp = (index: number): LightOptions => ({
    seed: fold + index,
    pixelsPerUnit: pixelsPerUnit * scale,
  });
  const pieces = garment.pieces
    .map((piece, index) => drawPiece(piece, roll, lamp(index), definitions))
    .join('');
  const below = groundShadow(garment, definitions);
  const ground = groundOf(options.ground ?? 'studio', garment.stance, definitions);
  const frame =
    view === 'full' ? `0 0 ${WIDTH} ${HEIGHT}` : `230 ${garment.stance === 'standing' ? 330 : 190} 360 450`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${frame}" width="${WIDTH}" height="${HEIGHT}">` +
    `${definitions.toString()}${ground}<g transform="translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${scale.toFixed(3)})">${below}${pieces}</g></svg>`
  );
}
