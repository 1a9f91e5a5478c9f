/** A set of small integers, one bit each. */
export class Bitset {
  #size: number;

  /** The set of the bits of `words`: 32 integers per word, lowest bit first. Integers beyond its end are not in the set. */
  constructor(readonly words: Uint32Array) {
    this.#size = count(words);
  }

  /** All integers from 0 up to `end`. */
  static below(end: number): Bitset {
    const words = new Uint32Array(Math.max(1, Math.ceil(end / 32))).fill(0xffffffff, 0, end >>> 5);
    if (end % 32 !== 0) words[end >>> 5] = 2 ** (end % 32) - 1;
    return new Bitset(words);
  }

  get size(): number {
    return this.#size;
  }

  has(n: number): boolean {
    return (((this.words[n >>> 5] ?? 0) >>> (n & 31)) & 1) === 1;
  }

  delete(n: number): void {
    if (!this.has(n)) return;
    const w = n >>> 5;
    this.words[w] = (this.words[w] ?? 0) & ~(1 << (n & 31));
    this.#size--;
  }

  /** Keeps only integers that are also in `other`. */
  intersect(other: Bitset): void {
    for (let w = 0; w < this.words.length; w++) this.words[w] = (this.words[w] ?? 0) & (other.words[w] ?? 0);
    this.#size = count(this.words);
  }

  /** In ascending order. */
  toArray(): Int32Array {
    const members = new Int32Array(this.#size);
    let next = 0;
    for (let w = 0; w < this.words.length; w++) {
      for (let word = this.words[w] ?? 0; word !== 0; word &= word - 1)
        members[next++] = (w << 5) + 31 - Math.clz32(word & -word);
    }
    return members;
  }
}

function count(words: Uint32Array): number {
  let size = 0;
  for (let word of words) {
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    size += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return size;
}
