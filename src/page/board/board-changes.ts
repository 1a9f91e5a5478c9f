import { computed, signal } from '@preact/signals';
import type { OpenBoardQuery } from '../generated/graphql.js';
import { t } from '../texts/texts.js';
import { tell } from '../ui/said.js';
import { type Pinnable, type Pins, pinOn, unpin } from './my-board.js';

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

const keyOf = ({ id, product, image }: Pins[number]): string => product?.id ?? image?.id ?? id;

const pinnableOf = ({ product, image }: Pin): Pinnable | null => {
  if (product != null) return { product: product.id };
  return image == null ? null : { image: image.id };
};

/** What somebody changes on an open board: shown at once, made one after the other, and taken back where that fails. */
export class BoardChanges {
  readonly places = signal<readonly PinPlace[]>([]);
  /** Whether ideas should be less like a product, as it was chosen just now. */
  readonly #chosen = signal<ReadonlyMap<string, boolean>>(new Map());
  readonly #unliked = computed(
    () =>
      new Set(
        this.places.value.flatMap(({ pin, isOff }) => (isOff || pin.positive ? [] : [pin.product?.id])),
      ),
  );
  /** The ids of the pins, by what is pinned. */
  #pins: ReadonlyMap<string, string> = new Map();
  #turn = Promise.resolve();
  #waiting = 0;

  /** `changed` is called when the board is another one. */
  constructor(
    readonly board: string,
    readonly changed: () => void,
  ) {}

  /** Takes over what the gateway says. Pins keep their places, and new ones come after them. */
  learn(pins: readonly Pin[]): void {
    // Its answer is older than what is shown.
    if (this.#waiting > 0) return;
    this.#note(pins);
    const there = new Map(pins.map((pin) => [keyOf(pin), pin]));
    const known = this.places.peek().flatMap((place): PinPlace[] => {
      const pin = there.get(place.key);
      there.delete(place.key);
      if (pin !== undefined) return [{ ...place, pin, isOff: false }];
      return place.isOff ? [place] : [];
    });
    this.places.value = [...known, ...[...there].map(([key, pin]) => ({ key, pin, isOff: false }))];
    this.#chosen.value = new Map();
  }

  isUnliked(product: string): boolean {
    return this.#chosen.value.get(product) ?? this.#unliked.value.has(product);
  }

  /** Asks for ideas that are less like a product, or takes that back. */
  toggleUnliked(product: string): void {
    const isWished = !this.isUnliked(product);
    this.#chosen.value = new Map([...this.#chosen.peek(), [product, isWished]]);
    this.#do(() => (isWished ? pinOn(this.board, { product }, false) : this.#unpin(product)));
  }

  /** Takes a pin off the board, or puts it back. */
  toggle({ key, pin, isOff }: PinPlace): void {
    this.places.value = this.places
      .peek()
      .map((place) => (place.key === key ? { ...place, isOff: !isOff } : place));
    const what = pinnableOf(pin);
    this.#do(() => (isOff && what !== null ? pinOn(this.board, what, pin.positive) : this.#unpin(key)));
  }

  async #unpin(key: string): Promise<Pins> {
    const pin = this.#pins.get(key);
    return pin === undefined ? [] : unpin(this.board, pin);
  }

  #note(pins: Pins): void {
    this.#pins = new Map(pins.map((pin) => [keyOf(pin), pin.id]));
  }

  #do(work: () => Promise<Pins>): void {
    this.#waiting += 1;
    this.#turn = this.#turn
      .then(work)
      .then(
        (pins) => this.#note(pins),
        () => tell(t.value.notChanged),
      )
      .then(() => {
        this.#waiting -= 1;
        if (this.#waiting === 0) this.changed();
      });
  }
}
