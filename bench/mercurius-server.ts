/**
 * The gateway's schema and resolvers under Mercurius with its just-in-time compiler: no Apollo Server, no checks
 * before execution, no metrics, and no compression.
 */
import 'reflect-metadata';
import fastify from 'fastify';
import mercurius from 'mercurius';
import { pino } from 'pino';
import { openContext } from '../src/app/open-context.js';
import { createSchema } from '../src/app/schema.js';
import { openServices } from '../src/app/services.js';
import { readConfig } from '../src/config.js';
import { NEVER_ABORTED } from '../src/graph/server-context.js';
import { openBlobs } from '../src/platform/open-blobs.js';
import { openDatabase } from '../src/platform/postgres.js';
import { lineProgress } from '../src/platform/progress.js';
import { createMetrics } from '../src/server/metrics.js';
import { openFollowedIndex } from '../src/sync/followed-index.js';
import { DEFAULT_ENCODER, type Encoder } from '../src/vision/encoder.js';
import { readManifest } from '../src/vision/manifest.js';

/** Compiles an operation when it is executed for the second time. */
const COMPILE_FROM = 1;

const log = pino({ level: 'warn' }, process.stderr);
const config = readConfig(process.env);
const { id, dimension } = await readManifest(DEFAULT_ENCODER);
const encodesNothing = (): Promise<never> => Promise.reject(new Error('this benchmark encodes nothing'));
const encoder: Encoder = {
  id,
  dimension,
  encode: encodesNothing,
  see: encodesNothing,
  open: encodesNothing,
  close: () => Promise.resolve(),
};
const db = openDatabase(process.env['DATABASE_URL'] ?? '', (err) => log.warn({ err }));
const followed = await openFollowedIndex({
  db,
  encoder,
  qdrant: null,
  log,
  progress: lineProgress(() => undefined, Date.now),
});
const services = openServices({
  db,
  background: db,
  encoder,
  bodies: null,
  detector: null,
  calibration: null,
  followed,
  catalogImages: await openBlobs(config.imageStore.images),
  uploads: await openBlobs(config.imageStore.uploads),
  imageHosts: config.imageHosts,
  anonymousScopes: config.anonymousScopes,
  shoppers: config.shoppers,
  designEngines: new Set(),
  guestLimits: config.guestLimits,
  meter: createMetrics().meter,
  log,
});

const app = fastify();
await app.register(mercurius, {
  schema: createSchema(services),
  jit: COMPILE_FROM,
  context: (request) =>
    openContext(services, {
      requestId: request.id,
      publicUrl: `http://${request.headers.host ?? ''}`,
      clientAddress: request.ip,
      authorization: null,
      shopperToken: null,
      shopperAddress: null,
      origin: null,
      signal: NEVER_ABORTED,
    }),
});
process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: 0 })}\n`);
process.once('SIGTERM', () => {
  void app
    .close()
    .then(() => services.close())
    .then(() => followed.close())
    .then(() => db.end());
});
