import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { instantiate, readKey } from '../../graph/node.js';
import type { Context } from '../../graph/request-context.js';
import { checkEntryCount } from '../../mutation/entries.js';
import { EntryFaults } from '../../mutation/entry-error.js';
import { mutate } from '../../mutation/mutate.js';
import type { Database } from '../../platform/postgres.js';
import { releaseImages } from './quarantine.store.js';
import { type ImagesReleaseInput, ImagesReleasePayload } from './quarantined-image.types.js';

const OPERATION = {
  name: 'imagesRelease',
  writes: 'catalog' as const,
  answer: z.object({ imageIds: z.array(z.number()) }),
};

/** Releases images from quarantine, with all that have the same bytes: all of them, or none. */
export async function imagesRelease(
  db: Database,
  context: Context,
  input: ImagesReleaseInput,
): Promise<ImagesReleasePayload> {
  const { answer, userErrors } = await mutate(db, context, OPERATION, input, async (client) => {
    checkEntryCount('imageIds', input.imageIds);
    const keys = input.imageIds.map((id) => readKey('Image', id));
    const found = await releaseImages(
      client,
      keys.flatMap((key) => key ?? []),
    );
    const released = new Set(found.map(({ key }) => key));
    const faults = new EntryFaults('imageIds');
    const imageIds = keys.flatMap((key, index) => {
      if (key !== null && released.has(key)) return [key];
      faults.add(index, null, 'NOT_FOUND', 'No such image was in quarantine: remove it from the list.');
      return [];
    });
    faults.throwIfAny();
    return { imageIds };
  });
  return instantiate(ImagesReleasePayload, {
    releasedIds: (answer?.imageIds ?? []).map((key) => toGlobalId('Image', key)),
    userErrors,
  });
}
