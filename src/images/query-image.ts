import { createHash } from 'node:crypto';
import { readGlobalId } from '../graph/node.js';
import type { ImageStore } from './image.store.js';
import { RequestError } from '../errors.js';
import type { ImageFetcher } from './fetch-image.js';
import type { BlobStore } from '../platform/blob-store.js';
import { parseUrl } from '../platform/parse-url.js';
import { uploadIdToSha256 } from './upload-id.js';
import type { ImageInput } from './image-input.types.js';
import { trimImage } from '../vision/image-file.js';

/** An image of a query: the SHA-256 of its content in hex, and how to read it. */
export interface QueryImage {
  readonly sha256: string;
  /** Of a product: it was checked, or a merchant has released it from quarantine. */
  readonly isOfCatalog: boolean;
  read(): Promise<Uint8Array>;
}

/** Sources of query images that all requests share. */
export interface QueryImageServices {
  readonly uploads: BlobStore;
  readonly catalogImages: BlobStore;
  readonly imageHosts: ReadonlySet<string>;
  readonly fetcher: ImageFetcher;
}

export interface QueryImageSources extends QueryImageServices {
  readonly images: ImageStore;
  /** Aborts when nobody waits for the image any longer. */
  readonly signal?: AbortSignal;
}

/**
 * What standard and URL-safe base64 (RFC 4648, sections 4 and 5) do not have before their padding; Node decodes both
 * alike, and skips white space. To find one character takes a time that is linear in the length of any text.
 */
const NOT_BASE64 = /[^A-Za-z0-9+/_\-\s]/;
/** The end of a text, which lines may break. */
const PADDING = /^=\s{0,2}=?\s*$/;
/** What canvas.toDataURL() and FileReader put before the data. */
const DATA_URI = /^\s{0,10}data:[^,]{0,200};base64,/i;

/**
 * Finds the image that an ImageInput refers to.
 * @throws RequestError BAD_USER_INPUT, IMAGE_NOT_FOUND, IMAGE_TOO_LARGE, IMAGE_UNDECODABLE
 */
export async function findQueryImage(input: ImageInput, sources: QueryImageSources): Promise<QueryImage> {
  const given = [input.id, input.url, input.base64].filter((value) => value != null);
  if (given.length !== 1) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `An image takes exactly one of id, url, and base64; ${given.length} are given.`,
    );
  }
  if (input.id != null) return findById(input.id, sources);
  if (input.url != null) return fromBytes(await fetchAllowed(input.url, sources));
  return fromBytes(decodeBase64(input.base64 ?? ''));
}

function fromBytes(sent: Uint8Array): QueryImage {
  const bytes = trimImage(sent);
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    isOfCatalog: false,
    read: () => Promise.resolve(bytes),
  };
}

async function findById(
  id: string,
  { uploads, catalogImages, images }: QueryImageSources,
): Promise<QueryImage> {
  const upload = uploadIdToSha256(id);
  if (upload !== null) return { ...stored(uploads, upload), isOfCatalog: false };
  const node = readGlobalId(id);
  const image = node?.type === 'Image' ? await images.byKey.load(node.key) : null;
  if (image === null) throw notFound();
  return { ...stored(catalogImages, image.sha256.toString('hex')), isOfCatalog: true };
}

const stored = (store: BlobStore, sha256: string): Omit<QueryImage, 'isOfCatalog'> => ({
  sha256,
  async read() {
    const bytes = await store.get(sha256);
    if (bytes === null) throw notFound();
    return bytes;
  },
});

const notFound = (): RequestError =>
  new RequestError(
    'IMAGE_NOT_FOUND',
    'No image has this id: send the file to POST /images and use the id that it returns (uploads are kept for a week).',
  );

function decodeBase64(sent: string): Uint8Array {
  const start = DATA_URI.exec(sent)?.[0].length ?? 0;
  // A string that shares the characters of the other.
  const text = sent.slice(start);
  const end = text.search(NOT_BASE64);
  if (end >= 0 && !PADDING.test(text.slice(end))) {
    throw new RequestError(
      'BAD_USER_INPUT',
      'base64 has characters that base64 does not have: send the bytes of the file in base64, with or without a data: prefix.',
    );
  }
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0)
    throw new RequestError('BAD_USER_INPUT', 'base64 is empty: send the bytes of the file.');
  return bytes;
}

async function fetchAllowed(
  url: string,
  { imageHosts, fetcher, signal }: QueryImageSources,
): Promise<Uint8Array> {
  const parsed = parseUrl(url);
  if (parsed === null)
    throw new RequestError('BAD_USER_INPUT', 'url has a host that DNS cannot have: check its spelling.');
  const { protocol, host } = parsed;
  // With the port, unless it is the default of https, because another port is another server.
  if (protocol !== 'https:' || !imageHosts.has(host)) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `Images are not fetched from ${protocol}//${host}: send the file to POST /images, or ask the operator to add the host to VITRINE_IMAGE_HOSTS (https only).`,
    );
  }
  return fetcher.fetch(url, signal);
}
