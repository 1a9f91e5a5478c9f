import type { ShownOptions } from '../../images/shown-options.js';

// Limits for what filters find a product by, from any source. The index stores it as tags of each image: an option
// value several times, for each channel and each level of the category. Characters count with the names.

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

/** Texts that count once, and whether they fit into a limit. */
export class TextAllowance {
  readonly #texts = new Set<string>();
  #chars = 0;

  constructor(
    private readonly most: number,
    private readonly mostChars: number,
  ) {}

  /** The number of different texts. */
  get size(): number {
    return this.#texts.size;
  }

  get chars(): number {
    return this.#chars;
  }

  get isOver(): boolean {
    return this.size > this.most || this.chars > this.mostChars;
  }

  add(name: string, value: string): void {
    const text = `${name}=${value}`;
    if (this.#texts.has(text)) return;
    this.#texts.add(text);
    this.#chars += name.length + value.length;
  }

  /** Adds the text unless it would not fit; returns whether it fits. */
  take(name: string, value: string): boolean {
    const text = `${name}=${value}`;
    if (this.#texts.has(text)) return true;
    const chars = this.#chars + name.length + value.length;
    if (this.size === this.most || chars > this.mostChars) return false;
    this.add(name, value);
    return true;
  }
}

export const optionAllowance = (): TextAllowance => new TextAllowance(MAX_OPTION_VALUES, MAX_OPTION_CHARS);

export const attributeAllowance = (): TextAllowance => new TextAllowance(MAX_ATTRIBUTES, MAX_ATTRIBUTE_CHARS);

/** Equal for images that show the same options. */
export const shownKey = (shows: ShownOptions): string =>
  JSON.stringify(Object.entries(shows).sort(([a], [b]) => (a < b ? -1 : 1)));
