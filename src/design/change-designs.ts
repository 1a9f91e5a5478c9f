import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { ownerOf } from '../access/caller.js';
import { instantiate, readUuid } from '../graph/node.js';
import type { Context } from '../graph/request-context.js';
import { EntryErrors, userError } from '../mutation/entry-error.js';
import { mutate } from '../mutation/mutate.js';
import type { Database } from '../platform/postgres.js';
import { jobAnswer, jobPayload } from './create-design.js';
import { cancelJob } from './design-job.store.js';
import { deleteDesign } from './design.store.js';
import {
  type DesignCancelInput,
  type DesignDeleteInput,
  DesignDeletePayload,
  type DesignJobPayload,
} from './design.types.js';
import { NO_DESIGN, NO_JOB } from './find-designs.js';

/** Cancels a job; one that has ended stays as it is. Its worker notices within a second. */
export async function cancelDesign(
  db: Database,
  context: Context,
  input: DesignCancelInput,
): Promise<DesignJobPayload> {
  const outcome = await mutate(
    db,
    context,
    { name: 'designCancel', writes: 'designs', answer: jobAnswer },
    input,
    async (client) => {
      const job = readUuid('DesignJob', input.job);
      if (job === null || !(await cancelJob(client, job, ownerOf(context.caller))))
        throw new EntryErrors([userError('NOT_FOUND', ['job'], NO_JOB)]);
      return { job };
    },
  );
  return jobPayload(db, context, outcome);
}

/** Deletes a finished design. Its picture stays while it is pinned. */
export async function removeDesign(
  db: Database,
  context: Context,
  input: DesignDeleteInput,
): Promise<DesignDeletePayload> {
  const { answer, userErrors } = await mutate(
    db,
    context,
    { name: 'designDelete', writes: 'designs', answer: z.object({ design: z.string() }) },
    input,
    async (client) => {
      const design = readUuid('Design', input.design);
      if (design === null || !(await deleteDesign(client, design, ownerOf(context.caller))))
        throw new EntryErrors([userError('NOT_FOUND', ['design'], NO_DESIGN)]);
      return { design };
    },
  );
  const deletedDesignId = answer === null ? null : toGlobalId('Design', answer.design);
  return instantiate(DesignDeletePayload, { deletedDesignId, userErrors });
}
