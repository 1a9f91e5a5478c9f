/** A tag with more rows keeps them as bits. Up to here, a list is smaller, wherever the rows are. */
const MAX_LISTED = 64;

/**
 * The rows with a tag. Many tags belong to one product: they take memory for its rows, and not for those of the whole
 * index. The bits cover the words from the first to the last row, because a product's rows are mostly consecutive.
 */
export class Posting {
  #listed: number[] | null = [];
  /** The first word. */
  #start = 0;
  #words = new Uint32Array();
  #size = 0;

  constructor(readonly tag: string) {}

  get size(): number {
    return this.#size;
  }

  add(row: number): void {
    if (this.#listed === null) {
      this.#addBit(row);
      return;
    }
    if (this.#listed.includes(row)) return;
    this.#size++;
    this.#listed.push(row);
    if (this.#listed.length <= MAX_LISTED) return;
    const rows = this.#listed.sort((a, b) => a - b);
    this.#listed = null;
    this.#size = 0;
    for (const listed of rows) this.#addBit(listed);
  }

  delete(row: number): void {
    if (this.#listed !== null) {
      const at = this.#listed.indexOf(row);
      if (at === -1) return;
      this.#listed.splice(at, 1);
      this.#size--;
      return;
    }
    const w = (row >>> 5) - this.#start;
    const bit = 1 << (row & 31);
    if (((this.#words[w] ?? 0) & bit) === 0) return;
    this.#words[w] = (this.#words[w] ?? 0) & ~bit;
    this.#size--;
  }

  /** Sets the bits of the rows, 32 in a word, lowest bit first. `words` covers all of them. */
  addTo(words: Uint32Array): void {
    for (const row of this.#listed ?? []) words[row >>> 5] = (words[row >>> 5] ?? 0) | (1 << (row & 31));
    for (let w = 0; w < this.#words.length; w++) {
      const bits = this.#words[w] ?? 0;
      if (bits !== 0) words[this.#start + w] = (words[this.#start + w] ?? 0) | bits;
    }
  }

  #addBit(row: number): void {
    this.#cover(row >>> 5);
    const w = (row >>> 5) - this.#start;
    const bit = 1 << (row & 31);
    if (((this.#words[w] ?? 0) & bit) !== 0) return;
    this.#words[w] = (this.#words[w] ?? 0) | bit;
    this.#size++;
  }

  #cover(word: number): void {
    const end = this.#start + this.#words.length;
    if (word >= this.#start && word < end) return;
    if (this.#words.length === 0) {
      this.#start = word;
      this.#words = new Uint32Array(1);
      return;
    }
    // Twice as long each time, so that growing row by row copies each word a few times.
    const room = this.#words.length;
    const start = word < this.#start ? Math.max(0, Math.min(word, this.#start - room)) : this.#start;
    const grown = new Uint32Array(Math.max(word + 1, end, word >= end ? end + room : 0) - start);
    grown.set(this.#words, this.#start - start);
    [this.#start, this.#words] = [start, grown];
  }
}
