import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { BucketUnavailable } from '../../src/platform/bucket-unavailable.js';
import { openS3BlobStore } from '../../src/platform/s3-blob-store.js';

const SHA256 = 'ab'.repeat(32);

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A store that answers as told, and whose connections stay open. */
async function startStore(answer: (response: ServerResponse) => void): Promise<void> {
  const server = createServer((request, response) => {
    request.resume();
    answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
}

const CALL_MS = 300;

// Failed on 2026-11-30: one silent connection kept all images from being shown for as long as it was open.
test.each([
  ['does not answer', () => undefined],
  [
    'stops within its answer',
    (response: ServerResponse) => void response.writeHead(200, { 'content-length': 1000 }).write('x'),
  ],
])('a call to a store that %s ends', async (_what, answer) => {
  await startStore(answer);
  const store = openS3BlobStore({ bucket: 'shop', prefix: 'images' }, CALL_MS);
  await expect(store.get(SHA256)).rejects.toBeInstanceOf(BucketUnavailable);
  await expect(store.put(Buffer.from('x'))).rejects.toBeInstanceOf(BucketUnavailable);
});
