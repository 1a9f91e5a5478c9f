import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { toUploadId } from '../../src/images/upload-id.js';
import { openBlobs } from '../../src/platform/open-blobs.js';
import { seedMarkets } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

/** A store that refuses all that it is asked. */
let bucket: Server;
let gateway: TestGateway;
beforeAll(async () => {
  bucket = createServer((request, response) => {
    request.resume();
    response.writeHead(403).end();
  }).listen(0, '127.0.0.1');
  await once(bucket, 'listening');
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(bucket.address() as AddressInfo).port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  const uploads = await openBlobs({ bucket: 'pictures', prefix: 'uploads' });
  gateway = await startTestGateway(seedMarkets, { uploads });
});
afterAll(async () => {
  await gateway.close();
  bucket.closeAllConnections();
  bucket.close();
});

const ID = toUploadId('ab'.repeat(32));
const graphql = (query: string) => ({ method: 'POST' as const, url: '/graphql', payload: { query } });

// Failed on 2026-11-30: all were INTERNAL_SERVER_ERROR.
test('what needs a bucket that is away is IMAGES_UNAVAILABLE, and says when to try again', async () => {
  const png = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  for (const request of [
    { method: 'POST' as const, url: '/images', headers: { 'content-type': 'image/png' }, payload: png },
    { url: `/images/${ID}` },
    graphql(`{ node(id: "${ID}") { id } }`),
    graphql(`{ identify(image: { id: "${ID}" }) { labels { value } } }`),
  ]) {
    const { statusCode, headers, body } = await gateway.http.inject(request);
    expect(body).toContain('"IMAGES_UNAVAILABLE"');
    expect([statusCode, headers['retry-after']]).toEqual([503, '5']);
  }
  const counted = await gateway.metrics();
  expect(counted).toContain('http_errors_total{code="IMAGES_UNAVAILABLE"} 2');
  expect(counted).toContain('graphql_errors_total{code="IMAGES_UNAVAILABLE"} 2');
});
