import { Client } from 'pg';

/** Stops the server of the run; on a configured one, drops what the run made. */
export default async function globalTeardown(): Promise<void> {
  const stop: unknown = Reflect.get(globalThis, 'stopTestServer');
  if (typeof stop === 'function') {
    await stop();
    return;
  }
  const client = new Client({ connectionString: process.env['VITRINE_TEST_SERVER'] });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${process.env['VITRINE_TEST_TEMPLATE']}`);
  await client.end();
}
