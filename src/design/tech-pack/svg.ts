import { FOLD_BRACKET, labelPlace, LEADING } from './label.js';
import { add, distance, scale, subtract, toward, type Line, type Point } from './geometry.js';
import { layOut, onSheet, type Placed } from './layout.js';
import { labelOf, sizeLabel, type Notch, type Piece } from './piece.js';

/** Side of the square by which a print's scale is checked. */
export const TEST_SQUARE = 100;
/** From the cut line into the allowance. */
const NOTCH_DEPTH = 5;
const SHEET_WIDTH = 1500;

/** The stroke from the cut line into the allowance that a notch is. */
export function notchStroke({ at, cut }: Notch): Line {
  const depth = Math.min(NOTCH_DEPTH, distance(at, cut));
  return [cut, [cut[0] + toward(cut, at)[0] * depth, cut[1] + toward(cut, at)[1] * depth]];
}

/** A grain line with arrow heads. */
export function grainStrokes([from, to]: readonly [Point, Point]): Line[] {
  const on = toward(from, to);
  const head = (tip: Point, back: Point): Line => [
    subtract(tip, [back[0] * 10 - back[1] * 4, back[1] * 10 + back[0] * 4]),
    tip,
    subtract(tip, [back[0] * 10 + back[1] * 4, back[1] * 10 - back[0] * 4]),
  ];
  return [[from, to], head(to, on), head(from, scale(on, -1))];
}

/** The bracket that says: lay this edge on the fold. */
export function foldBracket(piece: Piece): Line | null {
  const edge = piece.edges.find(({ kind }) => kind === 'fold');
  const [from, to] = [edge?.line[0], edge?.line.at(-1)];
  if (!from || !to) return null;
  const on = toward(from, to);
  const inward: Point = [-on[1] * FOLD_BRACKET, on[0] * FOLD_BRACKET];
  const inset = Math.min(30, distance(from, to) * 0.15);
  const a: Point = [from[0] + on[0] * inset, from[1] + on[1] * inset];
  const b: Point = [to[0] - on[0] * inset, to[1] - on[1] * inset];
  return [a, [a[0] + inward[0], a[1] + inward[1]], [b[0] + inward[0], b[1] + inward[1]], b];
}

const points = (line: Line): string => line.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(' ');
const escape = (text: string): string =>
  text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);

/**
 * The pieces of one size as SVG at true scale: one user unit is a millimeter. Each kind of line is a layer of its own
 * (`g` with an id and Inkscape's layer attributes) and has its own color, by which laser cutters choose what to cut.
 */
export function toSvg(title: string, size: string, pieces: readonly Piece[]): string {
  const sheet = layOut(pieces, SHEET_WIDTH);
  const top = TEST_SQUARE + 30;
  const height = sheet.height + top;
  const each = (draw: (placed: Placed) => string): string => sheet.placed.map(draw).join('');
  const layer = (id: string, style: string, content: string): string =>
    `<g id="${id}" inkscape:groupmode="layer" inkscape:label="${id}" fill="none" ${style}>${content}</g>\n`;
  const polyline = (line: Line, placed: Placed): string =>
    `<polyline points="${points(onSheet(line, placed))}"/>`;
  const polygon = (line: Line, placed: Placed): string =>
    `<polygon points="${points(onSheet(line, placed))}"/>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" ` +
    `width="${sheet.width.toFixed(2)}mm" height="${height.toFixed(2)}mm" viewBox="0 0 ${sheet.width.toFixed(2)} ${height.toFixed(2)}">\n` +
    `<title>${escape(`${title}, ${sizeLabel(size)}`)}</title>\n` +
    layer(
      'test-square',
      'stroke="#000" stroke-width="0.3"',
      `<rect x="15" y="15" width="${TEST_SQUARE}" height="${TEST_SQUARE}"/>`,
    ) +
    `<g transform="translate(0 ${top})">\n` +
    layer(
      'cut',
      'stroke="#e00000" stroke-width="0.5"',
      each((placed) => polygon(placed.piece.cutLine, placed)),
    ) +
    layer(
      'sew',
      'stroke="#0050c8" stroke-width="0.3" stroke-dasharray="4 2"',
      each((placed) => polygon(placed.piece.seamLine, placed)),
    ) +
    layer(
      'notches',
      'stroke="#000" stroke-width="0.5"',
      each((placed) => placed.piece.notches.map((notch) => polyline(notchStroke(notch), placed)).join('')),
    ) +
    layer(
      'grain',
      'stroke="#007830" stroke-width="0.4"',
      each((placed) =>
        grainStrokes(placed.piece.grain)
          .map((line) => polyline(line, placed))
          .join(''),
      ),
    ) +
    layer(
      'fold',
      'stroke="#8000a0" stroke-width="0.5"',
      each((placed) => {
        const bracket = foldBracket(placed.piece);
        return bracket ? polyline(bracket, placed) : '';
      }),
    ) +
    layer(
      'marks',
      'stroke="#606060" stroke-width="0.3"',
      each((placed) => placed.piece.marks.map((mark) => markSvg(mark.line, placed)).join('')),
    ) +
    layer(
      'text',
      'style="fill:#000" font-family="Helvetica, Arial, sans-serif"',
      each((placed) => labels(placed, size)) +
        `<text x="20" y="${-top + 30}" font-size="6">${TEST_SQUARE} mm test square</text><text x="${TEST_SQUARE + 25}" y="${-top + 24}" font-size="8">${escape(`${title}, ${sizeLabel(size)}`)}</text>`,
    ) +
    '</g>\n</svg>\n'
  );
}

function markSvg(line: Line, placed: Placed): string {
  const [only, second] = onSheet(line, placed);
  if (!only || second) return `<polyline points="${points(onSheet(line, placed))}"/>`;
  const [x, y] = only;
  return `<path d="M${(x - 3).toFixed(2)} ${y.toFixed(2)}h6M${x.toFixed(2)} ${(y - 3).toFixed(2)}v6"/>`;
}

function labels(placed: Placed, size: string): string {
  const lines = labelOf(placed.piece, size);
  const { at, font, turned } = labelPlace(placed.piece, lines);
  const [x, y] = add(at, placed.by);
  const turn = turned ? ` transform="rotate(90 ${x.toFixed(2)} ${y.toFixed(2)})"` : '';
  const rows = lines.map(
    (line, i) =>
      `<tspan x="${x.toFixed(2)}" y="${(y + i * font * LEADING).toFixed(2)}">${escape(line)}</tspan>`,
  );
  return `<text font-size="${font.toFixed(2)}"${turn}>${rows.join('')}</text>`;
}
