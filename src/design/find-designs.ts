import { isNobody, ownerOf } from '../access/caller.js';
import { vocabulary } from '../garment/design.js';
import { instantiate, MAX_KEY, readUuid } from '../graph/node.js';
import { pageByKey, type PageOfList } from '../graph/page-by-key.js';
import type { Context } from '../graph/request-context.js';
import { lookUpPerRequest } from '../graph/request-loader.js';
import { toImageTrust } from '../images/image-trust.types.js';
import { uploadedImage } from '../images/uploaded-image.js';
import type { Queryable } from '../platform/postgres.js';
import { readJobs, type DesignJobRow } from './design-job.store.js';
import { type DesignRow, listOwnDesigns, readDesigns, readDesignsOfJobs } from './design.store.js';
import {
  Design,
  DesignConnection,
  DesignEdge,
  DesignGarment,
  DesignJob,
  DesignJobState,
} from './design.types.js';

const CURSOR = 'DesignCursor';

/** What to do about a job or design that does not exist or does not belong to the caller. */
export const NO_JOB =
  'There is no such job, or it is not yours: send the API key and the shopper token that created it.';
export const NO_DESIGN =
  'There is no such finished design, or it is not yours: send the API key and the shopper token that created it.';

export const toJob = ({ state, ...row }: DesignJobRow): DesignJob =>
  instantiate(DesignJob, { ...row, state: DesignJobState[state] });

export function toDesign(row: DesignRow): Design {
  const { sha256, garment, likeness, trustScore, trustReason, finished, price, ...rest } = row;
  return instantiate(Design, {
    ...rest,
    image: uploadedImage(sha256, row),
    drawn: garment,
    garment: garment === null ? null : toGarment(garment),
    novelty: likeness === null ? null : 1 - likeness,
    trust: trustScore === null ? null : toImageTrust({ score: trustScore, reason: trustReason }),
    isFinished: finished,
    minorPrice: price,
  });
}

function toGarment(garment: NonNullable<DesignRow['garment']>): DesignGarment {
  const words = vocabulary[garment.type];
  return instantiate(DesignGarment, {
    ...garment,
    sleeve: words.sleeve === undefined ? null : garment.sleeve,
    neckline: words.neckline === undefined ? null : garment.neckline,
    length: words.length === undefined ? null : garment.length,
    accent: garment.accent ?? null,
  });
}

/** A job that the caller may see; null if there is none. */
export async function lookUpJob(db: Queryable, context: Context, id: string): Promise<DesignJob | null> {
  const uuid = readUuid('DesignJob', id);
  return uuid === null ? null : jobs(db, context, uuid);
}

const jobs = lookUpPerRequest(async (db, { caller }, uuids: readonly string[]) => {
  const rows = await readJobs(db, uuids, ownerOf(caller));
  return new Map(rows.map((row) => [row.uuid, toJob(row)]));
});

/** A design that the caller may see; null if there is none. */
export async function lookUpDesign(db: Queryable, context: Context, id: string): Promise<Design | null> {
  const uuid = readUuid('Design', id);
  return uuid === null ? null : designs(db, context, uuid);
}

const designs = lookUpPerRequest(async (db, { caller }, uuids: readonly string[]) => {
  const rows = await readDesigns(db, uuids, ownerOf(caller));
  return new Map(rows.map((row) => [row.uuid, toDesign(row)]));
});

/** The designs of a job, which the caller may see. */
export async function designsOf(db: Queryable, context: Context, { uuid }: DesignJob): Promise<Design[]> {
  return (await ofJobs(db, context, uuid)) ?? [];
}

const ofJobs = lookUpPerRequest(async (db, _context, uuids: readonly string[]) => {
  const found = new Map<string, Design[]>(uuids.map((uuid) => [uuid, []]));
  for (const row of await readDesignsOfJobs(db, uuids)) found.get(row.jobUuid)?.push(toDesign(row));
  return found;
});

/**
 * One page of the caller's finished designs, newest first; callers without an API key and a shopper have no list.
 * @throws RequestError BAD_USER_INPUT, INVALID_CURSOR
 */
export const listDesigns = async (
  db: Queryable,
  { caller }: Context,
  page: PageOfList,
): Promise<DesignConnection> =>
  instantiate(
    DesignConnection,
    await pageByKey(page, {
      cursor: CURSOR,
      read: async (below, limit) =>
        isNobody(caller) ? [] : listOwnDesigns(db, ownerOf(caller), below ?? MAX_KEY, limit),
      key: ({ number }) => number,
      node: toDesign,
      edge: DesignEdge,
    }),
  );
