import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { instantiate } from '../graph/node.js';
import { checkText } from '../graph/text.js';
import type { Context } from '../graph/request-context.js';
import { EntryErrors, userError } from '../mutation/entry-error.js';
import { mutate, type Outcome } from '../mutation/mutate.js';
import type { Database } from '../platform/postgres.js';
import { countBoards, deleteBoard, insertBoard, readBoard, renameBoard } from './board.store.js';
import {
  Board,
  type BoardCreateInput,
  type BoardDeleteInput,
  BoardDeletePayload,
  BoardPayload,
  type BoardUpdateInput,
} from './board.types.js';
import { ownerOf, requireBoard } from './find-board.js';
import { lockPins } from './pin.store.js';

/** A caller that has more of them makes one for each of its own users: those are anonymous, and forgotten in time. */
const MAX_BOARDS = 10_000;
/** A column of the table; what fits in a heading is far shorter. */
const MAX_TITLE_LENGTH = 200;

/** What is kept of an answer that names a board. */
export const boardAnswer = z.object({ board: z.string() });

/** The board of an outcome as it is now; it may be gone by the time a call comes again. */
export async function boardPayload(
  db: Database,
  { caller }: Context,
  { answer, userErrors }: Outcome<z.infer<typeof boardAnswer>>,
): Promise<BoardPayload> {
  const row = answer === null ? null : await readBoard(db, answer.board, ownerOf(caller));
  return instantiate(BoardPayload, { board: row === null ? null : instantiate(Board, row), userErrors });
}

/** Makes a board of the caller's. */
export async function createBoard(
  db: Database,
  context: Context,
  input: BoardCreateInput,
): Promise<BoardPayload> {
  const outcome = await mutate(
    db,
    context,
    { name: 'boardCreate', answer: boardAnswer },
    input,
    async (client) => {
      const title = checkTitle(input.title);
      const { keyId } = context.caller;
      if (keyId !== null && (await countBoards(client, keyId)) >= MAX_BOARDS) {
        throw refuse(
          null,
          `This API key already has ${MAX_BOARDS} boards: delete one with boardDelete first.`,
        );
      }
      return { board: await insertBoard(client, ownerOf(context.caller), title) };
    },
  );
  return boardPayload(db, context, outcome);
}

/** Gives a board another title. */
export async function updateBoard(
  db: Database,
  context: Context,
  input: BoardUpdateInput,
): Promise<BoardPayload> {
  const outcome = await mutate(
    db,
    context,
    { name: 'boardUpdate', answer: boardAnswer },
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
    { name: 'boardDelete', answer: boardAnswer },
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
