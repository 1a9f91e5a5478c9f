import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isNobody, ownerOf } from '../access/caller.js';
import { designBrief } from '../boards/design-brief.js';
import { findBoard, NO_BOARD } from '../boards/find-board.js';
import { RequestError } from '../errors.js';
import { lineOf } from '../graph/line-of.js';
import { instantiate } from '../graph/node.js';
import { parseAmount } from '../graph/money.js';
import type { Context } from '../graph/request-context.js';
import { checkText } from '../graph/text.js';
import { registerEncoder } from '../images/stored-image.store.js';
import { isUpload } from '../images/upload-id.js';
import { EntryErrors, userError } from '../mutation/entry-error.js';
import { mutatePrepared, type Outcome } from '../mutation/mutate.js';
import type { Database } from '../platform/postgres.js';
import { requestPayer } from '../platform/request-payer.js';
import { clusterVectors } from '../search/query/cluster-vectors.js';
import { type Asked, MATCH_ALL } from '../vector-index/port.js';
import { checkConstraints } from './check-constraints.js';
import { countWaiting, insertJob, type NewJob, readJobs } from './design-job.store.js';
import type { DesignServices } from './design-services.js';
import { countDesigns } from './design.store.js';
import { type DesignCreateInput, DesignJobPayload } from './design.types.js';
import { toJob } from './find-designs.js';
import { DesignEngineName, MAX_DESIGNS, type StoredOrder } from './order.js';

/**
 * Points of a design beyond those of the call: it takes ten seconds of two cores that nothing else wants, so it is charged
 * a tenth of what they would cost a request. Three of them fit the burst of an anonymous client.
 */
const POINTS_A_DESIGN = 25_000;
/** Jobs of one caller that wait or are in work: others' come between them anyway. */
const MAX_WAITING_OF_CALLER = 3;
/** Jobs of all: with one worker, the last of them waits two hours. */
const MAX_WAITING = 300;
/**
 * Of them, the jobs of one key with all its shoppers, and those of all callers without a key: any number of addresses, or
 * accounts in one shop, leave places to the other keys.
 */
const MAX_WAITING_OF_KEY = MAX_WAITING / 3;
/** As with boards: a key with more makes one per user, and those should belong to shoppers with tokens. */
const MAX_OWNED = 10_000;
/** Products for each direction: designs keep a distance from them, and they say what it would cost. */
const KNOWN_PRODUCTS = 100;
const MAX_SEED_LENGTH = 100;
const DEFAULT_COUNT = 3;

/** The stored answer of a call that names a job. */
export const jobAnswer = z.object({ job: z.string() });

/** The current state of an outcome's job. */
export async function jobPayload(
  db: Database,
  { caller }: Context,
  { answer, userErrors }: Outcome<z.infer<typeof jobAnswer>>,
): Promise<DesignJobPayload> {
  const [row] = answer === null ? [] : await readJobs(db, [answer.job], ownerOf(caller));
  return instantiate(DesignJobPayload, { job: row === undefined ? null : toJob(row), userErrors });
}

/** Orders designs: a job that a worker will do. */
export async function createDesign(
  services: DesignServices,
  context: Context,
  input: DesignCreateInput,
): Promise<DesignJobPayload> {
  const { db } = services;
  const { caller } = context;
  const owner = ownerOf(caller);
  const outcome = await mutatePrepared(
    db,
    context,
    { name: 'designCreate', writes: 'designs', answer: jobAnswer },
    input,
    () => prepareOrder(services, context, input),
    async (client, job) => {
      const waiting = await countWaiting(client, job.line, job.owner.key);
      if (waiting.own >= MAX_WAITING_OF_CALLER) {
        throw refuse(
          null,
          `You already have ${MAX_WAITING_OF_CALLER} jobs that wait or are in work: wait for one of them, or cancel it with designCancel.`,
        );
      }
      if (waiting.all >= MAX_WAITING || waiting.ofKey >= placesFor(waiting.own)) {
        throw new RequestError(
          'SERVICE_OVERLOADED',
          'Too many designs are waiting for a worker: try again in some minutes.',
        );
      }
      if (!isNobody(caller) && (await countDesigns(client, owner, MAX_OWNED)) >= MAX_OWNED)
        throw refuse(null, `You already have ${MAX_OWNED} designs: delete one with designDelete first.`);
      return { job: await insertJob(client, job) };
    },
  );
  return jobPayload(db, context, outcome);
}

/**
 * Up to how many jobs of its key a caller may add one to, who has so many of them: all for the first, two thirds for the
 * second, a third for the last. No crowd of callers with several keeps out those who have none, and no job gives way to
 * another once it is accepted and paid for.
 */
const placesFor = (own: number): number => MAX_WAITING_OF_KEY * (1 - own / MAX_WAITING_OF_CALLER);

const refuse = (path: readonly string[] | null, message: string): EntryErrors =>
  new EntryErrors([userError('BAD_USER_INPUT', path, message)]);

/** Resolves all that the order names, so that a worker needs neither the index nor the board. */
async function prepareOrder(
  services: DesignServices,
  context: Context,
  input: DesignCreateInput,
): Promise<NewJob> {
  const engine = input.engine ?? DesignEngineName.LOCAL;
  const count = input.count ?? DEFAULT_COUNT;
  if (!(count >= 1 && count <= MAX_DESIGNS)) throw refuse(['count'], `count is from 1 to ${MAX_DESIGNS}.`);
  if (!services.designEngines.has(engine)) {
    throw refuse(
      ['engine'],
      `No worker has the engine ${engine}: use LOCAL, or ask the operator to set VITRINE_DIFFUSION_URL.`,
    );
  }
  const wanted = checkConstraints(input.constraints ?? {});
  const { channel, skus } = await context.inChannel();
  const { currencyCode: currency } = channel;
  const maxPrice =
    input.constraints?.maxPrice == null ? null : parseAmount(input.constraints.maxPrice, currency);
  const seed = input.seed == null ? randomUUID() : checkText('seed', input.seed, MAX_SEED_LENGTH);
  const { toward, away } = await directions(services, context, input, count);
  requestPayer()?.pay(POINTS_A_DESIGN * count);

  const found = await services.index.search(
    toward.map((vector) => ({ vector, filter: MATCH_ALL, limit: KNOWN_PRODUCTS })),
  );
  const images = new Map(
    found.flatMap(({ matches }) => matches).map((match) => [match.productId, match.imageId]),
  );
  const prices = await skus.pricesByProduct.loadMany([...images.keys()]);
  const known = [...images].map(([product, image], i) => {
    const offers = prices[i];
    const amounts = offers === undefined || offers instanceof Error ? [] : offers.map(({ amount }) => amount);
    return { product, image, price: amounts.length === 0 ? null : Math.min(...amounts) };
  });
  if (maxPrice !== null && known.every(({ price }) => price === null))
    throw refuse(
      ['constraints', 'maxPrice'],
      'No similar product has a price to estimate by: leave out maxPrice.',
    );
  const ordered: StoredOrder = {
    wanted,
    maxPrice,
    currency,
    seed,
    count,
    known,
    ...(await briefOf(services, context, input, engine)),
  };
  return {
    owner: ownerOf(context.caller),
    line: await lineOf(context, 'designs'),
    engine,
    ordered,
    encoderId: await registerEncoder(services.db, {
      id: services.encoderId,
      dimension: toward[0]?.length ?? 0,
    }),
    toward,
    away,
  };
}

/** At most `count` directions that the board or query asks for, and what designs must not be like. */
async function directions(
  services: DesignServices,
  context: Context,
  { board, query }: DesignCreateInput,
  count: number,
): Promise<{ readonly toward: readonly Float32Array[]; readonly away: readonly Float32Array[] }> {
  if ((board == null) === (query == null))
    throw refuse(null, 'An order takes exactly one of board and query.');
  const { loaders, caller, signal } = context;
  const { plain } = await services.queryVectors.resolve(query ?? { like: [{ board: board ?? '' }] }, {
    ...services,
    images: loaders.images,
    caller,
    signal,
  });
  if (plain === null)
    throw refuse(
      ['query'],
      'like is empty: give at least one image, product, board, or style to design from.',
    );
  const { positive, negative } = examplesOf(plain);
  return { toward: clusterVectors(positive, count), away: negative };
}

const examplesOf = (
  asked: Asked,
): { readonly positive: readonly Float32Array[]; readonly negative: readonly Float32Array[] } =>
  asked instanceof Float32Array ? { positive: [asked], negative: [] } : asked;

/** The words and pictures for engines that take them. */
async function briefOf(
  services: DesignServices,
  context: Context,
  { board: id }: DesignCreateInput,
  engine: DesignEngineName,
): Promise<Pick<StoredOrder, 'prompt' | 'negativePrompt' | 'palette' | 'exemplars'>> {
  if (engine === DesignEngineName.LOCAL || id == null)
    return { prompt: '', negativePrompt: '', palette: [], exemplars: [] };
  const board = await findBoard(services.db, context.caller, id);
  if (board === null) throw new RequestError('NOT_FOUND', NO_BOARD);
  const { prompt, negativePrompt, palette, exemplars } = await designBrief(services, context, board);
  return {
    prompt,
    negativePrompt,
    palette,
    exemplars: exemplars.map((image) => ({
      sha256: image.sha256.toString('hex'),
      isOfCatalog: !isUpload(image.id),
    })),
  };
}
