import { LRUCache } from 'lru-cache';
import type { BlobStore } from '../platform/blob-store.js';
import { transaction, type Database } from '../platform/postgres.js';
import { mainGarment } from '../vision/bodies/main-garment.js';
import type { Bodies } from '../vision/bodies/bodies.js';
import { requestPayer } from '../platform/request-payer.js';
import { SharedWork } from '../platform/shared-work.js';
import { isOfImage } from '../vision/decode-errors.js';
import type { Encoder, Scene } from '../vision/encoder.js';
import { limiter } from '../vision/limiter.js';
import { assertBox, type Box } from '../vision/regions.js';
import type { Trust } from '../vision/trust.js';
import { keepVector } from './embedding.store.js';
import { Embeddings } from './embeddings.js';

/** All pages of a search, and all searches with an upload, encode its image once. A vector is a few kilobytes. */
const CACHED_IMAGES = 2_000;
/** Shoppers type the same words, and all pages of a search have the same ones. */
const CACHED_TEXTS = 2_000;
/** Recently used decoded images, so that several boxes in an image decode it once. Each takes up to 2.7 MB. */
const KEPT_SCENES = 16;
/** Images that are in memory at the same time, with up to 10 MB each, and those that wait to be read. */
const READ_AT_ONCE = 8;
const MAX_WAITING = 128;

/** Points of finding what somebody in a photo wears, and of encoding it. Whether there is somebody is included. */
const GARMENT_COST = 2_000;

/** Points of decoding a suspicious image again, and of up to two more passes of the encoder. */
const CONSENSUS_COST = 2_000;

/** A photo with its vector, and the main garment of the people in it with its own; null when there is none. */
export interface Photo {
  readonly whole: Float32Array;
  readonly garment: { readonly box: Box; readonly vector: Float32Array } | null;
}

/** The vectors of images: stored ones, recently encoded ones, and ones that are encoded on demand. */
export class ImageVectors {
  readonly #encoded = new LRUCache<string, Float32Array>({ max: CACHED_IMAGES });
  readonly #agreed = new LRUCache<string, Float32Array>({ max: CACHED_IMAGES });
  readonly #garments = new LRUCache<string, { readonly found: Box | null }>({ max: CACHED_IMAGES });
  readonly #texts = new LRUCache<string, Float32Array>({ max: CACHED_TEXTS });
  readonly #scenes = new LRUCache<string, Scene>({ max: KEPT_SCENES });
  readonly #opening = new SharedWork<Scene>(isOfImage);
  readonly #inTurn = limiter(READ_AT_ONCE, { maxWaiting: MAX_WAITING });

  /** The stored vectors. */
  readonly embeddings: Embeddings;

  constructor(
    private readonly db: Database,
    private readonly encoder: Encoder,
    private readonly uploads: BlobStore,
    private readonly bodies: Bodies | null,
  ) {
    this.embeddings = new Embeddings(db, encoder.id);
  }

  get encoderId(): string {
    return this.encoder.id;
  }

  /** Number of images that wait to be read and handed to the encoder, which does not know them yet. */
  get waiting(): number {
    return this.#inTurn.waiting();
  }

  /**
   * The vector of an image, by the SHA-256 of its bytes in hex.
   * @throws the errors of `read` and the encoder; the reason of `signal` while it waits
   */
  async ofImage(
    sha256: string,
    read: () => Promise<Uint8Array>,
    { box, signal }: { readonly box?: Box | undefined; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Float32Array> {
    const key = imageKey(sha256, box ?? null);
    const known = this.#encoded.get(key);
    if (known !== undefined) return known;
    const vector = await this.#inTurn(async () => {
      if (box === undefined) return this.encoder.encode(await read(), undefined, signal);
      assertBox(box);
      // Other requests wait for the same scene, so it does not end with this one.
      const [part] = await (await this.#scene(sha256, read)).encode([box], signal);
      if (part === undefined) throw new Error('a scene answers every box');
      return part;
    }, signal);
    this.#encoded.set(key, vector);
    return vector;
  }

  /**
   * The vector of a photo, and of the main garment if somebody is in it. Most images have nobody in them, which one
   * pass of a small network tells; only the others are decoded again, and the request pays for that.
   *
   * @throws the errors of `read`, the encoder, and the networks that find people; THROTTLED; the reason of `signal`
   * while it waits
   */
  async ofPhoto(sha256: string, read: () => Promise<Uint8Array>, signal?: AbortSignal): Promise<Photo> {
    const { bodies } = this;
    const known = this.#garments.get(sha256);
    if (bodies === null || known?.found === null)
      return { whole: await this.ofImage(sha256, read, { signal }), garment: null };
    const garment = known?.found ?? (await this.#findGarment(bodies, sha256, read, signal));
    this.#garments.set(sha256, { found: garment });
    const [whole, vector] = await Promise.all([
      this.ofImage(sha256, read, { signal }),
      garment && this.ofImage(sha256, read, { box: garment, signal }),
    ]);
    return { whole, garment: garment && vector && { box: garment, vector } };
  }

  /** Encodes the whole image meanwhile. */
  async #findGarment(
    bodies: Bodies,
    sha256: string,
    read: () => Promise<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<Box | null> {
    const sight = await this.#inTurn(async () => this.encoder.see(await read(), signal), signal);
    const [whole, isPeopled] = await Promise.all([sight.encode(signal), bodies.sees(sight.raster)]);
    this.#encoded.set(imageKey(sha256, null), whole);
    if (!isPeopled) return null;
    requestPayer()?.pay(GARMENT_COST);
    const scene = await this.#inTurn(() => this.#scene(sha256, read), signal);
    return mainGarment((await bodies.open(scene.raster)).people)?.box ?? null;
  }

  /**
   * The vector of a text; null when the encoder embeds only images.
   * @throws RequestError SERVICE_OVERLOADED; the reason of `signal` while it waits
   */
  async ofText(text: string, signal?: AbortSignal): Promise<Float32Array | null> {
    if (this.encoder.embedText === undefined) return null;
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const vector = await this.encoder.embedText(text, signal);
    this.#texts.set(text, vector);
    return vector;
  }

  /** How much an image or a part of it is to be trusted, by its vector; null when nobody can tell. */
  trustOf = (vector: Float32Array): Trust | null => this.encoder.trustOf?.(vector) ?? null;

  /**
   * What to search with instead of the vector of a suspicious image or a part of it; null when it is not suspicious. The
   * request pays for that.
   * @throws the errors of `read` and the encoder; THROTTLED; the reason of `signal` while it waits
   */
  async consensusOf(
    vector: Float32Array,
    sha256: string,
    read: () => Promise<Uint8Array>,
    { box, signal }: { readonly box?: Box | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<Float32Array | null> {
    const { consensus } = this.encoder;
    if (consensus === undefined || (this.trustOf(vector)?.reason ?? null) === null) return null;
    const key = imageKey(sha256, box ?? null);
    const known = this.#agreed.get(key);
    if (known !== undefined) return known;
    requestPayer()?.pay(CONSENSUS_COST);
    const agreed = await this.#inTurn(async () => consensus(vector, await read(), box, signal), signal);
    if (agreed !== null) this.#agreed.set(key, agreed);
    return agreed;
  }

  /** Caches the vector, so that the next query for this part of the image does not encode it. */
  remember(sha256: string, box: Box, vector: Float32Array): void {
    this.#encoded.set(imageKey(sha256, box), vector);
  }

  /** The vector of an upload without a stored one, as after a change of encoders; null when its bytes are gone. */
  async ofUpload(sha256: string): Promise<Float32Array | null> {
    const bytes = await this.uploads.get(sha256);
    if (bytes === null) return null;
    const vector = await this.ofImage(sha256, () => Promise.resolve(bytes));
    await transaction(this.db, (client) => keepVector(client, this.encoder.id, { sha256, vector }));
    return vector;
  }

  async #scene(sha256: string, read: () => Promise<Uint8Array>): Promise<Scene> {
    const known = this.#scenes.get(sha256);
    if (known !== undefined) return known;
    return this.#opening.get(sha256, async () => {
      const scene = await this.encoder.open(await read());
      this.#scenes.set(sha256, scene);
      return scene;
    });
  }
}

/** Identifies an image, or a part of it. */
export const imageKey = (sha256: string, box: Box | null): string =>
  JSON.stringify([sha256, box === null ? null : [box.x, box.y, box.width, box.height]]);
