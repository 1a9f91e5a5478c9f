import { designJobsGauge } from '../design/design-gauge.js';
import { samplesBy, type GaugeSource, type Sample } from '../graph/gauge.js';
import { holdsGauge } from '../holds/holds-gauge.js';
import type { ImageVectors } from '../images/image-vectors.js';
import { imageJobsGauge } from '../images/jobs/image-jobs-gauge.js';
import { quarantineGauge } from '../images/quarantine/quarantine-gauge.js';
import type { Database } from '../platform/postgres.js';
import { webhooksGauges } from '../webhooks/webhooks-gauges.js';
import { decodeLoad } from '../vision/decode-queue.js';
import type { OpenEncoder } from '../vision/encoder.js';
import { workGauges, type WorkingParts } from './work-gauges.js';

interface GaugedParts extends Omit<WorkingParts, 'pools'> {
  readonly db: Database;
  readonly encoder: Pick<OpenEncoder, 'load'>;
  readonly imageVectors: Pick<ImageVectors, 'waiting'>;
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
  return [
    ...workGauges({ pools: { requests: db, background }, background, followed, loops }),
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
  ];
}

const queue = ({ waiting, inWork }: { waiting: number; inWork: number }): readonly Sample[] =>
  samplesBy('state', { waiting, in_work: inWork });
