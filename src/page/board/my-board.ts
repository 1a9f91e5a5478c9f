import { batch, effect, signal } from '@preact/signals';
import { ask } from '../api/ask.js';
import { Failure } from '../api/failure.js';
import {
  type PinAddInput,
  PinItDocument,
  type PinItMutation,
  PinsOfBoardDocument,
  StartBoardDocument,
  UnpinItDocument,
} from '../generated/graphql.js';
import { channel, market } from '../market.js';
import { recall, remember } from '../storage.js';
import { newKey } from '../api/new-key.js';

const KEY = 'vitrine.board';

/** The title of each board that is started here. Whoever opens one reads that in a language of their own. */
export const UNNAMED = 'A shared board';

/** The id of this browser's board; null before anything is pinned. Who has the id can change the board. */
export const myBoard = signal<string | null>(recall(KEY));

export interface Pinned {
  readonly pin: string;
  readonly positive: boolean;
}

/** What can be pinned, by its id. */
export type Pinnable =
  | { readonly product: string; readonly image?: undefined }
  | { readonly image: string; readonly product?: undefined };

/** The pins of this browser's board, by product, or by image where that is what was pinned. */
export const pinned = signal<ReadonlyMap<string, Pinned>>(new Map());

/** The pins of a board. */
export type Pins = readonly NonNullable<
  NonNullable<NonNullable<PinItMutation['pinAdd']>['board']>['pins']
>['nodes'][number][];

/** The id of what is pinned, which outlives the pin's; the pin's where neither is there any more. */
export const keyOf = ({ id, product, image }: Pins[number]): string => product?.id ?? image?.id ?? id;

/** Pins by what is pinned. */
export const byKey = (pins: Pins): ReadonlyMap<string, Pinned> =>
  new Map(pins.map((one) => [keyOf(one), { pin: one.id, positive: one.positive }]));

/**
 * Finds out what was pinned on earlier visits, in each market that is chosen: another one has other products. A board
 * that has been deleted is forgotten. To be called once.
 */
export const followBoard = (): void =>
  void effect(() => {
    if (market.value !== null) void resumeBoard(market.value);
  });

async function resumeBoard(chosen: string): Promise<void> {
  const board = myBoard.peek();
  if (board === null) return;
  try {
    const pins = await pinsOf(board, chosen);
    if (market.peek() === chosen) pinned.value = byKey(pins);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'NOT_FOUND') return;
    remember(KEY, null);
    myBoard.value = null;
  }
}

const pinsOf = (board: string, chosen: string): Promise<Pins> =>
  ask(PinsOfBoardDocument, { channel: chosen, board }, (data) => data.board?.pins?.nodes);

let starting: Promise<string> | undefined;

/** The id of this browser's board, which is created with the first pin. */
function ensureBoard(): Promise<string> {
  if (myBoard.value !== null) return Promise.resolve(myBoard.value);
  starting ??= ask(
    StartBoardDocument,
    { input: { title: UNNAMED, idempotencyKey: newKey() } },
    (data) => data.boardCreate?.board?.id,
  ).catch((error: unknown) => {
    starting = undefined;
    throw error;
  });
  return starting;
}

/** Pins on this browser's board, as liked. @throws Failure */
export async function pin(what: Pinnable): Promise<void> {
  const board = await ensureBoard();
  const pins = await pinOn(board, what, true);
  if (myBoard.value !== null) return;
  // Not before: whoever opens a board finds something on it.
  starting = undefined;
  remember(KEY, board);
  batch(() => {
    myBoard.value = board;
    pinned.value = byKey(pins);
  });
}

/** Pins on any board, and returns its pins. @throws Failure */
export async function pinOn(board: string, { product, image }: Pinnable, positive: boolean): Promise<Pins> {
  const what: Pick<PinAddInput, 'product' | 'image'> =
    product === undefined ? { image: { id: image } } : { product };
  const { board: changed, userErrors } = await ask(
    PinItDocument,
    { channel: channel(), input: { ...what, board, positive } },
    (data) => data.pinAdd,
  );
  return followed(board, changed?.pins?.nodes, userErrors);
}

/** Removes a pin from its board, and returns the others. What is gone already is removed. @throws Failure */
export async function unpin(board: string, id: string): Promise<Pins> {
  const { board: changed, userErrors } = await ask(
    UnpinItDocument,
    { channel: channel(), input: { board, pin: id } },
    (data) => data.pinRemove,
  );
  if (userErrors[0]?.code === 'NOT_FOUND') return followed(board, await pinsOf(board, channel()), []);
  return followed(board, changed?.pins?.nodes, userErrors);
}

/** The pins of a board after a change, which the hearts follow. @throws Failure where nothing was changed */
function followed(
  board: string,
  pins: Pins | undefined,
  [error]: NonNullable<PinItMutation['pinAdd']>['userErrors'],
): Pins {
  if (error !== undefined) throw new Failure(error.code, error.message);
  // An error beside the data: what is pinned is not known.
  if (pins === undefined) throw new Failure('UNKNOWN', 'The pins of the board are missing.');
  if (board === myBoard.value) pinned.value = byKey(pins);
  return pins;
}
