import { designJobsGauge } from '../design/design-gauge.js';
import { samplesBy, type GaugeSource, type Sample } from '../graph/gauge.js';
import { holdsGauge } from '../holds/holds-gauge.js';
import type { ImageVectors } from '../images/image-vectors.js';
import { imageJobsGauge } from '../images/jobs/image-jobs-gauge.js';
import { quarantineGauge } from '../images/quarantine/quarantine-gauge.js';
import type { Loop } from '../platform/loop.js';
import { waitingFor } from '../platform/connections.js';
import type { Database } from '../platform/postgres.js';
import { readLag } from '../sync/change.store.js';
import type { FollowedIndex } from '../sync/followed-index.js';
import { webhooksGauges } from '../webhooks/webhooks-gauges.js';
import { decodeLoad } from '../vision/decode-queue.js';
import type { OpenEncoder } from '../vision/encoder.js';

interface GaugedParts {
  readonly db: Database;
  readonly background: Database;
  readonly encoder: Pick<OpenEncoder, 'load'>;
  readonly imageVectors: Pick<ImageVectors, 'waiting'>;
  readonly followed: Pick<FollowedIndex, 'position'>;
  /** The gateway's background work, by what it does. */
  readonly loops: Readonly<Record<string, Pick<Loop, 'health'>>>;
}

/** The states of a gateway and its database that can be read at any time. */
export function gatewayGauges({
  db,
  background,
  encoder,
  imageVectors,
  followed,
  loops,
}: GaugedParts): readonly GaugeSource[] {
  const pools = Object.entries({ requests: db, background });
  const healths = Object.entries(loops);
  return [
    {
      name: 'vitrine_index_lag_seconds',
      help: 'Age of the oldest committed change that is not in the vector index; 0 when it has all of them.',
      type: 'gauge',
      labels: [],
      read: async () => [{ labels: {}, value: await readLag(background, followed.position()) }],
    },
    {
      name: 'vitrine_background_failing',
      help: '1 while the last attempt at some background work has failed, 0 otherwise.',
      type: 'gauge',
      labels: ['work'],
      read: async () =>
        healths.map(([work, loop]) => ({ labels: { work }, value: Number(loop.health().isFailing) })),
    },
    {
      name: 'vitrine_background_failures_total',
      help: 'Attempts at background work that failed. Failed work is tried again.',
      type: 'counter',
      labels: ['work'],
      read: async () => healths.map(([work, loop]) => ({ labels: { work }, value: loop.health().failures })),
    },
    holdsGauge(background),
    imageJobsGauge(background),
    quarantineGauge(background),
    designJobsGauge(background),
    ...webhooksGauges(background),
    {
      name: 'vitrine_encoder_images',
      help: 'Images and parts of images that wait for the encoder (waiting), or that it is encoding (in_work).',
      type: 'gauge',
      labels: ['state'],
      read: async () => {
        const { waiting, inWork } = encoder.load();
        return queue({ waiting: waiting + imageVectors.waiting, inWork });
      },
    },
    {
      name: 'vitrine_decoder_images',
      help: 'Images that wait to be decoded (waiting), or that are being decoded (in_work).',
      type: 'gauge',
      labels: ['state'],
      read: async () => queue(decodeLoad()),
    },
    {
      name: 'vitrine_postgres_connections',
      help: 'Open connections to Postgres, by pool.',
      type: 'gauge',
      labels: ['pool', 'state'],
      read: async () =>
        pools.flatMap(([pool, { totalCount, idleCount }]) => [
          { labels: { pool, state: 'idle' }, value: idleCount },
          { labels: { pool, state: 'busy' }, value: totalCount - idleCount },
        ]),
    },
    {
      name: 'vitrine_postgres_waiting',
      help: 'Statements and transactions that wait for a connection to Postgres, by pool.',
      type: 'gauge',
      labels: ['pool'],
      read: async () => pools.map(([name, pool]) => ({ labels: { pool: name }, value: waitingFor(pool) })),
    },
  ];
}

const queue = ({ waiting, inWork }: { waiting: number; inWork: number }): readonly Sample[] =>
  samplesBy('state', { waiting, in_work: inWork });
