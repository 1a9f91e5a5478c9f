import { readKey } from '../graph/node.js';
import { offered } from '../catalog/offers.js';
import type { Context } from '../graph/request-context.js';
import { RequestError } from '../errors.js';
import { inspectForStore } from '../images/encode-image.js';
import type { StoredImage } from '../images/stored-image.store.js';
import { EntryErrors, userError } from '../mutation/entry-error.js';
import { mutatePrepared } from '../mutation/mutate.js';
import { findQueryImage } from '../images/query-image.js';
import { keepVector } from '../images/embedding.store.js';
import type { SearchServices } from '../search/search-services.js';
import { sizeBeside, touchBoard } from './board.store.js';
import { type BoardPayload, type PinAddInput } from './board.types.js';
import { checkRoom } from './check-room.js';
import { requireBoard } from './find-board.js';
import { countPins, pinImage, pinProduct } from './pin.store.js';
import { boardAnswer, boardPayload } from './write-board.js';

/** Each page of ideas reads all pins, and far fewer are enough to show a taste. */
export const MAX_PINS = 500;

type Subject =
  | { readonly kind: 'product'; readonly key: number }
  | { readonly kind: 'image'; readonly image: StoredImage; readonly vector: Float32Array };

const NO_PRODUCT =
  'No product of this channel has this id: pass the id of a product that the channel offers.';

/** Pins a product or an image, or changes the direction of an existing pin. */
export async function addPin(
  services: SearchServices,
  context: Context,
  input: PinAddInput,
): Promise<BoardPayload> {
  const { db, encoderId } = services;
  const { caller } = context;
  const positive = input.positive ?? true;
  const outcome = await mutatePrepared(
    db,
    context,
    { name: 'pinAdd', writes: 'boards', answer: boardAnswer },
    input,
    () => readSubject(services, context, input),
    async (client, subject) => {
      const board = await requireBoard(client, caller, input.board);
      if (subject.kind === 'image') {
        await pinImage(client, board, subject.image, positive);
        const { image, vector } = subject;
        await keepVector(client, encoderId, { sha256: image.sha256, vector });
      } else if (!(await pinProduct(client, board, subject.key, positive))) {
        throw new EntryErrors([userError('NOT_FOUND', ['product'], NO_PRODUCT)]);
      }
      if ((await countPins(client, board)) > MAX_PINS) {
        throw new EntryErrors([
          userError(
            'BAD_USER_INPUT',
            ['board'],
            `The board is full (${MAX_PINS} pins): remove one with pinRemove, or create another board.`,
          ),
        ]);
      }
      await touchBoard(client, board);
      checkRoom(await sizeBeside(client, board));
      return { board };
    },
  );
  return boardPayload(db, context, outcome);
}

/** Does all slow work before any row is locked. */
async function readSubject(
  services: SearchServices,
  context: Context,
  { product, image }: PinAddInput,
): Promise<Subject> {
  if ((product == null) === (image == null))
    throw new RequestError('BAD_USER_INPUT', 'A pin takes exactly one of product and image.');
  if (image == null) {
    const key = readKey('Product', product ?? '');
    const { products } = await context.inChannel();
    const found = key === null ? null : await offered(context, await products.byKey.load(key));
    if (found === null) throw new EntryErrors([userError('NOT_FOUND', ['product'], NO_PRODUCT)]);
    return { kind: 'product', key: found.key };
  }
  const { images } = context.loaders;
  const { signal } = context;
  const found = await findQueryImage(image, { ...services, images, signal });
  const bytes = await found.read();
  const [facts, vector] = await Promise.all([
    inspectForStore(bytes),
    services.imageVectors.ofImage(found.sha256, () => Promise.resolve(bytes), { signal }),
  ]);
  // Resets its age, so that it is not pruned before it is pinned; pinned uploads are kept.
  await services.uploads.put(bytes);
  return { kind: 'image', image: facts, vector };
}
