import { add, type Line, type Point } from './geometry.js';
import { labelPlace, LEADING } from './label.js';
import { layOut, onSheet, type Placed } from './layout.js';
import { labelOf, sizeLabel, type Piece } from './piece.js';
import { A4, PdfFile, writable } from './pdf-file.js';
import type { TechPack } from './schema.js';
import { foldBracket, grainStrokes, notchStroke, TEST_SQUARE } from './svg.js';

const MARGIN = 12;
/** What of the sheet one page shows. Pages meet edge to edge at their frames: cut on one frame, glue on the next. */
const TILE = { width: A4.width - 2 * MARGIN, height: A4.height - 2 * MARGIN } as const;
/** Five pages side by side. */
const SHEET_WIDTH = 5 * TILE.width;
const MM_PER_POINT = 25.4 / 72;

/** A PDF for one size: what to know and buy, then the pieces at true scale on pages of A4. */
export function toPdf(pack: TechPack, size: string, pieces: readonly Piece[]): Buffer {
  const file = new PdfFile(`${pack.title}, ${sizeLabel(size)}`);
  cover(file, pack, size);
  tiles(file, pack.title, size, pieces);
  return file.end();
}

/** Columns of a table, as offsets from the left margin. */
type Columns = readonly number[];

class Cover {
  #y: number = A4.height;

  constructor(
    private readonly file: PdfFile,
    private readonly title: string,
  ) {}

  heading(value: string): void {
    this.#room(16);
    this.#y += 4;
    this.file.text(MARGIN, this.#y, value, { size: 11, bold: true });
    this.#y += 5.5;
  }

  row(cells: readonly string[], columns: Columns, { bold = false, size = 8 } = {}): void {
    const wrapped = cells.map((cell, i) =>
      wrap(
        cell,
        ((columns[i + 1] ?? A4.width - 2 * MARGIN) - (columns[i] ?? 0) - 2) / (size * MM_PER_POINT * 0.5),
      ),
    );
    const lines = Math.max(...wrapped.map((cell) => cell.length));
    this.#room(lines * 4);
    for (let line = 0; line < lines; line++) {
      wrapped.forEach((cell, i) => {
        const value = cell[line];
        if (value) this.file.text(MARGIN + (columns[i] ?? 0), this.#y, value, { size, bold });
      });
      this.#y += 4;
    }
  }

  swatch(column: number, hex: string): void {
    this.#room(5);
    this.file.fill(MARGIN + column, this.#y - 3, 6, 3.6, hex);
  }

  #room(height: number): void {
    if (this.#y + height <= A4.height - MARGIN) return;
    this.file.begin();
    this.file.text(MARGIN, MARGIN + 6, this.title, { size: this.file.pages === 1 ? 18 : 10, bold: true });
    this.#y = MARGIN + 16;
  }
}

function wrap(value: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of value.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const cm = (value: number): string => (value / 10).toFixed(1);

function cover(file: PdfFile, pack: TechPack, name: string): void {
  const page = new Cover(file, `${pack.title}, ${sizeLabel(name)}`);
  const size = pack.sizes.find((one) => one.name === name);
  page.heading('Garment');
  page.row(
    [
      Object.entries(pack.garment)
        .map(([key, value]) => `${key}: ${value}`)
        .join(', '),
    ],
    [0],
  );
  page.heading('Colors');
  const colors: Columns = [0, 10, 35, 60, 115];
  page.row(['', 'part', 'sRGB', 'CIELAB D65', 'nearest name (difference, CIE94)'], colors, { bold: true });
  for (const { part, hex, lab, name: nearest, difference } of pack.colors) {
    page.swatch(0, hex);
    page.row(['', part, hex, `L ${lab.l}  a ${lab.a}  b ${lab.b}`, `${nearest} (${difference})`], colors);
  }
  const sizes = pack.sizes;
  const columns: Columns = [0, ...sizes.map((_, i) => 42 + (i * 144) / Math.max(6, sizes.length))];
  const header = ['cm', ...sizes.map((one) => one.name)];
  page.heading(`Measures of the body (${pack.figure})`);
  page.row(header, columns, { bold: true });
  for (const key of Object.keys(size?.body ?? {}))
    page.row(
      [
        key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
        ...sizes.map((one) => cm(one.body[key] ?? 0)),
      ],
      columns,
    );
  page.heading('Measures of the finished garment (ease beyond the body)');
  page.row(header, columns, { bold: true });
  (size?.measures ?? []).forEach(({ name: measure }, i) => {
    page.row(
      [
        measure,
        ...sizes.map((one) => {
          const found = one.measures[i];
          return found
            ? `${cm(found.value)}${found.ease === null ? '' : ` (${found.ease < 0 ? '' : '+'}${cm(found.ease)})`}`
            : '';
        }),
      ],
      columns,
    );
  });
  page.heading('Bill of materials (middle size)');
  for (const { item, quantity, note } of pack.materials) page.row([item, quantity, note], [0, 70, 95]);
  page.heading('Fabric by size, estimated');
  page.row(['', ...sizes.map((one) => one.name)], columns, { bold: true });
  for (const { fabric, width } of size?.fabric ?? [])
    page.row(
      [
        `${fabric}, ${cm(width)} cm wide, m`,
        ...sizes.map((one) =>
          ((one.fabric.find((other) => other.fabric === fabric)?.length ?? 0) / 1000).toFixed(2),
        ),
      ],
      columns,
    );
  page.heading('Stitches (ISO 4915)');
  for (const { where, stitch, note } of pack.stitches) page.row([where, stitch, note], [0, 45, 100]);
  page.heading('Pieces');
  for (const piece of size?.pieces ?? [])
    page.row(
      [
        piece.name,
        piece.cut.map(({ fabric, count }) => `cut ${count} ${fabric}`).join(', ') +
          (piece.onFold ? ', on fold' : ''),
        [...new Set(piece.edges.filter(({ kind }) => kind !== 'fold').map(({ allowance }) => allowance))]
          .map((allowance) => `${allowance} mm`)
          .join(', '),
      ],
      [0, 60, 150],
    );
  page.row(
    ['Cut lines include the seam allowances in the last column. Red: cut. Blue: sew. Green: grain.'],
    [0],
  );
  page.heading('Seams');
  const seams: Columns = [0, 60, 85, 110];
  page.row(['seam', 'length', 'other side', 'how (side b longer by)'], seams, { bold: true });
  for (const seam of size?.seams ?? [])
    page.row(
      [
        seam.name,
        `${seam.lengthA} mm`,
        `${seam.lengthB} mm`,
        seam.how === 'plain' ? 'plain' : `${seam.how} ${seam.ease} mm`,
      ],
      seams,
    );
  page.heading('Sources');
  for (const source of pack.sources) page.row([source], [0]);
  if (writable(pack.title) !== pack.title)
    page.row(
      ['Letters of the title that the font of this file lacks are shown as "?" or without accents.'],
      [0],
    );
}

const RED = '#d90000';
const BLUE = '#004dc7';
const GREEN = '#007333';
const GRAY = '#666666';
const PURPLE = '#8000a0';

function tiles(page: PdfFile, title: string, size: string, pieces: readonly Piece[]): void {
  const sheet = layOut(pieces, SHEET_WIDTH, 10);
  const top = TEST_SQUARE + 20;
  const columns = Math.ceil(sheet.width / TILE.width);
  const rows = Math.ceil((sheet.height + top) / TILE.height);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const origin: Point = [MARGIN - column * TILE.width, MARGIN - row * TILE.height + top];
      const shown = sheet.placed.filter(({ box }) => {
        const [x, y] = add([box.x, box.y], origin);
        return (
          x < MARGIN + TILE.width &&
          x + box.width > MARGIN &&
          y < MARGIN + TILE.height &&
          y + box.height > MARGIN
        );
      });
      const isFirst = row === 0 && column === 0;
      if (shown.length === 0 && !isFirst) continue;
      page.begin();
      page.clipped(MARGIN, MARGIN, TILE.width, TILE.height, () => {
        if (isFirst) testSquare(page);
        for (const placed of shown) draw(page, placed, origin, size);
      });
      frame(page, `${title}, ${sizeLabel(size)}`, `${String.fromCharCode(65 + row)}${column + 1}`);
    }
  }
}

function testSquare(page: PdfFile): void {
  const [x, y, side] = [MARGIN + 5, MARGIN + 5, TEST_SQUARE];
  page.stroke(
    [
      [x, y],
      [x + side, y],
      [x + side, y + side],
      [x, y + side],
    ],
    { closed: true },
  );
  page.text(x + 4, y + 8, `This square measures ${side} mm. Print at 100 %, without "fit to page".`, {
    size: 7,
  });
}

/** Neighbors: A1 is left of A2 and above B1. */
function frame(page: PdfFile, title: string, name: string): void {
  const [right, bottom] = [MARGIN + TILE.width, MARGIN + TILE.height];
  page.stroke(
    [
      [MARGIN, MARGIN],
      [right, MARGIN],
      [right, bottom],
      [MARGIN, bottom],
    ],
    { width: 0.1, color: GRAY, closed: true },
  );
  for (const [x, y] of [
    [MARGIN, A4.height / 2],
    [right, A4.height / 2],
    [A4.width / 2, MARGIN],
    [A4.width / 2, bottom],
  ] as const) {
    page.stroke(
      [
        [x - 3, y],
        [x + 3, y],
      ],
      { width: 0.2 },
    );
    page.stroke(
      [
        [x, y - 3],
        [x, y + 3],
      ],
      { width: 0.2 },
    );
  }
  page.text(MARGIN, MARGIN - 3, name, { size: 12, bold: true });
  page.text(MARGIN + 16, MARGIN - 3, title, { size: 7 });
}

function draw(page: PdfFile, placed: Placed, origin: Point, size: string): void {
  const { piece } = placed;
  const here = (line: Line): Line => onSheet(line, placed).map((point) => add(point, origin));
  page.stroke(here(piece.cutLine), { width: 0.5, color: RED, closed: true });
  page.stroke(here(piece.seamLine), { color: BLUE, dash: 4, closed: true });
  for (const notch of piece.notches) page.stroke(here(notchStroke(notch)), { width: 0.5 });
  for (const line of grainStrokes(piece.grain)) page.stroke(here(line), { width: 0.4, color: GREEN });
  for (const { line } of piece.marks) {
    const [only, second] = here(line);
    if (only && !second) {
      page.stroke([
        [only[0] - 3, only[1]],
        [only[0] + 3, only[1]],
      ]);
      page.stroke([
        [only[0], only[1] - 3],
        [only[0], only[1] + 3],
      ]);
    } else page.stroke(here(line), { color: GRAY });
  }
  const bracket = foldBracket(piece);
  if (bracket) page.stroke(here(bracket), { width: 0.5, color: PURPLE });
  const lines = labelOf(piece, size);
  const label = labelPlace(piece, lines);
  lines.forEach((line, i) => {
    const step = i * label.font * LEADING;
    const [at] = here([add(label.at, label.turned ? [-step, 0] : [0, step])]);
    if (at) page.text(at[0], at[1], line, { size: label.font / MM_PER_POINT, down: label.turned });
  });
}
