import type { Config } from '../config.js';
import type { Logger } from '../platform/logging.js';
import { OperatorError } from '../platform/operator-error.js';
import type { Database } from '../platform/postgres.js';
import type { Progress } from '../platform/progress.js';
import { findQdrantIndex } from '../vector-index/qdrant/qdrant-index.js';
import { readManifest } from '../vision/manifest.js';
import { askGateways } from './ask-gateways.js';
import type { ReconcileReport } from './difference.js';
import { positionInPostgres } from './position.js';
import { readPosition } from './position.store.js';
import { reconcile } from './reconcile.js';

/** The result for one index. */
export interface IndexReconciliation {
  /** A description: the gateway's index, or the collection. */
  readonly index: string;
  readonly report: ReconcileReport | null;
  /** Why there is no report; null also when the gateway ended, and its index with it. */
  readonly failure: string | null;
}

interface Services {
  readonly db: Database;
  readonly qdrant: Config['qdrant'];
  /** Folder of the encoder whose index in Qdrant is meant. */
  readonly encoderFolder: string;
  readonly log: Logger;
  readonly progress: Progress;
}

/** Reconciles the index in Qdrant, or the index of each running gateway. */
export async function reconcileIndex(
  services: Services,
  repair: boolean,
  signal: AbortSignal,
): Promise<IndexReconciliation[]> {
  const { db, qdrant, progress } = services;
  if (qdrant !== null) return [await reconcileShared(services, qdrant, repair, signal)];
  const request = { kind: repair ? 'reconcile' : 'check', encoder: null } as const;
  const label = 'Gateways compare their index with Postgres';
  const { answers, gone } = await askGateways(db, request, { label, progress, signal });
  return [
    ...answers.map((answer): IndexReconciliation => {
      const index = `Gateway ${answer.gateway}`;
      if (answer.outcome === 'compared') return { index, report: answer.report, failure: null };
      const failure =
        answer.outcome === 'failed'
          ? answer.reason
          : 'its index is in Qdrant: run this with the QDRANT_URL of that gateway';
      return { index, report: null, failure };
    }),
    ...Array.from({ length: gone }, () => ({ index: 'A gateway', report: null, failure: null })),
  ];
}

/** @throws OperatorError when there is no index that was filled and is followed */
async function reconcileShared(
  { db, encoderFolder, log, progress }: Services,
  { url, apiKey, collection }: NonNullable<Config['qdrant']>,
  repair: boolean,
  signal: AbortSignal,
): Promise<IndexReconciliation> {
  const { id: encoder, dimension } = await readManifest(encoderFolder);
  const server = { url, ...(apiKey === null ? {} : { apiKey }) };
  const index = await findQdrantIndex({ ...server, collection, encoder, dimension, log });
  if (index === null || (await readPosition(db, collection, encoder)) === null) {
    throw new OperatorError(
      `Qdrant has no index of ${encoder} that a gateway has updated since yesterday: ` +
        'start a gateway, or run `npx vitrine reindex`, to fill it.',
    );
  }
  const keeper = positionInPostgres(db, collection, encoder, () => Promise.resolve(true));
  const advance: typeof keeper.advance = (move) => keeper.advance(move);
  const report = await reconcile({ db, index, encoder, advance, progress }, repair, signal);
  return { index: `${index.name}, ${encoder}`, report, failure: null };
}
