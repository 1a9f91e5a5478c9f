import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import type { SenderOf } from '../sender.js';
import { StaticFile } from '../static-files.js';
import { readSampleOperations } from './sample-operations.js';

/** Part of what `npm run build` makes of src/page. */
const TEMPLATE = new URL('../../../dist/graphiql.html', import.meta.url);
const EXPLORE = new URL('../../../schema/operations/explore/', import.meta.url);

/** It loads everything from this server. The editor writes its styles into the page. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "worker-src 'self'",
  "img-src 'self' data:",
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `GET /graphiql` is an editor for the API, with the sample operations. Its files are among those of the page. */
export function installGraphiQL(app: FastifyInstance, senderOf: SenderOf, operations: URL = EXPLORE): void {
  let page: Promise<StaticFile> | undefined;
  app.get('/graphiql', async (request, reply) => {
    page ??= renderPage(operations).catch((error: unknown) => {
      // The next request tries again.
      page = undefined;
      throw error;
    });
    void reply.header('content-security-policy', CONTENT_SECURITY_POLICY);
    return (await page).send(request, reply, senderOf);
  });
}

async function renderPage(operations: URL): Promise<StaticFile> {
  const template = await readFile(TEMPLATE, 'utf8');
  const groups = JSON.stringify(await readSampleOperations(operations));
  // As it is within a script element, only "<" could end it.
  const html = Buffer.from(template.replace('{operations}', () => groups.replaceAll('<', '\\u003c')));
  return new StaticFile('graphiql.html', html, new Map([['gzip', await promisify(gzip)(html)]]));
}
