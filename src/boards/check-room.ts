import type { ClientBase } from 'pg';
import { EntryErrors, userError } from '../mutation/entry-error.js';
import { sizeOfClient } from './board.store.js';
import { MAX_OF_CLIENT, PICTURE_SIZE } from './limits.js';

/**
 * Called after a board was created or has got a pin: whether the client may have that many, if the board has no owner. None
 * gives way to another one of the same client, because behind one address there may be many people.
 * @throws EntryErrors
 */
export async function checkRoom(client: ClientBase, board: string): Promise<void> {
  if ((await sizeOfClient(client, board)) <= MAX_OF_CLIENT) return;
  throw new EntryErrors([
    userError(
      'BAD_USER_INPUT',
      null,
      `Boards of one client address without an API key and a shopper have room for ${MAX_OF_CLIENT} boards and pins, with a picture as ${PICTURE_SIZE}, and it is taken: remove pins, delete a board, or send a shopper token.`,
    ),
  ]);
}
