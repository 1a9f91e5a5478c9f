/**
 * A process that designs garments: it draws and encodes hundreds of pictures for each order, below the priority of
 * everything that answers requests. It decodes no file of anybody, so it may read SVG, which it draws itself. It gets no
 * settings and no secrets, and ends with its parent, which kills it to cancel an order.
 */
import sharp from 'sharp';
import { lowerPriority } from '../../platform/priority.js';
import { openEncoder } from '../../vision/encoder.js';
import { NoDesign, designGarments } from './design-garments.js';
import { type LocalMessage, localOrder, localSettings } from './local.protocol.js';
import { readSwatches } from './swatches.js';

/** The lowest priority: a search whose image is encoded beside it gets nine tenths of a core that both want. */
const NICENESS = 19;
const CHECK_PARENT_EVERY_MS = 1_000;

lowerPriority(NICENESS);
// Ctrl-C reaches the whole group of processes, and the parent decides when this one ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());
// A parent that ended while this process started is not reported.
setInterval(() => {
  if (!process.connected) process.exit();
}, CHECK_PARENT_EVERY_MS);

const tell = (message: LocalMessage): void => {
  // The parent may have gone; then this process ends anyway.
  process.send?.(message, undefined, {}, () => undefined);
};

const { encoder: directory, threads } = localSettings.parse(JSON.parse(process.argv[2] ?? '{}'));
const encoder = await openEncoder({ directory, threads });
// After the encoder, whose module allows formats of photographs alone.
sharp.unblock({ operation: ['VipsForeignLoadSvg'] });
const swatches = await readSwatches(directory, encoder.id);

process.on('message', (message: unknown) => {
  designGarments(localOrder.parse(message), { encoder, swatches, tell }).then(
    (designs) => tell({ kind: 'done', designs }),
    (error: unknown) =>
      tell({
        kind: 'failed',
        message: error instanceof Error ? error.message : String(error),
        refused: error instanceof NoDesign,
      }),
  );
});
tell({ kind: 'ready' });
