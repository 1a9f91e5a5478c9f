import { readKey } from '../graph/node.js';
import type { Context } from '../graph/request-context.js';
import { EntryErrors, userError } from '../mutation/entry-error.js';
import { mutate } from '../mutation/mutate.js';
import type { Database } from '../platform/postgres.js';
import { touchBoard } from './board.store.js';
import type { BoardPayload, PinRemoveInput } from './board.types.js';
import { requireBoard } from './find-board.js';
import { deletePin } from './pin.store.js';
import { boardAnswer, boardPayload } from './write-board.js';

/** Removes a pin from its board. */
export async function removePin(
  db: Database,
  context: Context,
  input: PinRemoveInput,
): Promise<BoardPayload> {
  const outcome = await mutate(
    db,
    context,
    { name: 'pinRemove', writes: 'boards', answer: boardAnswer },
    input,
    async (client) => {
      const board = await requireBoard(client, context.caller, input.board);
      const key = readKey('Pin', input.pin);
      if (key === null || !(await deletePin(client, board, key))) {
        throw new EntryErrors([
          userError('NOT_FOUND', ['pin'], 'The board has no such pin: pass an id from Board.pins.'),
        ]);
      }
      await touchBoard(client, board);
      return { board };
    },
  );
  return boardPayload(db, context, outcome);
}
