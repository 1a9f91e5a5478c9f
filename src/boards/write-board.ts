import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { isNobody, ownerOf } from '../access/caller.js';
import { instantiate } from '../graph/node.js';
import { lineOf } from '../graph/line-of.js';
import { checkText } from '../graph/text.js';
import type { Context } from '../graph/request-context.js';
import { EntryErrors, userError } from '../mutation/entry-error.js';
import { mutate, type Outcome } from '../mutation/mutate.js';
import type { Database } from '../platform/postgres.js';
import { countBoards, deleteBoard, insertBoard, readBoards, renameBoard, sizeOfLine } from './board.store.js';
import {
  Board,
  type BoardCreateInput,
  type BoardDeleteInput,
  BoardDeletePayload,
  BoardPayload,
  type BoardUpdateInput,
} from './board.types.js';
import { checkRoom } from './check-room.js';
import { requireBoard } from './find-board.js';
import { BOARD_SIZE } from './limits.js';
import { lockPins } from './pin.store.js';

/** A key with more boards creates one per user. Those boards should belong to the users: to shoppers with tokens. */
const MAX_BOARDS = 10_000;
/** Limit of the column; titles that fit in a heading are far shorter. */
const MAX_TITLE_LENGTH = 200;

/** The stored answer of a call that names a board. */
export const boardAnswer = z.object({ board: z.string() });

/** The current state of an outcome's board, which may have been deleted before the call is retried. */
export async function boardPayload(
  db: Database,
  { caller }: Context,
  { answer, userErrors }: Outcome<z.infer<typeof boardAnswer>>,
): Promise<BoardPayload> {
  const [row] = answer === null ? [] : await readBoards(db, [answer.board], ownerOf(caller));
  return instantiate(BoardPayload, { board: row === undefined ? null : instantiate(Board, row), userErrors });
}

/** Creates a board that the caller owns. */
export async function createBoard(
  db: Database,
  context: Context,
  input: BoardCreateInput,
): Promise<BoardPayload> {
  const line = isNobody(context.caller) ? await lineOf(context, 'boards') : null;
  const outcome = await mutate(
    db,
    context,
    { name: 'boardCreate', writes: 'boards', answer: boardAnswer },
    input,
    async (client) => {
      const title = checkTitle(input.title);
      const owner = ownerOf(context.caller);
      if (!isNobody(context.caller) && (await countBoards(client, owner)) >= MAX_BOARDS) {
        throw refuse(null, `You already have ${MAX_BOARDS} boards: delete one with boardDelete first.`);
      }
      if (line !== null) checkRoom((await sizeOfLine(client, line)) + BOARD_SIZE);
      return { board: await insertBoard(client, owner, title, line) };
    },
  );
  return boardPayload(db, context, outcome);
}

/** Changes the title of a board. */
export async function updateBoard(
  db: Database,
  context: Context,
  input: BoardUpdateInput,
): Promise<BoardPayload> {
  const outcome = await mutate(
    db,
    context,
    { name: 'boardUpdate', writes: 'boards', answer: boardAnswer },
    input,
    async (client) => {
      const title = checkTitle(input.title);
      const board = await requireBoard(client, context.caller, input.board);
      await renameBoard(client, board, title);
      return { board };
    },
  );
  return boardPayload(db, context, outcome);
}

/** Deletes a board with its pins. */
export async function removeBoard(
  db: Database,
  context: Context,
  input: BoardDeleteInput,
): Promise<BoardDeletePayload> {
  const { answer, userErrors } = await mutate(
    db,
    context,
    { name: 'boardDelete', writes: 'boards', answer: boardAnswer },
    input,
    async (client) => {
      const board = await requireBoard(client, context.caller, input.board);
      await lockPins(client, board);
      await deleteBoard(client, board);
      return { board };
    },
  );
  const deletedBoardId = answer === null ? null : toGlobalId('Board', answer.board);
  return instantiate(BoardDeletePayload, { deletedBoardId, userErrors });
}

const refuse = (field: string | null, message: string): EntryErrors =>
  new EntryErrors([userError('BAD_USER_INPUT', field === null ? null : [field], message)]);

/** @throws EntryErrors, RequestError BAD_USER_INPUT */
function checkTitle(title: string): string {
  const trimmed = checkText('title', title.trim(), MAX_TITLE_LENGTH);
  if (trimmed === '') throw refuse('title', 'The title is empty: give the board a name.');
  return trimmed;
}
