import PDFDocument from 'pdfkit';

/** Points (1/72 inch) per millimeter. */
const POINTS = 72 / 25.4;
export const A4 = { width: 210, height: 297 } as const;

/** Of Windows-1252, in which the fonts are encoded, the characters beyond Latin-1. */
const BEYOND_LATIN_1 = new Set('€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ');
/** More than any garment takes; a mistake in a layout must not fill the memory. */
const MOST_PAGES = 500;
/** Files are the same each time, so none says when it was made. */
const EPOCH = new Date(0);

/** Asks printers for true scale, for which pdfkit has no option of its own. */
class TrueScaleDocument extends PDFDocument {
  override ref(data: Record<string, unknown> = {}): PDFKit.PDFKitReference {
    return super.ref('DisplayDocTitle' in data ? { ...data, PrintScaling: 'None' } : data);
  }
}

/**
 * Pages of A4, one after the other. Millimeters from a page's upper left corner; y goes down. Texts are in Helvetica,
 * which every reader has and no file needs to carry.
 */
export class PdfFile {
  readonly #document: PDFKit.PDFDocument;
  #pages = 0;

  constructor(title: string) {
    this.#document = new TrueScaleDocument({
      size: [A4.width * POINTS, A4.height * POINTS],
      margin: 0,
      autoFirstPage: false,
      displayTitle: true,
      pdfVersion: '1.4',
      info: { Title: title, Producer: 'Vitrine', Creator: 'Vitrine', CreationDate: EPOCH },
    });
  }

  get pages(): number {
    return this.#pages;
  }

  /** Begins a page. @throws RangeError after 500 */
  begin(): void {
    if (this.#pages === MOST_PAGES) throw new RangeError(`a tech pack has at most ${MOST_PAGES} pages`);
    this.#pages++;
    this.#document.addPage();
  }

  /** Draws what `draw` draws only inside a rectangle. */
  clipped(x: number, y: number, width: number, height: number, draw: () => void): void {
    this.#document.save();
    this.#document.rect(x * POINTS, y * POINTS, width * POINTS, height * POINTS).clip();
    draw();
    this.#document.restore();
  }

  stroke(
    line: readonly (readonly [number, number])[],
    { width = 0.3, color = '#000000', dash = 0, closed = false } = {},
  ): void {
    const document = this.#document;
    line.forEach(([x, y], i) => {
      if (i === 0) document.moveTo(x * POINTS, y * POINTS);
      else document.lineTo(x * POINTS, y * POINTS);
    });
    if (closed) document.closePath();
    if (dash > 0) document.dash(dash * POINTS, { space: (dash / 2) * POINTS });
    else document.undash();
    document.lineWidth(width * POINTS).stroke(color);
  }

  fill(x: number, y: number, width: number, height: number, color: string): void {
    this.#document.rect(x * POINTS, y * POINTS, width * POINTS, height * POINTS).fill(color);
  }

  /**
   * Writes one line; `size` is in points, `x` and `y` are the start of its baseline. Letters that the font lacks lose
   * their accents or become question marks.
   */
  text(x: number, y: number, value: string, { size = 9, bold = false, down = false } = {}): void {
    const document = this.#document;
    const at = [x * POINTS, y * POINTS] as const;
    document.save();
    if (down) document.rotate(90, { origin: [...at] });
    document
      .font(bold ? 'Helvetica-Bold' : 'Helvetica', size)
      .fillColor('#000000')
      .text(writable(value), ...at, { lineBreak: false, baseline: 'alphabetic' });
    document.restore();
  }

  /** Ends the file. Its bytes are all there when this returns: pdfkit writes without waiting. */
  end(): Buffer {
    const parts: Buffer[] = [];
    this.#document.end();
    for (let part = read(this.#document); part; part = read(this.#document)) parts.push(part);
    return Buffer.concat(parts);
  }
}

function read(document: PDFKit.PDFDocument): Buffer | null {
  const part: unknown = document.read();
  return Buffer.isBuffer(part) ? part : null;
}

const hasGlyph = (character: string): boolean =>
  /[ -~\u00a0-\u00ff]/.test(character) || BEYOND_LATIN_1.has(character);

/** What the fonts can write of a text. */
export function writable(value: string): string {
  return Array.from(value.normalize('NFC'), (character) => {
    if (hasGlyph(character)) return character;
    const [base = ''] = character.normalize('NFD');
    return hasGlyph(base) ? base : '?';
  }).join('');
}
