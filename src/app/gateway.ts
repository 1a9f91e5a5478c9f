import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openAgentDoor } from '../agents/agents.js';
import { openKnownAgents, readApprovedAgents } from '../agents/ucp/known-agents.js';
import { pinnedUploads } from '../boards/pin.store.js';
import { pruneBoards } from '../boards/prune-boards.js';
import { designedUploads } from '../design/design.store.js';
import { enginesOf, openEngines } from '../design/open-engines.js';
import { pruneDesigns } from '../design/prune-designs.js';
import { runDesignJobs } from '../design/run-design-jobs.js';
import { techPackFile } from '../design/tech-packs.js';
import { readCatalogImage } from '../images/read-image.js';
import { touchProducts } from '../catalog/write/product.store.js';
import type { Config } from '../config.js';
import { openContext } from './open-context.js';
import { pruneHolds } from '../holds/prune-holds.store.js';
import { sweepExpiredHolds } from '../holds/sweep-holds.js';
import { runImageJobs } from '../images/jobs/run-image-jobs.js';
import { gatewayGauges } from './gateway-gauges.js';
import { importDemo, isDemoMissing } from './import-demo.js';
import { observedEncoder } from './observed-encoder.js';
import {
  currentSkuPosition,
  pruneSkuChanges,
  SKU_CHANGES_KEPT_MS,
  type SkuPosition,
} from '../inventory/sku-change.store.js';
import { deleteUnused, unusedCategories } from '../catalog/write/prune-categories.store.js';
import { pruneIdempotencyKeys } from '../mutation/idempotency.store.js';
import { pruneBudgets } from '../budgets/budget.store.js';
import { MemoryBudgets } from '../budgets/memory-budgets.js';
import { SharedBudgets } from '../budgets/shared-budgets.js';
import { openBlobs } from '../platform/open-blobs.js';
import { countStored, type FillingBlobs } from '../platform/filling-blobs.js';
import { pruneBlobs } from '../platform/prune-blobs.js';
import { openChangeListener } from '../platform/change-listener.js';
import type { Logger } from '../platform/logging.js';
import { startLoop, type Loop } from '../platform/loop.js';
import type { Progress } from '../platform/progress.js';
import { closeAll } from '../platform/close-all.js';
import { closeDatabase } from '../platform/connections.js';
import { BACKGROUND, REQUESTS } from '../platform/postgres.js';
import { SchemaMismatchError } from '../platform/schema-version.js';
import { openPool, startDatabase } from '../platform/start-database.js';
import { readiness, refuseNewerSchema } from './readiness.js';
import { createSchema } from './schema.js';
import { openServices, type Services } from './services.js';
import { asSubgraph } from './subgraph.js';
import { survivesAbandonedErrors } from '../server/graphql/abandoned-errors.js';
import { readTrustedDocuments, withPublicDocuments } from '../server/graphql/trusted-documents.js';
import { createServer } from '../server/http.js';
import { PAGE_DOCUMENTS } from '../server/page.js';
import type { Readiness } from '../server/health.js';
import { createMetricsServer } from '../server/metrics-server.js';
import { createMetrics } from '../server/metrics.js';
import { readEncoderCalibration } from '../search/probability/encoder-calibration.js';
import { answerRequests } from '../sync/answer-requests.js';
import { checkEncoder } from '../sync/check-encoder.js';
import { openAwaitedIndex } from '../sync/awaited-index.js';
import { countProducts } from '../projection/projection.store.js';
import { connectionName } from '../sync/request.store.js';
import { openBodies } from '../vision/bodies/bodies.js';
import { openDetector } from '../vision/detector.js';
import { type Encoder, openEncoder } from '../vision/encoder.js';
import { followWatches } from '../watches/follow-watches.js';
import { pruneWatches } from '../watches/prune-watches.js';
import { openMessagePoster } from '../webhooks/post-message.js';
import { pruneWebhooks } from '../webhooks/prune-webhooks.js';
import { sendWebhooks } from '../webhooks/send-webhooks.js';

/**
 * An upload serves the searches of one visit; the days allow for a cursor that a client kept. Pinned uploads and designs
 * stay.
 */
const UPLOAD_AGE_MS = 7 * 24 * 60 * 60 * 1_000;
const PRUNE_EVERY_MS = 60 * 60 * 1_000;
/** Until then, uploads may take so much more of what they may take: in an hour, strangers could fill the disk. */
const UNPRUNED_SHARE = 0.1;
/** When they come faster than that. */
const PRUNE_UPLOADS_EVERY_MS = 10_000;
/** In an hour, a shop that sells much could write far more messages than may wait for a webhook. */
const PRUNE_WEBHOOKS_EVERY_MS = 60 * 1_000;
/** In an hour, strangers from many addresses could write gigabytes of boards and holds. */
const PRUNE_OF_STRANGERS_EVERY_MS = 5 * 60 * 1_000;
/** A failed round may already have read all uploads, and the next round is not urgent. */
const LAST_PRUNE_RETRY_MS = 10 * 60 * 1_000;

export interface Gateway {
  readonly url: string;
  /** Where GET /metrics is. */
  readonly metricsUrl: string;
  /** Number of products in the catalog at startup. */
  readonly products: number;
  /** From now on, the gateway is unready. Resolves after this time, in which it serves as before. */
  drain(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts all parts of a gateway in the order of their dependencies, and listens.
 * @throws OperatorError, ConfigError, or the reason of `signal`; parts that were already started are stopped first
 */
export async function startGateway(
  config: Config,
  log: Logger,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Gateway> {
  const part = (name: string): Logger => log.child({ part: name });
  const started: (() => Promise<unknown>)[] = [];
  const stop = (): Promise<void> => closeAll(started.splice(0).reverse());
  try {
    const documents = withPublicDocuments(
      await readTrustedDocuments(config.documentManifests),
      await readTrustedDocuments([PAGE_DOCUMENTS]),
    );
    if (config.tracing) {
      const { startTracing } = await import('../platform/tracing-sdk.js');
      const tracing = startTracing(part('tracing'));
      started.push(() => tracing.close());
    }
    const metrics = createMetrics(documents);
    const { meter } = metrics;
    const encoder = observedEncoder(
      await openEncoder({ directory: config.encoderFolder, log: part('encoder') }),
      meter,
    );
    started.push(() => encoder.close());
    signal?.throwIfAborted();
    const detector =
      config.detectorFolder === null ? null : await openDetector(config.detectorFolder, part('detector'));
    if (detector !== null) started.push(() => detector.close());
    const bodies = detector === null ? await openBodies({ log: part('bodies') }) : null;
    if (bodies !== null) started.push(() => bodies.close());
    signal?.throwIfAborted();
    const database = await startDatabase(config, part('postgres'), BACKGROUND);
    started.push(() => database.close());
    signal?.throwIfAborted();
    const background = database.db;
    const db = openPool(database.url, part('postgres'), REQUESTS);
    started.push(() => closeDatabase(db));
    const calibration = await readEncoderCalibration(config.encoderFolder, encoder.id);
    const catalogImages = await openBlobs(config.imageStore.images);
    const uploads = countStored(await openBlobs(config.imageStore.uploads));

    if (config.demo && (await isDemoMissing(background, encoder)))
      await importDemo(
        { db: background, encoder, images: catalogImages, log: part('import'), progress },
        signal,
      );
    const { unencoded, unscored } = await checkEncoder(background, encoder);
    if (unencoded > 0)
      log.warn(
        { images: unencoded },
        'Some images are not encoded, so searches do not find them: run `npx vitrine reindex`',
      );
    if (unscored > 0 && encoder.trustOf !== undefined)
      log.warn(
        { images: unscored },
        'Some images were encoded before pictures were checked: run `npx vitrine reindex` to check them',
      );

    signal?.throwIfAborted();
    const gatewayId = randomUUID();
    const changes = openChangeListener({
      url: database.url,
      log: part('changes'),
      name: connectionName(gatewayId),
    });
    started.push(() => changes.close());
    const index = await openAwaitedIndex({
      db: background,
      encoder,
      qdrant: config.qdrant,
      snapshotFolder: join(config.dataFolder, 'index'),
      changes,
      log: part('sync'),
      progress,
    });
    started.push(() => index.close());
    const answering = answerRequests({
      db: background,
      gatewayId,
      encoder: encoder.id,
      followed: index,
      changes,
      log: part('requests'),
    });
    started.push(() => answering.close());
    const forgetAbandoned = survivesAbandonedErrors(part('server'));
    started.push(async () => forgetAbandoned());
    const services = openServices({
      db,
      background,
      encoder,
      bodies,
      detector,
      calibration,
      followed: index,
      catalogImages,
      uploads,
      imageHosts: config.imageHosts,
      anonymousScopes: config.anonymousScopes,
      shoppers: config.shoppers,
      guestLimits: config.guestLimits,
      designEngines: enginesOf(config),
      meter,
      log,
    });
    started.push(() => services.close());
    changes.onChange(() => services.availability.wake(), 'sku_changes');
    changes.onChange(() => services.designProgress.wake(), 'design_jobs');
    const sweeper = sweepExpiredHolds(background, part('holds'), meter);
    started.push(() => sweeper.close());
    const imageJobs = await runImageJobs({
      db: background,
      encoder,
      images: catalogImages,
      uploads,
      fetcher: services.fetcher,
      touchProducts,
      changes,
      log: part('imageJobs'),
    });
    started.push(() => imageJobs.close());
    const designJobs = config.designJobs
      ? runDesignJobs({
          db: background,
          encoder,
          engines: openEngines(config, { images: catalogImages, uploads }),
          uploads,
          changes,
          log: part('designJobs'),
        })
      : null;
    if (designJobs !== null) started.push(() => designJobs.close());
    changes.onChange(() => services.watchEvents.wake(), 'watch_events');
    const watches = followWatches({
      db: background,
      encoderId: encoder.id,
      changes,
      log: part('watches'),
    });
    started.push(() => watches.close());
    const poster = openMessagePoster(config.webhookHosts);
    started.push(() => poster.close());
    const webhooks = sendWebhooks({ db: background, poster, changes, meter, log: part('webhooks') });
    started.push(() => webhooks.close());

    changes.onChange(() => {
      refuseNewerSchema(db).catch((err: unknown) => {
        if (err instanceof SchemaMismatchError) log.error({ err }, 'This gateway is no longer ready');
        else log.warn({ err }, 'The version of the database could not be checked');
      });
    }, 'migrations');
    const budgets =
      config.databaseUrl === null
        ? new MemoryBudgets(config.budgets)
        : new SharedBudgets({
            ...config.budgets,
            db,
            pseudonyms: services.pseudonyms,
            log: part('budgets'),
          });
    started.push(() => budgets.close());
    const leaving = new AbortController();
    const pruning = pruneRegularly(
      { uploads, db: background, encoder, maxUploadBytes: config.maxUploadBytes },
      part('prune'),
    );
    started.push(() => Promise.all(Object.values(pruning).map((loop) => loop.close())));
    const { availability } = services;
    const loops = {
      index,
      holds: sweeper,
      image_jobs: imageJobs,
      webhooks,
      notifications: changes,
      requests: answering,
      availability,
      design_progress: services.designProgress,
      watches,
      watch_events: services.watchEvents,
      ...(designJobs === null ? {} : { design_jobs: designJobs }),
      ...pruning,
    };
    const { imageVectors } = services;
    for (const gauge of gatewayGauges({ db, background, encoder, imageVectors, followed: index, loops }))
      metrics.add(gauge);

    const agents = openKnownAgents(await readApprovedAgents(config.agentProfiles));
    started.push(() => agents.close());
    const ready = (): Promise<Readiness> => readiness(db, index);
    const metricsServer = await createMetricsServer({
      metrics,
      ready,
      leaving: leaving.signal,
      log: part('metrics'),
    });
    started.push(() => metricsServer.close());
    const server = await createServer({
      schema: config.subgraph ? asSubgraph(createSchema(services)) : createSchema(services),
      budgets,
      createContext: ({ publicUrl, ...request }) =>
        openContext(services, { ...request, publicUrl: config.publicUrl ?? publicUrl }),
      knowsKey: (authorization) => services.callers.knows(authorization),
      uploads,
      catalogImage: (id) => readCatalogImage(services, id),
      isHeld: (id) => services.heldImages.has(id),
      techPack: (id, wish) => techPackFile(services, id, wish),
      ready,
      leaving: leaving.signal,
      metrics,
      trustedProxies: config.trustedProxies,
      documents,
      openDoor: (app, door) => openAgentDoor(app, door, { agents, publicUrl: config.publicUrl }),
      log: part('server'),
    });
    started.push(() => server.close());

    // Loaded as soon as that is possible, so that the first caller does not have to wait.
    index.opened
      .then(() => services.labelModels.model())
      .catch((err: unknown) => part('labels').warn({ err }, 'Labels could not be calibrated'));
    const metricsUrl = await metricsServer.listen(config.metrics);
    const url = await server.listen(config.http);
    return {
      url,
      metricsUrl,
      products: await countProducts(background),
      async drain(seconds) {
        leaving.abort();
        if (seconds > 0) await sleep(seconds * 1_000);
      },
      close: stop,
    };
  } catch (error) {
    await stop().catch((err: unknown) =>
      log.warn({ err }, 'Not everything that was started could be stopped'),
    );
    throw error;
  }
}

/** Removes expired data, now and then regularly. */
function pruneRegularly(
  {
    uploads,
    db,
    encoder,
    maxUploadBytes,
  }: Pick<Services, 'db'> & {
    readonly uploads: FillingBlobs;
    readonly encoder: Encoder;
    readonly maxUploadBytes: number;
  },
  log: Logger,
): Readonly<Record<string, Omit<Loop, 'wake'>>> {
  const prune = (
    what: string,
    work: (closing: AbortSignal) => Promise<unknown>,
    everyMs = PRUNE_EVERY_MS,
  ): Loop =>
    startLoop({
      async round({ closing }) {
        await work(closing);
        return { ms: everyMs, atLeastMs: PRUNE_UPLOADS_EVERY_MS };
      },
      lastRetryMs: LAST_PRUNE_RETRY_MS,
      log,
      says: {
        failing: `${what} could not be removed; trying again`,
        recovered: `${what} are being removed again`,
      },
    });
  /** Of the last time: everybody has read what was older by now. */
  let before: SkuPosition | null = null;
  /** Of the last time: they have had no product for an hour. */
  let unused: readonly number[] = [];
  const pruneUploads = prune('Old uploads', () =>
    pruneBlobs(uploads, { ageMs: UPLOAD_AGE_MS, maxBytes: maxUploadBytes }, async (sha256s) => {
      const [pinned, designed] = await Promise.all([
        pinnedUploads(db, sha256s),
        designedUploads(db, sha256s),
      ]);
      return new Set([...pinned, ...designed]);
    }),
  );
  uploads.eachTime(maxUploadBytes * UNPRUNED_SHARE, () => pruneUploads.wake());
  return {
    prune_sku_changes: prune(
      'Old changes of SKUs',
      async () => {
        if (before !== null) await pruneSkuChanges(db, before);
        before = await currentSkuPosition(db);
      },
      SKU_CHANGES_KEPT_MS,
    ),
    prune_uploads: pruneUploads,
    prune_idempotency_keys: prune(
      'Old idempotency keys',
      (closing) => pruneIdempotencyKeys(db, closing),
      PRUNE_OF_STRANGERS_EVERY_MS,
    ),
    prune_designs: prune('Old designs', (closing) => pruneDesigns(db, closing)),
    prune_watches: prune('Old watches', (closing) => pruneWatches(db, closing)),
    prune_holds: prune('Old holds', (closing) => pruneHolds(db, closing), PRUNE_OF_STRANGERS_EVERY_MS),
    prune_boards: prune(
      'Old boards',
      (closing) =>
        pruneBoards(db, closing, { scoringEncoder: encoder.trustOf === undefined ? null : encoder.id }),
      PRUNE_OF_STRANGERS_EVERY_MS,
    ),
    prune_webhook_messages: prune(
      'Old webhook messages',
      (closing) => pruneWebhooks(db, log, closing),
      PRUNE_WEBHOOKS_EVERY_MS,
    ),
    prune_categories: prune('Unused categories', async () => {
      const before = unused;
      unused = await unusedCategories(db);
      await deleteUnused(db, before);
    }),
    prune_budgets: prune('Old budgets', (closing) => pruneBudgets(db, closing)),
  };
}
