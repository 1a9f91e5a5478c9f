import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { ownerOf } from '../access/caller.js';
import { instantiate, readUuid } from '../graph/node.js';
import type { Context } from '../graph/request-context.js';
import { EntryErrors, userError } from '../mutation/entry-error.js';
import { mutate } from '../mutation/mutate.js';
import type { Database } from '../platform/postgres.js';
import { NO_WATCH } from './find-watches.js';
import { deleteWatch } from './watch.store.js';
import { type WatchDeleteInput, WatchDeletePayload } from './watch.types.js';

/** Deletes a watch with its events. Messages about it that already wait for a webhook are sent. */
export async function removeWatch(
  db: Database,
  context: Context,
  input: WatchDeleteInput,
): Promise<WatchDeletePayload> {
  const { answer, userErrors } = await mutate(
    db,
    context,
    { name: 'watchDelete', writes: 'watches', answer: z.object({ watch: z.string() }) },
    input,
    async (client) => {
      const watch = readUuid('Watch', input.watch);
      if (watch === null || !(await deleteWatch(client, watch, ownerOf(context.caller))))
        throw new EntryErrors([userError('NOT_FOUND', ['watch'], NO_WATCH)]);
      return { watch };
    },
  );
  const deletedWatchId = answer === null ? null : toGlobalId('Watch', answer.watch);
  return instantiate(WatchDeletePayload, { deletedWatchId, userErrors });
}
