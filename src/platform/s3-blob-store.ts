import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { BlobStore } from './blob-store.js';
import { BucketUnavailable } from './bucket-unavailable.js';

const CONNECT_TIMEOUT_MS = 2_000;
/** Until the store begins to answer. An image has at most 10 MB, and the store is in the same region. */
const REQUEST_TIMEOUT_MS = 10_000;
/** The first call and two retries, with the client's own pauses between them. */
const ATTEMPTS = 3;
/**
 * All of them together, and what is read of the answer. Images that are shown are read one or two at a time: without an end,
 * a connection that has gone silent would keep all others from being shown.
 */
const CALL_MS = 20_000;
/** Each image on a page costs a request or two; this many gateways and jobs may read at once. */
const MAX_SOCKETS = 50;

const SHA256_HEX = /^[0-9a-f]{64}$/;

/**
 * Blobs in a bucket of any S3-compatible store. The AWS SDK reads the region, the credentials, and the endpoint from
 * its usual variables (AWS_REGION, AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL_S3, …) or the instance's role.
 */
export function openS3BlobStore(
  { bucket, prefix }: { bucket: string; prefix: string },
  callMs = CALL_MS,
): BlobStore {
  const client = new S3Client({
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      // Without it, the timeout only warns.
      throwOnRequestTimeout: true,
      socketTimeout: REQUEST_TIMEOUT_MS,
      httpsAgent: { maxSockets: MAX_SOCKETS },
    },
    // Other stores than Amazon's rarely have a host name for each bucket.
    forcePathStyle: hasEndpoint(process.env),
  });
  const unavailable = (error: unknown): never => {
    throw new BucketUnavailable(bucket, error);
  };
  // Errors of the network say neither what was asked nor whom.
  client.middlewareStack.add(
    (next) => async (call) => {
      try {
        return await next(call);
      } catch (error) {
        if (isMissing(error)) throw error;
        return unavailable(error);
      }
    },
    { step: 'initialize', name: 'nameBucket' },
  );
  const inTime = (): { readonly abortSignal: AbortSignal } => ({ abortSignal: AbortSignal.timeout(callMs) });
  const keyOf = (sha256: string): string => `${prefix}/${sha256.slice(0, 2)}/${sha256}`;

  return {
    async put(bytes) {
      const digest = createHash('sha256').update(bytes).digest();
      const sha256 = digest.toString('hex');
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: keyOf(sha256),
          Body: bytes,
          ChecksumSHA256: digest.toString('base64'),
          ContentType: 'application/octet-stream',
        }),
        inTime(),
      );
      return sha256;
    },

    async get(sha256) {
      if (!SHA256_HEX.test(sha256)) return null;
      const object = { Bucket: bucket, Key: keyOf(sha256) };
      const found = await orNull(client.send(new GetObjectCommand(object), inTime()));
      return found?.Body ? Buffer.from(await found.Body.transformToByteArray().catch(unavailable)) : null;
    },

    async has(sha256) {
      return SHA256_HEX.test(sha256) && (await lastStored(sha256)) !== null;
    },

    async *list() {
      const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: `${prefix}/` });
      for await (const { Contents = [] } of pages) {
        for (const { Key = '', LastModified: storedAt, Size: bytes = 0 } of Contents) {
          const sha256 = Key.slice(Key.lastIndexOf('/') + 1);
          const isOurs = SHA256_HEX.test(sha256) && Key === keyOf(sha256);
          if (isOurs && storedAt !== undefined) yield { sha256, bytes, storedAt };
        }
      }
    },

    async remove({ sha256, storedAt }) {
      const stored = await lastStored(sha256);
      if (stored === null || stored > storedAt) return false;
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(sha256) }), inTime());
      return true;
    },
  };

  async function lastStored(sha256: string): Promise<Date | null> {
    const object = { Bucket: bucket, Key: keyOf(sha256) };
    const found = await orNull(client.send(new HeadObjectCommand(object), inTime()));
    return found === null ? null : (found.LastModified ?? new Date(0));
  }
}

const hasEndpoint = (env: NodeJS.ProcessEnv): boolean =>
  Boolean(env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL']);

async function orNull<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

const isMissing = (error: unknown): boolean => error instanceof NoSuchKey || error instanceof NotFound;
