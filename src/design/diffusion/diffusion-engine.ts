import { createHash } from 'node:crypto';
import type { BlobStore } from '../../platform/blob-store.js';
import { renderImage } from '../../vision/decode.js';
import type { DesignEngine, Drawn } from '../engine.js';
import type { Order } from '../order.js';
import { type ImageServer, requestPicture } from './image-server.js';

/** Pictures for each design: one of them is likely to pass what is checked afterwards. */
const CANDIDATES = 2;
/** Pixels of the width of a picture to start from. */
const START_WIDTH = 832;

/** An engine that asks a server for pictures, one after another: a GPU draws one at a time anyway. */
export function openDiffusionEngine(
  server: ImageServer,
  { images, uploads }: { readonly images: BlobStore; readonly uploads: BlobStore },
): DesignEngine {
  return {
    async design(order, watcher, signal) {
      const drawn: Drawn[] = [];
      const total = order.count * CANDIDATES;
      for (let number = 0; number < total; number += 1) {
        const position = Math.floor(number / CANDIDATES);
        const prompt = writePrompt(order);
        const start = await startOf(order, position, { images, uploads });
        const picture = await requestPicture(
          server,
          { prompt, negativePrompt: order.negativePrompt, seed: seedOf(order.seed, number), start },
          signal,
        );
        drawn.push({ position, picture, garment: null, prompt });
        watcher.progress((number + 1) / (total + 1));
      }
      return drawn;
    },
    close: () => Promise.resolve(),
  };
}

/** What the order requires comes before what the board is like: generators weigh the first words most. */
export function writePrompt({ prompt, wanted, palette }: Order): string {
  const either = (values: readonly string[]): string => values.join(' or ');
  const parts = [
    `A ${wanted.types.length === 0 ? 'garment' : either(wanted.types)}`,
    wanted.materials.length === 0 ? '' : `of ${either(wanted.materials)}`,
    [
      ...wanted.patterns,
      ...wanted.silhouettes,
      ...wanted.sleeves,
      ...wanted.necklines,
      ...wanted.lengths,
    ].join(', '),
  ].filter((part) => part !== '');
  const colors = wanted.colors.length > 0 ? wanted.colors : palette;
  return [
    `Product photograph on a plain background. ${parts.join(' ')}.`,
    colors.length === 0 ? '' : `Colors: ${colors.join(', ')}.`,
    prompt,
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

/** The picture that represents the direction of a design, as a PNG; null when the board has none, or it is gone. */
async function startOf(
  { exemplars }: Order,
  position: number,
  { images, uploads }: { readonly images: BlobStore; readonly uploads: BlobStore },
): Promise<Buffer | null> {
  const exemplar = exemplars[position % exemplars.length];
  if (exemplar === undefined) return null;
  const bytes = await (exemplar.isOfCatalog ? images : uploads).get(exemplar.sha256);
  if (bytes === null) return null;
  const { bytes: png } = await renderImage(bytes, { width: START_WIDTH, format: 'png' });
  return png;
}

/** The same for the same order: 31 bits, which every server takes. */
const seedOf = (seed: string, number: number): number =>
  createHash('sha256').update(`${seed} ${number}`).digest().readUInt32BE() >>> 1;
