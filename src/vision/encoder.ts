import { availableParallelism } from 'node:os';
import { RequestError } from '../errors.js';
import { currentClients } from '../platform/clients.js';
import { isOverShare } from '../platform/fair-queue.js';
import { withoutColor } from './color-share.js';
import { decodeRaster, decodeSquare } from './decode.js';
import type { TextTower } from './encoder-manifest.js';
import { encodedImages, type EncodeJob } from './encoder.protocol.js';
import { type Suspect, joinViews, viewsOf } from './consensus.js';
import { type Frame, PAD } from './framing.js';
import { limiter } from './limiter.js';
import { readManifest } from './manifest.js';
import { WorkerPool } from './pool.js';
import { cutRaster, squareOf, type PixelBox, type Raster } from './raster.js';
import { assertBox, pixelBox, placeInFrame, type Box, type Cells } from './regions.js';
import { openTextTower, type OpenTextTower } from './text-tower.js';
import { patchCells, type Trust, trustOf } from './trust.js';

/** The included encoder: 512 numbers, with local embeddings for regions. */
export const DEFAULT_ENCODER = new URL('../../models/garment-lite2/', import.meta.url);

/**
 * Images that may be in the encoder at once, including waiting ones; those of one client may be half as many. On one
 * thread, the last of them waits one to three seconds; a caller that would wait longer is refused at once. Bulk work
 * stays well below, to leave room for shoppers.
 */
export const MAX_IMAGES_IN_FLIGHT = 64;

/** Images that a client may have in the encoder even if others have taken all places, */
const OWN_PLACES = 4;
/** up to this many for all such clients together: they wait a second longer, but clients take turns. */
const MAX_IN_OWN_PLACES = 32;

/**
 * Each thread has its own copy of the model in memory (about 140 MB); more would take memory from other processes.
 */
const MAX_THREADS = 8;

/**
 * Pixels of the longer side at which parts are cut out of an image: a part with a quarter of the side still has as
 * many pixels as the model uses, and a photo of 12 megapixels is decoded in half the time that 1,344 take.
 */
const SCENE_SIDE = 960;

/** An image that is decoded once to encode several parts of it. */
export interface Scene {
  readonly raster: Raster;
  /**
   * The vector of each part, as `Encoder.encode` returns it. The parts are cut out and encoded individually, in
   * batches: that finds a garment on another background, and the mean of the cells that it covers does not
   * (docs/look.md).
   *
   * @throws RequestError BAD_USER_INPUT, SERVICE_OVERLOADED; the reason of `signal` while they wait
   */
  encode(boxes: readonly Box[], signal?: AbortSignal): Promise<Float32Array[]>;
  /**
   * The local embeddings of the whole image, in one pass; null when the model has none.
   * @throws RequestError SERVICE_OVERLOADED
   */
  cells(): Promise<Cells | null>;
}

/** An image as the model sees it, before it is encoded. */
export interface Sight {
  /** The image, or with an encoder that crops, its middle: as many pixels as the model uses. */
  readonly raster: Raster;
  /**
   * The vector of the image, as `Encoder.encode` returns it.
   * @throws RequestError SERVICE_OVERLOADED; the reason of `signal` while it waits
   */
  encode(signal?: AbortSignal): Promise<Float32Array>;
}

/** Images and parts of images in the encoder at this moment. */
export interface EncoderLoad {
  /** Waiting to be decoded, being decoded, or waiting for a thread. */
  readonly waiting: number;
  readonly inWork: number;
}

/** Turns images into vectors that are close together when the garments are similar. */
export interface Encoder {
  /** `name@version`; vectors of encoders with different ids are not comparable. */
  readonly id: string;
  /** Length of a vector. */
  readonly dimension: number;
  /**
   * The vector of an image, or of the region in `box`; L2-normalized. Its last numbers describe the colors: see
   * color-share.ts.
   *
   * @throws RequestError BAD_USER_INPUT (box), IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED; the reason of
   * `signal` while it waits
   */
  encode(image: Uint8Array, box?: Box, signal?: AbortSignal): Promise<Float32Array>;
  /**
   * Decodes an image once, to look at it and to encode it.
   * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED; the reason of `signal` while it waits
   */
  see(image: Uint8Array, signal?: AbortSignal): Promise<Sight>;
  /** @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED */
  open(image: Uint8Array): Promise<Scene>;
  /**
   * The vector of a text among those of images, without colors; L2-normalized. Its cosine to the vector of an image,
   * times WORDS_SCALE (color-share.ts), is the cosine of the two embeddings. Absent when the model embeds only images.
   *
   * @throws RequestError SERVICE_OVERLOADED; the reason of `signal` while it waits
   */
  readonly embedText?: ((text: string, signal?: AbortSignal) => Promise<Float32Array>) | undefined;
  /**
   * How much the image or region looks as if it was made to deceive this encoder, by the vector that this encoder returned
   * for it; null for any other vector. Absent when the model does not say.
   */
  readonly trustOf?: ((vector: Float32Array) => Trust | null) | undefined;
  /**
   * What to search with instead of the vector of a suspicious image or region, which this encoder returned for it: the
   * vector without the suspicious part, or of blurred views. Takes one or two passes. Null when it is not suspicious.
   * Absent when the model does not say.
   *
   * @throws the errors of `encode`
   */
  readonly consensus?:
    | ((
        vector: Float32Array,
        image: Uint8Array,
        box?: Box,
        signal?: AbortSignal,
      ) => Promise<Float32Array | null>)
    | undefined;
  /** Ends the threads; the promises of images in flight reject. */
  close(): Promise<void>;
}

/** An encoder whose queue is in this process. */
export interface OpenEncoder extends Encoder {
  /** How it fits images into the square that the model sees. */
  readonly frame: Frame;
  /**
   * The vector of an image in memory: what `encode` returns for a file without loss that has the same pixels.
   * @throws RequestError SERVICE_OVERLOADED; the reason of `signal` while it waits
   */
  encodeRaster(raster: Raster, signal?: AbortSignal): Promise<Float32Array>;
  load(): EncoderLoad;
}

export interface EncoderOptions {
  /** Folder with model.json and model.onnx, or as Hugging Face has it. */
  readonly directory: string | URL;
  /** Worker threads; by default one fewer than cores, so that the event loop has a core. */
  readonly threads?: number | undefined;
  readonly log?: { error(details: object, message: string): void } | undefined;
}

/**
 * Opens an encoder: verifies its files, starts its threads, and compares the model with its manifest.
 *
 * @throws Error naming what is wrong with the folder, and the remedy
 */
export async function openEncoder({
  directory,
  threads = Math.min(MAX_THREADS, Math.max(1, availableParallelism() - 1)),
  log,
}: EncoderOptions): Promise<OpenEncoder> {
  const manifest = await readManifest(directory);
  const onCrash = (err: Error): void =>
    log?.error({ err }, 'An encoder thread ended; another one replaces it');
  const pool = await WorkerPool.open({
    script: new URL('../../dist/vision/encoder.worker.js', import.meta.url),
    workerData: manifest,
    threads,
    maxBatch: manifest.maxBatch,
    parseAnswers: (message) => encodedImages.parse(message),
    onCrash,
  });
  const texts = manifest.text && (await openTexts(manifest.text, pool, onCrash));
  // A decode takes half as long as an encode, so one decode per thread keeps the threads busy. More would crowd out
  // the event loop and other users of libuv's few threads.
  const limitDecodes = limiter(threads);
  let inFlight = 0;
  const inFlightOf = new Map<string, number>();
  const count = (client: string, by: number): void => {
    inFlight += by;
    const own = (inFlightOf.get(client) ?? 0) + by;
    if (own === 0) inFlightOf.delete(client);
    else inFlightOf.set(client, own);
  };
  const isFull = (client: string, more: number): boolean => {
    const own = (inFlightOf.get(client) ?? 0) + more;
    const places = MAX_IMAGES_IN_FLIGHT + (own <= OWN_PLACES ? MAX_IN_OWN_PLACES : 0);
    return inFlight + more > places || isOverShare(client, own, MAX_IMAGES_IN_FLIGHT);
  };
  const { input, dimension, grid, patches, suspicion } = manifest;
  const trusts = new WeakMap<Float32Array, Trust>();
  const suspects = new WeakMap<Float32Array, Suspect>();
  // The cells of a grid cover an image on a white square, however else the model sees images.
  const whole = { size: input.size, framing: PAD };

  /** Runs the model on squares, each of which is made only when there is room for it. */
  const look = async (
    squares: readonly (() => Promise<EncodeJob>)[],
    signal?: AbortSignal,
  ): Promise<Float32Array[]> => {
    const { owner } = currentClients();
    if (isFull(owner, squares.length)) throw overloaded();
    count(owner, squares.length);
    return Promise.all(
      squares.map(async (square) => {
        try {
          const job = await limitDecodes(square, signal);
          const { numbers, suspicion: cells } = await pool.run(job, [job.pixels.buffer], signal);
          if (suspicion && cells) {
            const trust = trustOf(suspicion.model, cells);
            trusts.set(numbers, trust);
            if (trust.reason !== null)
              suspects.set(numbers, { reason: trust.reason, cells: patchCells(suspicion.model, cells) });
          }
          return numbers;
        } finally {
          count(owner, -1);
        }
      }),
    );
  };
  const toJob = async (image: Uint8Array, signal?: AbortSignal): Promise<EncodeJob & { part: PixelBox }> => {
    const { pixels, original } = await decodeSquare(image, input, signal);
    return { pixels, part: placeInFrame(original, input) };
  };
  const toPartJob = async (raster: Raster, box: Box): Promise<EncodeJob> => {
    const part = pixelBox(box, raster);
    return { pixels: await squareOf(raster, input, part), part: placeInFrame(part, input) };
  };
  const open = async (image: Uint8Array): Promise<Scene> => {
    if (isFull(currentClients().owner, 1)) throw overloaded();
    const raster = await limitDecodes(() => decodeRaster(image, SCENE_SIDE));
    return {
      raster,
      async encode(boxes, signal) {
        boxes.forEach(assertBox);
        return look(
          boxes.map((box) => () => toPartJob(raster, box)),
          signal,
        );
      },
      async cells() {
        if (!grid || !patches) return null;
        const [vectors] = await look([async () => ({ pixels: await squareOf(raster, whole), part: null })]);
        return vectors === undefined ? null : { grid, dimension: patches.dimension, vectors };
      },
    };
  };
  return {
    id: manifest.id,
    dimension,
    open,
    async see(image, signal) {
      if (isFull(currentClients().owner, 1)) throw overloaded();
      const { pixels, part } = await limitDecodes(() => toJob(image, signal), signal);
      return {
        raster: cutRaster({ pixels, width: input.size, height: input.size }, part),
        async encode(encodeSignal) {
          // A copy: the thread takes over what it encodes.
          const square = (): Promise<EncodeJob> => Promise.resolve({ pixels: new Uint8Array(pixels), part });
          const [vector] = await look([square], encodeSignal);
          if (vector === undefined) throw new Error('an encoder answers every image');
          return vector;
        },
      };
    },
    async encode(image, box, signal) {
      if (box) assertBox(box);
      const [vector] = box
        ? await (await open(image)).encode([box], signal)
        : await look([() => toJob(image, signal)], signal);
      if (vector === undefined) throw new Error('an encoder answers every image');
      return vector;
    },
    frame: { size: input.size, framing: input.framing },
    async encodeRaster(raster, signal) {
      const square = async (): Promise<EncodeJob> => ({
        pixels: await squareOf(raster, input),
        part: placeInFrame(raster, input),
      });
      const [vector] = await look([square], signal);
      if (vector === undefined) throw new Error('an encoder answers every image');
      return vector;
    },
    embedText: texts && (async (text, signal) => withoutColor(await texts.embed(text, signal), dimension)),
    trustOf: suspicion && ((vector) => trusts.get(vector) ?? null),
    consensus:
      suspicion &&
      (async (vector, image, box, signal) => {
        const suspect = suspects.get(vector);
        if (suspect === undefined) return null;
        if (isFull(currentClients().owner, 1)) throw overloaded();
        const { pixels, part } = await limitDecodes(
          async () => (box ? toPartJob(await decodeRaster(image, SCENE_SIDE), box) : toJob(image, signal)),
          signal,
        );
        const square = { pixels, width: input.size, height: input.size };
        const views = await viewsOf(square, suspect, suspicion.grid);
        const jobs = views.map((view) => () => Promise.resolve({ pixels: view, part }));
        return joinViews(vector, await look(jobs, signal));
      }),
    load: () => ({ waiting: inFlight - pool.inWork, inWork: pool.inWork }),
    async close() {
      await Promise.all([pool.close(), texts?.close()]);
    },
  };
}

/** Does not leave the threads of `pool` running when the tower of texts cannot be opened. */
async function openTexts(
  tower: TextTower,
  pool: Pick<WorkerPool<unknown>, 'close'>,
  onCrash: (error: Error) => void,
): Promise<OpenTextTower> {
  try {
    return await openTextTower(tower, onCrash);
  } catch (error) {
    await pool.close();
    throw error;
  }
}

const overloaded = (): RequestError =>
  new RequestError('SERVICE_OVERLOADED', 'Too many images are being encoded; try again in a few seconds.');
