import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { RequestError } from '../errors.js';
import type { BlobStore } from '../platform/blob-store.js';
import { groupBy } from '../platform/group-by.js';
import type { Database } from '../platform/postgres.js';
import { trimImage } from '../vision/image-file.js';
import type { Encoder } from '../vision/encoder.js';
import { eachOf } from '../platform/ahead.js';
import { encodePatiently, inspectPatiently } from '../images/encode-image.js';
import type { ImageFetcher } from '../images/fetch-image.js';
import { hostOf, ImageHosts } from './image-hosts.js';
import {
  findImagesByContent,
  findSourcedImages,
  type Embedding,
  type SourcedImage,
  type StoredImage,
} from '../images/stored-image.store.js';
import { readFeedFile } from './feed-file.js';
import { isRemote } from './image-link.js';
import type { ImageLink, ProductDraft, WaitingDraft } from './product-draft.js';
import type { Fault } from './report.js';

/** Enough to keep the encoder's threads busy, and few enough to leave its queue to shoppers. */
const ENCODED_AT_ONCE = 12;
/** Images that may be in memory while they are read: with 10 MB each, a reasonable amount for an import. */
const READ_AT_ONCE = 8;
/** Links and images of this run that are cached, so that a picture of many products is handled once. */
const REMEMBERED = 20_000;

/** An image that was left out; `host` is empty for a file. */
export interface ImageFault extends Fault {
  readonly host: string;
}

/** Products whose images are read: by link, the SHA-256 of the stored bytes. */
export interface ReadBatch {
  readonly drafts: readonly WaitingDraft[];
  readonly contents: ReadonlyMap<string, string>;
  /** Handles of the products that do not have the content of all their links. */
  readonly changed: ReadonlySet<string>;
  readonly failures: ImageFault[];
}

/** Products whose images are known and encoded: by link, and with the new vectors. */
export interface EncodedBatch extends Pick<ReadBatch, 'drafts' | 'changed'> {
  readonly images: ReadonlyMap<string, StoredImage>;
  readonly embeddings: readonly Embedding[];
  readonly failures: readonly ImageFault[];
  /** Images that were already encoded, by this run or an earlier one. */
  readonly reused: number;
}

interface ImageImporterOptions {
  readonly db: Database;
  readonly encoder: Encoder;
  readonly encoderId: number;
  readonly images: BlobStore;
  readonly fetcher: ImageFetcher;
  /** The folder that relative links start from. */
  readonly folder: string;
  readonly signal: AbortSignal | undefined;
}

/** Stores and encodes the images of a feed; skips work that was done before. */
export class ImageImporter {
  readonly #options: ImageImporterOptions;
  readonly #hosts: ImageHosts;
  readonly #contents = new LRUCache<string, string>({ max: REMEMBERED });
  /** Images that are known and encoded. */
  readonly #known = new LRUCache<string, StoredImage>({ max: REMEMBERED });
  /** The facts about images from when they were stored. */
  readonly #inspected = new LRUCache<string, StoredImage>({ max: REMEMBERED });

  constructor(options: ImageImporterOptions) {
    this.#options = options;
    this.#hosts = new ImageHosts(options.fetcher);
  }

  /** Reads the bytes. An https link that is stored is not fetched again; a local file is always read. */
  async read(drafts: readonly WaitingDraft[]): Promise<ReadBatch> {
    const { db, signal } = this.#options;
    const sourced = await findSourcedImages(
      db,
      drafts.map(({ handle }) => handle),
    );
    const stored = new Map(sourced.map(({ source, sha256 }) => [source, sha256]));
    const contents = new Map<string, string>();
    const failures: ImageFault[] = drafts.flatMap(({ imagesLeftOut, images: kept }) =>
      imagesLeftOut.map(({ link, line }) => {
        const reason = `The image ${link} was skipped: The product has ${kept.length} others.`;
        return { line, reason, host: hostOf(link) };
      }),
    );
    await eachOf(distinctLinks(drafts), READ_AT_ONCE, async ({ link, line }) => {
      signal?.throwIfAborted();
      const before = stored.get(link);
      const remembered = this.#contents.get(link) ?? (isRemote(link) ? before : undefined);
      try {
        const sha256 = remembered ?? (await this.#store(await this.#bytesOf(link)));
        this.#contents.set(link, sha256);
        contents.set(link, sha256);
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        failures.push(skipped(link, line, error));
        if (before !== undefined) contents.set(link, before);
      }
    });
    return { drafts, contents, changed: changedProducts(drafts, contents, sourced), failures };
  }

  /** Inspects the images and encodes those that this encoder has not seen. */
  async encode({ drafts, contents, changed, failures }: ReadBatch): Promise<EncodedBatch> {
    const { db, encoder, encoderId, signal } = this.#options;
    const linksOf = groupBy(distinctLinks(drafts), ({ link }) => contents.get(link));
    linksOf.delete(undefined);
    const unknown = [...contents.values()].filter((sha256) => !this.#known.has(sha256));
    const scores = encoder.trustOf !== undefined;
    const found = await findImagesByContent(db, { encoderId, scores }, [...new Set(unknown)]);
    const embeddings: Embedding[] = [];
    const failed = [...failures];
    const images = new Map<string, StoredImage>();
    await eachOf(linksOf, ENCODED_AT_ONCE, async ([sha256, [first]]) => {
      signal?.throwIfAborted();
      if (sha256 === undefined || first === undefined) return;
      const { link, line } = first;
      try {
        const { image: before = null, encoded = false } = found.get(sha256) ?? {};
        let image = this.#known.get(sha256) ?? before;
        if (!this.#known.has(sha256) && (image === null || !encoded)) {
          const bytes = await this.#stored(sha256, link);
          image ??= this.#inspected.get(sha256) ?? (await inspectPatiently(bytes, signal));
          if (!encoded) embeddings.push({ sha256, ...(await encodePatiently(encoder, bytes, signal)) });
        }
        if (image === null) return;
        this.#known.set(sha256, image);
        images.set(sha256, image);
      } catch (error) {
        if (!(error instanceof RequestError) || error.code === 'SERVICE_OVERLOADED') throw error;
        failed.push(skipped(link, line, error));
      }
    });
    const byLink = [...contents].flatMap(([link, sha256]) => {
      const image = images.get(sha256);
      return image === undefined ? [] : [[link, image] as const];
    });
    return {
      drafts,
      changed,
      images: new Map(byLink),
      embeddings,
      failures: failed,
      reused: images.size - embeddings.length,
    };
  }

  async #bytesOf(link: string): Promise<Buffer> {
    const { folder, signal } = this.#options;
    return trimImage(
      isRemote(link) ? await this.#hosts.fetch(link, signal) : await readFeedFile(folder, link),
    );
  }

  /**
   * Stores an image and does nothing else; returns its SHA-256. @throws RequestError IMAGE_TOO_LARGE,
   * IMAGE_UNDECODABLE
   */
  async #store(bytes: Buffer): Promise<string> {
    const { images, signal } = this.#options;
    const sha256 = hashOf(bytes);
    // Stored images have already been inspected, by this run or an earlier one.
    if (!(await images.has(sha256))) this.#inspected.set(sha256, await inspectPatiently(bytes, signal));
    return images.put(bytes);
  }

  /** The bytes from the image store, or from their source if the store has lost them. */
  async #stored(sha256: string, link: string): Promise<Buffer> {
    const bytes = await this.#options.images.get(sha256);
    if (bytes !== null) return bytes;
    const again = await this.#bytesOf(link);
    if (hashOf(again) === sha256) {
      await this.#store(again);
      return again;
    }
    throw new RequestError('IMAGE_NOT_FOUND', 'It changed at its source, and its stored copy is missing.');
  }
}

function skipped(link: string, line: number, error: RequestError): ImageFault {
  return { line, reason: `The image ${link} was skipped: ${error.message}`, host: hostOf(link) };
}

/** Products may have one link and different contents: a feed of some products may have come when it had changed. */
function changedProducts(
  drafts: readonly WaitingDraft[],
  contents: ReadonlyMap<string, string>,
  sourced: readonly SourcedImage[],
): Set<string> {
  const ofProduct = groupBy(sourced, ({ handle }) => handle);
  const isChanged = ({ handle, images }: WaitingDraft): boolean => {
    const own = new Map(ofProduct.get(handle)?.map(({ source, sha256 }) => [source, sha256]));
    return images.some(({ link }) => own.get(link) !== contents.get(link));
  };
  return new Set(drafts.filter(isChanged).map(({ handle }) => handle));
}

function distinctLinks(drafts: readonly ProductDraft[]): ImageLink[] {
  const links = new Map<string, ImageLink>();
  for (const { images } of drafts) {
    for (const image of images) if (!links.has(image.link)) links.set(image.link, image);
  }
  return [...links.values()];
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
