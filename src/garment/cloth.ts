import { lighten, mix } from './color.js';
import { area, type Box } from './geometry.js';
import type { Cloth, Piece } from './garment.js';
import { patternTile, type Tile } from './pattern.js';
import type { Random } from '../platform/random.js';
import { surfaces } from './surface.js';

/** Definitions of one drawing: each content once, under an id that depends only on its position. */
export class Definitions {
  readonly #ids = new Map<string, string>();
  readonly #content: string[] = [];

  /** Defines an element from its tag name, attributes, and content; returns `url(#id)`. */
  add(name: string, attributes: string, content: string): string {
    const key = `${name} ${attributes}>${content}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = `d${this.#content.length.toString(36)}`;
    this.#content.push(`<${name} id="${id}" ${attributes}>${content}</${name}>`);
    this.#ids.set(key, `url(#${id})`);
    return `url(#${id})`;
  }

  toString(): string {
    return `<defs>${this.#content.join('')}</defs>`;
  }
}

/** Side of the tile for uneven dye, in garment units; large enough that the repetition is not visible. */
const DYE_TILE = 190;

/** Rasters with fewer pixels per garment unit show neither the warp of a pattern nor all of the unevenness of a dye. */
const COARSE = 0.4;
/** What is left of the unevenness in a coarse raster: pixels average it. */
const COARSE_DYE = 0.4;

/** Covers boxes with fabric: its color, its pattern, its weave, and the unevenness of its dye. */
export class ClothRoll {
  readonly #tiles = new Map<string, Tile | null>();
  readonly #seed: number;

  constructor(
    private readonly definitions: Definitions,
    private readonly random: Random,
    /** Height at which the second color of a colorblock begins. */
    private readonly division: number,
    private readonly pixelsPerUnit: number,
  ) {
    this.#seed = random.integer(1, 9999);
  }

  lay(cloth: Cloth, box: Box, grain = 0): string {
    const surface = surfaces[cloth.material];
    const rect = (fill: string, more = ''): string => `<rect ${area(box)} fill="${fill}"${more}/>`;
    let printed = rect(cloth.color);
    const tile = this.#tile(cloth);
    if (tile) printed += rect(this.#fill(tile, grain));
    // The warp would take half of the time of a coarse raster.
    if (tile && tile.width < 1000 && this.pixelsPerUnit >= COARSE)
      printed = `<g filter="${this.#warp(box)}">${printed}</g>`;
    const weave = cloth.weave ?? surface.weave;
    if (weave) printed += rect(this.#fill(weave, grain));
    return printed + this.#dye(cloth, box, grain);
  }

  #tile(cloth: Cloth): Tile | null {
    const key = `${cloth.pattern} ${cloth.color} ${cloth.accent}`;
    let tile = this.#tiles.get(key);
    if (tile === undefined) {
      tile = patternTile(cloth.pattern, cloth.color, cloth.accent, this.random);
      this.#tiles.set(key, tile);
    }
    return tile;
  }

  #fill(tile: Tile, grain: number): string {
    const offset =
      tile.width >= 1000
        ? `translate(-2000 ${(this.division - 2000).toFixed(1)})`
        : `rotate(${grain.toFixed(1)}) translate(${(-tile.width / 2).toFixed(1)} 0)`;
    return this.definitions.add(
      'pattern',
      `width="${tile.width}" height="${tile.height}" patternUnits="userSpaceOnUse" patternTransform="${offset}"`,
      tile.content,
    );
  }

  /** Fabric never lies quite straight. */
  #warp(box: Box): string {
    return this.definitions.add(
      'filter',
      `filterUnits="userSpaceOnUse" ${area(box)} color-interpolation-filters="sRGB"`,
      `<feTurbulence type="fractalNoise" baseFrequency="0.009 0.012" numOctaves="2" seed="${this.#seed}"/>` +
        '<feDisplacementMap in="SourceGraphic" scale="13" xChannelSelector="R" yChannelSelector="G"/><feGaussianBlur stdDeviation="0.35"/>',
    );
  }

  /** A small noise tile: noise over every piece would take most of the drawing time. */
  #dye(cloth: Cloth, box: Box, grain: number): string {
    const { x, y, strength: full } = surfaces[cloth.material].grain;
    const strength = this.pixelsPerUnit < COARSE ? COARSE_DYE * full : full;
    const side = `width="${DYE_TILE}" height="${DYE_TILE}"`;
    const row = `${strength} 0 0 0 ${(0.5 - strength / 2).toFixed(3)} `;
    const filter = this.definitions.add(
      'filter',
      `filterUnits="userSpaceOnUse" x="0" y="0" ${side} color-interpolation-filters="sRGB"`,
      `<feTurbulence type="fractalNoise" baseFrequency="${x} ${y}" numOctaves="2" seed="${this.#seed}" stitchTiles="stitch"/>` +
        `<feColorMatrix values="${row}${row}${row}0 0 0 0 1"/>`,
    );
    const fill = this.definitions.add(
      'pattern',
      `${side} patternUnits="userSpaceOnUse" patternTransform="rotate(${grain.toFixed(1)})"`,
      `<rect ${side} filter="${filter}"/>`,
    );
    return `<g style="mix-blend-mode:hard-light"><rect ${area(box)} fill="${fill}"/></g>`;
  }
}

/** The thread that is visible on a fabric. */
export function thread(piece: Piece): string {
  return mix(piece.cloth.color, lighten(piece.cloth.color, 0.3), 0.7);
}
