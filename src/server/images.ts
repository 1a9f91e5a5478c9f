import type { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { RequestError } from '../errors.js';
import { forClient } from '../platform/clients.js';
import type { BlobStore } from '../platform/blob-store.js';
import { inspectImage, MAX_RENDERED_WIDTH } from '../vision/decode.js';
import { paidBy } from '../platform/request-payer.js';
import { MAX_IMAGE_BYTES, RENDER_FORMATS } from '../vision/image-budget.js';
import { trimImage } from '../vision/image-file.js';
import { isKnown } from './etag.js';
import { LARGE_BODY_BYTES, MAX_GRAPHQL_BODY_BYTES, UPLOAD_COST, UPLOADED_BYTES_A_POINT } from './limits.js';
import type { Metrics } from './metrics.js';
import { announcedBytes, countBody } from './paid-bodies.js';
import { createRenditions } from './renditions.js';
import type { SenderOf } from './sender.js';
import { isUpload, toUploadId, uploadIdToSha256 } from '../images/upload-id.js';

export interface ImageOptions {
  /** Where POST /images stores uploads. */
  readonly uploads: BlobStore;
  /** The bytes of the product image with this global id; null if there is none. */
  readonly catalogImage: (id: string) => Promise<Buffer | null>;
  /** Whether the product image with this global id is no longer shown, though it may have been rendered. */
  readonly isHeld: (id: string) => Promise<boolean>;
}

const PRODUCT_IMAGE_CACHE = 'public, max-age=31536000, immutable';
/** A day: browsers need not ask again, and forget it soon after it was deleted here. */
const UPLOAD_CACHE = 'private, max-age=86400, immutable';

const rendering = z.object({
  width: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_RENDERED_WIDTH)
    .optional()
    .catch(() => {
      throw new RequestError(
        'BAD_USER_INPUT',
        `width must be a whole number from 1 to ${MAX_RENDERED_WIDTH}.`,
      );
    }),
  format: z
    .enum(RENDER_FORMATS)
    .default('webp')
    .catch(() => {
      throw new RequestError('BAD_USER_INPUT', `format must be one of ${RENDER_FORMATS.join(', ')}.`);
    }),
});

/**
 * `POST /images` stores an image to search with. `GET /images/:id?width=&format=` returns an image that was uploaded
 * or belongs to a product, as WebP by default. An id always stands for the same content, so responses are immutable. An
 * upload is its shopper's, and is deleted after a week: caches on the way do not keep it.
 */
export async function installImages(
  app: FastifyInstance,
  { uploads, catalogImage, isHeld }: ImageOptions,
  senderOf: SenderOf,
  metrics: Pick<Metrics, 'countLookup' | 'countUpload'>,
): Promise<void> {
  const renditions = createRenditions(
    (id) => {
      const sha256 = uploadIdToSha256(id);
      return sha256 === null ? catalogImage(id) : uploads.get(sha256);
    },
    (isHit) => metrics.countLookup('renditions', isHit),
  );

  app.get<{ Params: { id: string } }>('/images/:id', async (request, reply) => {
    const { width, format } = rendering.parse(request.query);
    const { id } = request.params;
    const wanted = { id, width, format };
    let rendition = renditions.known(wanted);
    if (rendition !== null && !isUpload(id) && (await isHeld(id))) throw noImage();
    if (rendition === null) {
      const sender = await senderOf(request);
      rendition = await forClient(sender.name, () => renditions.render(wanted, sender));
    }
    if (rendition === null) throw noImage();
    void reply
      .header('etag', rendition.etag)
      .header('cache-control', isUpload(id) ? UPLOAD_CACHE : PRODUCT_IMAGE_CACHE);
    if (isKnown(request.headers['if-none-match'], rendition.etag)) return reply.code(304).send();
    return reply.type(rendition.contentType).send(rendition.bytes);
  });

  await app.register(async (scope) => {
    await scope.register(multipart, {
      limits: { files: 1, fileSize: MAX_IMAGE_BYTES, fields: 0, headerPairs: 20 },
      isPartAFile,
    });
    // The handler reads the body, because it knows what is allowed.
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.post('/images', async (request) => {
      const sender = await senderOf(request);
      // Before anything is read, because a form may take a parser long and hold no image.
      const announced = mostBytes(request);
      const payer = await sender.pay(UPLOAD_COST + pointsOf(announced));
      const received = countBody(request.raw);
      let sent: Buffer = Buffer.alloc(0);
      try {
        sent = await readImage(request);
      } finally {
        const bytes = Math.min(announced, Math.max(received(), sent.byteLength));
        sender.giveBack(pointsOf(announced) - pointsOf(bytes));
      }
      const bytes = trimImage(sent);
      const { width, height, thumbhash } = await forClient(payer.name, () =>
        paidBy(payer, () => inspectImage(bytes)),
      );
      const id = toUploadId(await uploads.put(bytes));
      metrics.countUpload(bytes.byteLength);
      return { id, width, height, thumbhash };
    });
  });
}

const noImage = (): RequestError =>
  new RequestError(
    'IMAGE_NOT_FOUND',
    'There is no image with this id; get the URL of the image from the API, or upload the image again.',
  );

/** Apps that build forms by hand often leave out the file name. A part without a type is text (RFC 7578, 4.4). */
const isPartAFile = (
  _name: string | undefined,
  type: string | undefined,
  file: string | undefined,
): boolean => file !== undefined || !/^text\//i.test(type ?? 'text/plain');

const pointsOf = (bytes: number): number => Math.ceil(bytes / UPLOADED_BYTES_A_POINT);

async function readImage(request: FastifyRequest): Promise<Buffer> {
  const bytes = request.isMultipart() ? await readPart(request) : await readBody(request);
  if (bytes.byteLength === 0) {
    throw new RequestError('BAD_USER_INPUT', 'The request has no image; send the image file as the body.');
  }
  return bytes;
}

async function readPart(request: FastifyRequest): Promise<Buffer> {
  try {
    const part = await request.file({ throwFileSizeLimit: false });
    if (part) return await collect(part.file);
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError(
      'BAD_USER_INPUT',
      'The form is truncated or malformed; send the image as one file part.',
      {
        cause: error,
      },
    );
  }
  throw new RequestError('BAD_USER_INPUT', 'The form has no file; send the image as one file part.');
}

/** S3 and its clients call unknown files binary/octet-stream. */
const isImageType = ({ headers }: FastifyRequest): boolean =>
  /^(image\/|(application|binary)\/octet-stream\b)/i.test(headers['content-type'] ?? '');

/** Bytes of the body that may be read. */
function mostBytes(request: FastifyRequest): number {
  if (request.isMultipart()) return announcedBytes(request, MAX_GRAPHQL_BODY_BYTES + LARGE_BODY_BYTES);
  return isImageType(request) ? announcedBytes(request, MAX_IMAGE_BYTES) : 0;
}

function readBody(request: FastifyRequest): Promise<Buffer> {
  if (!isImageType(request)) {
    throw new RequestError(
      'BAD_USER_INPUT',
      'Send an image file as the body, with its content-type (image/jpeg, image/png, …), or as multipart/form-data.',
    );
  }
  return collect(request.raw);
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const body: AsyncIterable<Buffer> = stream;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_IMAGE_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  if ('truncated' in stream && stream.truncated === true) throw tooLarge();
  return Buffer.concat(chunks, bytes);
}

function tooLarge(): RequestError {
  return new RequestError(
    'IMAGE_TOO_LARGE',
    `The image has more than ${MAX_IMAGE_BYTES} bytes; scale it down to 2000 pixels before sending it.`,
  );
}
