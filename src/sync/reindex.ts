import type { Config } from '../config.js';
import { RequestError } from '../errors.js';
import { eachOf } from '../platform/ahead.js';
import { encodePatiently } from '../images/encode-image.js';
import { findQuarantined } from '../images/quarantine/quarantine.store.js';
import { addEmbeddings, registerEncoder, type Embedding } from '../images/stored-image.store.js';
import type { BlobStore } from '../platform/blob-store.js';
import { transaction, type Database } from '../platform/postgres.js';
import type { Progress } from '../platform/progress.js';
import type { Encoder } from '../vision/encoder.js';
import { askGateways, type GatewayAnswers } from './ask-gateways.js';
import { dropUnusedIndexes } from './drop-unused.js';
import { readUnencoded } from './encoding.store.js';
import { forgetForeignChanges } from './change.store.js';
import { switchPosition, withFillLock } from './position.js';
import { readFollowed } from './position.store.js';
import { refillQdrant } from './refill-qdrant.js';

/** Images encoded between two writes to Postgres, which is what an interruption may lose. */
const BATCH_SIZE = 64;
/** Keeps the encoder's threads busy. */
const ENCODED_AT_ONCE = 8;

export interface ReindexReport {
  readonly encoded: number;
  /** Images that were encoded before, and are checked now. */
  readonly checked: number;
  /** The contents of those that are in quarantine now (SHA-256 in hex). */
  readonly quarantined: readonly string[];
  /** Images that could not be encoded: their SHA-256 and the reason. */
  readonly failed: readonly { readonly sha256: string; readonly reason: string }[];
  readonly index: ReindexedShared | ReindexedEmbedded;
}

interface ReindexedShared {
  readonly kind: 'qdrant';
  /** Number of points in the new collection. */
  readonly points: number;
  /** Encoders that gateways still run with, or did less than a day ago. */
  readonly otherEncoders: readonly string[];
}

/** For indexes in the memory of gateways; a new gateway builds its own. */
interface ReindexedEmbedded extends GatewayAnswers {
  readonly kind: 'embedded';
}

interface ReindexServices {
  readonly db: Database;
  readonly encoder: Encoder;
  readonly images: BlobStore;
  readonly qdrant: Config['qdrant'];
  readonly progress: Progress;
}

/**
 * Encodes every image that this encoder has not encoded yet, checks those that it has not checked, then fills a new index
 * while the current one answers, and replaces that in one step: a Qdrant collection, or the index in the memory of each
 * gateway that runs with this encoder. It can be stopped and run again: encoded and checked images are kept.
 */
export async function reindex(services: ReindexServices, signal: AbortSignal): Promise<ReindexReport> {
  // It is what to run after a restored backup, also while gateways run.
  await forgetForeignChanges(services.db);
  const encoding = await encodeMissing(services, signal);
  signal.throwIfAborted();
  const { qdrant } = services;
  const index = await (qdrant === null
    ? reindexEmbedded(services, signal)
    : reindexShared(services, qdrant, signal));
  return { ...encoding, index };
}

async function reindexEmbedded(
  { db, encoder, progress }: ReindexServices,
  signal: AbortSignal,
): Promise<ReindexedEmbedded> {
  const request = { kind: 'rebuild', encoder: encoder.id } as const;
  const label = 'Gateways reload the index';
  return { kind: 'embedded', ...(await askGateways(db, request, { label, progress, signal })) };
}

async function reindexShared(
  services: ReindexServices,
  qdrant: NonNullable<Config['qdrant']>,
  signal: AbortSignal,
): Promise<ReindexedShared> {
  const { db, encoder } = services;
  const { collection } = qdrant;
  const points = await withFillLock(db, collection, encoder.id, (_client, lost) =>
    refillQdrant(services, qdrant, AbortSignal.any([signal, lost]), (finish) =>
      switchPosition(db, collection, encoder.id, finish),
    ),
  );
  await dropUnusedIndexes(db, qdrant, encoder.id);
  const otherEncoders = (await readFollowed(db, collection)).filter((other) => other !== encoder.id);
  return { kind: 'qdrant', points, otherEncoders };
}

async function encodeMissing(
  { db, encoder, images, progress }: ReindexServices,
  signal: AbortSignal,
): Promise<Omit<ReindexReport, 'index'>> {
  const encoderId = await registerEncoder(db, encoder);
  const missing = await readUnencoded(db, encoderId, encoder.trustOf !== undefined);
  const failed: { sha256: string; reason: string }[] = [];
  const report = { encoded: 0, checked: 0, quarantined: new Array<string>() };
  progress.start(`Encoding with ${encoder.id}`, missing.length);
  for (let start = 0; start < missing.length && !signal.aborted; start += BATCH_SIZE) {
    const added: Embedding[] = [];
    await eachOf(missing.slice(start, start + BATCH_SIZE), ENCODED_AT_ONCE, async ({ sha256, encoded }) => {
      try {
        const bytes = await images.get(sha256);
        if (bytes === null)
          throw new RequestError('IMAGE_NOT_FOUND', 'the file is missing; import the feed again');
        added.push({ sha256, ...(await encodePatiently(encoder, bytes, signal)) });
        report[encoded ? 'checked' : 'encoded'] += 1;
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        failed.push({ sha256, reason: error.message });
      }
      progress.advance(1);
    });
    await transaction(db, (client) =>
      addEmbeddings(client, { id: encoderId, dimension: encoder.dimension }, added),
    );
    const held = await findQuarantined(
      db,
      added.map(({ sha256 }) => sha256),
    );
    report.quarantined.push(...held.keys());
  }
  progress.done();
  return { ...report, failed };
}
