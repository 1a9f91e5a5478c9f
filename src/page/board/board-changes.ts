import { batch, computed, signal } from '@preact/signals';
import type { OpenBoardQuery } from '../generated/graphql.js';
import { t } from '../texts/texts.js';
import { tell } from '../ui/said.js';
import {
  byKey,
  keyOf,
  myBoard,
  pinned,
  type Pinned,
  type Pinnable,
  type Pins,
  pinOn,
  unpin,
} from './my-board.js';

type Board = NonNullable<OpenBoardQuery['board']>;
type Pin = NonNullable<Board['pins']>['nodes'][number];

/** A pin in its place on the board. */
export interface PinPlace {
  /** The id of what is pinned, which outlives the pin's. */
  readonly key: string;
  readonly pin: Pin;
  /** It was taken off, and can be put back. */
  readonly isOff: boolean;
}

/** What to pin to have it again; null where it is not sold in this market, or its picture is gone. */
export const pinnableOf = ({ product, image }: Pin): Pinnable | null => {
  if (product != null) return { product: product.id };
  return image == null ? null : { image: image.id };
};

/** What somebody changes on an open board: shown at once, made one after the other, and taken back where that fails. */
export class BoardChanges {
  readonly places = signal<readonly PinPlace[]>([]);
  /** Whether ideas should be less like a product, as it was chosen just now. */
  readonly #chosen = signal<ReadonlyMap<string, boolean>>(new Map());
  /** Whether a product is liked, as it was chosen just now. */
  readonly #hearts = signal<ReadonlyMap<string, boolean>>(new Map());
  readonly #answered = signal<ReadonlyMap<string, Pinned>>(new Map());
  /** What the gateway said last. The hearts on the page change this browser's own board too. */
  readonly #pins = computed(() => (this.board === myBoard.value ? pinned.value : this.#answered.value));
  /** The products that were liked before ideas should be less like them. */
  readonly #liked = new Set<string>();
  /** The places whose change failed. */
  readonly #failed = new Set<string>();
  #turn = Promise.resolve();
  #waiting = 0;
  /** When the last change ended, as `performance.now()`. */
  #changedAt = 0;

  /** `changed` is called when the board is another one. */
  constructor(
    readonly board: string,
    readonly changed: () => void,
  ) {}

  /** Takes over what the gateway said when asked at a time. Pins keep their places, and new ones come after them. */
  learn(pins: readonly Pin[], askedAt: number): void {
    // Its answer may be older than what is shown.
    if (this.#waiting > 0 || askedAt < this.#changedAt) return;
    this.#answered.value = byKey(pins);
    const there = new Map(pins.map((pin) => [keyOf(pin), pin]));
    const known = this.places.peek().flatMap((place): PinPlace[] => {
      const pin = there.get(place.key);
      there.delete(place.key);
      if (pin !== undefined) return [{ ...place, pin, isOff: false }];
      return place.isOff ? [place] : [];
    });
    this.places.value = [...known, ...[...there].map(([key, pin]) => ({ key, pin, isOff: false }))];
  }

  isUnliked(product: string): boolean {
    return this.#chosen.value.get(product) ?? this.#pins.value.get(product)?.positive === false;
  }

  isLiked(product: string): boolean {
    return this.#hearts.value.get(product) ?? this.#pins.value.get(product)?.positive === true;
  }

  /** Pins a product, or takes it off. */
  toggleLiked(product: string): void {
    const isWished = !this.isLiked(product);
    this.#hearts.value = new Map([...this.#hearts.peek(), [product, isWished]]);
    this.#do(product, () => (isWished ? pinOn(this.board, { product }, true) : this.#unpin(product)));
  }

  /** Asks for ideas that are less like a product, or takes that back: it is liked again if it was before. */
  toggleUnliked(product: string): void {
    const isWished = !this.isUnliked(product);
    this.#chosen.value = new Map([...this.#chosen.peek(), [product, isWished]]);
    this.#do(product, () => {
      if (isWished) {
        if (this.#pins.peek().get(product)?.positive === true) this.#liked.add(product);
        else this.#liked.delete(product);
        return pinOn(this.board, { product }, false);
      }
      return this.#liked.delete(product) ? pinOn(this.board, { product }, true) : this.#unpin(product);
    });
  }

  /** Takes a pin off the board, or puts it back, which needs something that can be pinned. */
  toggle({ key, pin, isOff }: PinPlace): void {
    const what = pinnableOf(pin);
    if (isOff && what === null) return;
    // A heart or "less like this" may have changed it since.
    const positive = isOff ? pin.positive : (this.#pinOf(key)?.positive ?? pin.positive);
    this.places.value = this.places
      .peek()
      .map((place) => (place.key === key ? { ...place, pin: { ...pin, positive }, isOff: !isOff } : place));
    this.#do(key, () => (isOff && what !== null ? pinOn(this.board, what, positive) : this.#unpin(key)));
  }

  #pinOf(key: string): Pinned | undefined {
    return this.#pins.peek().get(key) ?? this.#answered.peek().get(key);
  }

  /** Null where nothing is known to be pinned. */
  async #unpin(key: string): Promise<Pins | null> {
    const known = this.#pinOf(key);
    return known === undefined ? null : unpin(this.board, known.pin);
  }

  #do(key: string, work: () => Promise<Pins | null>): void {
    this.#waiting += 1;
    this.#turn = this.#turn
      .then(work)
      .then(
        (pins) => {
          if (pins !== null) this.#answered.value = byKey(pins);
        },
        () => {
          this.#failed.add(key);
          tell(t.value.notChanged);
        },
      )
      .then(() => {
        this.#waiting -= 1;
        this.#changedAt = performance.now();
        if (this.#waiting === 0) this.#settle();
      });
  }

  /** Shows what the gateway said, also where it cannot be asked again. */
  #settle(): void {
    batch(() => {
      this.#chosen.value = new Map();
      this.#hearts.value = new Map();
      this.places.value = this.places
        .peek()
        .map((place) =>
          this.#failed.has(place.key) ? { ...place, isOff: this.#pinOf(place.key) === undefined } : place,
        );
    });
    this.#failed.clear();
    this.changed();
  }
}
