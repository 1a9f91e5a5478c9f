import type { ShownOptions } from '../../images/shown-options.js';
import { partsOf } from '../option-parts.js';

// Limits for what filters find a product by, from any source. The index stores it as tags of each image: an option
// value several times, for each channel and each level of the category. Characters count with the names, and
// so does each part of a value with slashes.

/** More than any filter shows. */
export const MAX_ATTRIBUTES = 250;
/** 80 for each of the attributes. */
export const MAX_ATTRIBUTE_CHARS = 20_000;
/** Different option values of all SKUs of a product. A T-shirt in 80 colors and 20 sizes has 100. */
export const MAX_OPTION_VALUES = 250;
/** 40 for each of the values. */
export const MAX_OPTION_CHARS = 10_000;
/** Different choices of options that a product's images show: one for each color of the T-shirt. */
export const MAX_SHOWN_CHOICES = 100;

/** Of the choices as JSON. */
export const MAX_SHOWN_CHARS = 20_000;

/** Different texts, each with a name, and how many characters they have together. */
class Texts {
  readonly #texts = new Set<string>();
  chars = 0;

  get size(): number {
    return this.#texts.size;
  }

  add(name: string, values: readonly string[]): void {
    for (const value of this.#lacking(name, values)) {
      this.#texts.add(`${name}=${value}`);
      this.chars += name.length + value.length;
    }
  }

  /** Whether they stay within these limits with more values. */
  haveRoom(name: string, values: readonly string[], most: number, mostChars: number): boolean {
    const more = this.#lacking(name, values);
    const chars = more.reduce((sum, value) => sum + name.length + value.length, this.chars);
    return this.size + more.length <= most && chars <= mostChars;
  }

  #lacking(name: string, values: readonly string[]): readonly string[] {
    return values.filter((value) => !this.#texts.has(`${name}=${value}`));
  }
}

/**
 * Texts that count once, and whether they fit into a limit. The limit is for the texts as they are written, and for what
 * filters find them by: in any case, with each part of a value with slashes.
 */
export class TextAllowance {
  readonly #written = new Texts();
  readonly #found = new Texts();

  constructor(
    private readonly most: number,
    private readonly mostChars: number,
  ) {}

  /** The number of different texts. */
  get size(): number {
    return Math.max(this.#written.size, this.#found.size);
  }

  get chars(): number {
    return Math.max(this.#written.chars, this.#found.chars);
  }

  get isOver(): boolean {
    return this.size > this.most || this.chars > this.mostChars;
  }

  add(name: string, value: string): void {
    this.#written.add(name, [value]);
    this.#found.add(name, partsOf(value));
  }

  /** Adds the text unless it would not fit; returns whether it fits. */
  take(name: string, value: string): boolean {
    const { most, mostChars } = this;
    const fits =
      this.#written.haveRoom(name, [value], most, mostChars) &&
      this.#found.haveRoom(name, partsOf(value), most, mostChars);
    if (fits) this.add(name, value);
    return fits;
  }
}

export const optionAllowance = (): TextAllowance => new TextAllowance(MAX_OPTION_VALUES, MAX_OPTION_CHARS);

export const attributeAllowance = (): TextAllowance => new TextAllowance(MAX_ATTRIBUTES, MAX_ATTRIBUTE_CHARS);

/** Equal for images that show the same options. */
export const shownKey = (shows: ShownOptions): string =>
  JSON.stringify(Object.entries(shows).sort(([a], [b]) => (a < b ? -1 : 1)));
