import { rm } from 'node:fs/promises';
import { Client } from 'pg';
import type {} from './global-setup.js';

/** Stops the server of the run; on a configured server, drops what the run created. */
export default async function globalTeardown(): Promise<void> {
  const vectors = process.env['VITRINE_TEST_VECTORS'];
  if (vectors !== undefined) await rm(vectors, { recursive: true, force: true });
  if (globalThis.stopTestServer !== undefined) {
    await globalThis.stopTestServer();
    return;
  }
  const client = new Client({ connectionString: process.env['VITRINE_TEST_SERVER'] });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${process.env['VITRINE_TEST_TEMPLATE']}`);
  await client.end();
}
