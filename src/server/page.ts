import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RequestError } from '../errors.js';
import type { SenderOf } from './sender.js';
import { StaticFile } from './static-files.js';

/** What `npm run build` makes of src/page. */
const BUILT = new URL('../../dist/page/', import.meta.url);

/** The manifest of the page's documents, for `withPublicDocuments`. */
export const PAGE_DOCUMENTS = fileURLToPath(new URL('documents.json', BUILT));

/**
 * The page loads everything from this server. Pictures come from wherever the API says that they are; a picture that
 * was just taken is a blob, and its placeholder is data.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' https: data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `GET /` is the storefront, a client of the public API like any other; `GET /page/…` are its files. */
export function installPage(app: FastifyInstance, senderOf: SenderOf): void {
  let files: Promise<ReadonlyMap<string, StaticFile>> | undefined;
  const send = async (name: string, request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    files ??= readFiles(BUILT).catch((error: unknown) => {
      // The next request tries again.
      files = undefined;
      throw error;
    });
    const file = (await files).get(name);
    if (file === undefined) {
      // A gateway of another version has it: no cache may keep that this one does not.
      void reply.header('cache-control', 'no-store');
      throw new RequestError('NOT_FOUND', 'The page has no such file: load it again.');
    }
    if (name === 'index.html') {
      void reply
        .header('content-security-policy', CONTENT_SECURITY_POLICY)
        .header('permissions-policy', 'camera=(self), geolocation=(self), microphone=()')
        .header('referrer-policy', 'strict-origin-when-cross-origin');
    }
    return file.send(request, reply, senderOf);
  };
  app.get('/', (request, reply) => send('index.html', request, reply));
  app.get<{ Params: { name: string } }>('/page/:name', (request, reply) =>
    send(request.params.name, request, reply),
  );
}

async function readFiles(folder: URL): Promise<ReadonlyMap<string, StaticFile>> {
  const names = await readdir(folder);
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, new StaticFile(name, await readFile(new URL(name, folder)))] as const),
    ),
  );
}
