import { spawn, spawnSync } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { until } from './waiting.js';

/** Why there is no S3 server; undefined when there is one. `pip install 'moto[server]'` installs it. */
export const noS3 =
  spawnSync('moto_server', ['--help']).status === 0
    ? undefined
    : 'needs moto_server (pip install "moto[server]")';

/**
 * Starts moto, a server of the S3 protocol that keeps objects in memory, with an empty bucket. Sets the variables of
 * the AWS SDK.
 */
export async function startS3(): Promise<{ readonly bucket: string; readonly close: () => Promise<void> }> {
  const port = await freePort();
  const server = spawn('moto_server', ['--host', '127.0.0.1', '--port', String(port)], { stdio: 'ignore' });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  const bucket = 'vitrine-test';
  const client = new S3Client({ forcePathStyle: true, maxAttempts: 1 });
  await until('moto_server answers', () =>
    client.send(new CreateBucketCommand({ Bucket: bucket })).then(
      () => true,
      () => false,
    ),
  );
  client.destroy();
  return {
    bucket,
    async close() {
      const exited = once(server, 'exit');
      server.kill();
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
