import { EntryErrors, userError } from '../mutation/entry-error.js';
import { BOARD_SIZE, MAX_OF_CLIENT, PICTURE_SIZE } from './limits.js';

/**
 * Checks that what a client has on boards without an owner, in pins, is no more than it may have. None of these boards gives
 * way to another one of the same client, because behind one address there may be many people.
 * @throws EntryErrors
 */
export function checkRoom(size: number): void {
  if (size <= MAX_OF_CLIENT) return;
  throw new EntryErrors([
    userError(
      'BAD_USER_INPUT',
      null,
      `Without an API key and a shopper, one client address has room for ${MAX_OF_CLIENT} pins, a board counting as ${BOARD_SIZE} and a picture as ${PICTURE_SIZE}, and it is taken: remove pins, delete a board, or send a shopper token.`,
    ),
  ]);
}
