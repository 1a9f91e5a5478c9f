import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openBlobs } from '../../src/platform/open-blobs.js';

const SHA256 = 'a'.repeat(64);

const before = { ...process.env };
beforeEach(async () => {
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${await closedPort()}`,
  });
});
afterEach(() => {
  process.env = before;
});

/** A port on which nobody listens anymore. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

test('an error of a bucket that is away names it', async () => {
  const store = await openBlobs({ bucket: 'pictures', prefix: 'shop' });
  await expect(store.get(SHA256)).rejects.toThrow(/^The bucket pictures did not do what .* ECONNREFUSED/);
});
