import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RequestError } from '../errors.js';
import { isKnown, weakTag } from './etag.js';

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

/** These names change with the content. A browser asks for the others each time. */
const HASHED = /-[0-9A-Z]{8}\.\w+(?:\.map)?$/;

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  map: 'application/json; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  webmanifest: 'application/manifest+json; charset=utf-8',
  woff2: 'font/woff2',
};
/** Already compressed; or source maps, which are large and rarely requested. */
const SENT_AS_THEY_ARE = /\.(?:png|woff2|map)$/;

interface PageFile {
  readonly type: string;
  readonly etag: string;
  readonly immutable: boolean;
  /** By content encoding. */
  readonly bodies: ReadonlyMap<string, Buffer>;
}

const brotli = promisify<Buffer, Buffer>(zlib.brotliCompress);
const gzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gzip);

/** `GET /` is the storefront, a client of the public API like any other; `GET /page/…` are its files. */
export function installPage(app: FastifyInstance): void {
  let files: Promise<ReadonlyMap<string, PageFile>> | undefined;
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
    void reply
      .header('etag', file.etag)
      .header('cache-control', file.immutable ? 'public, max-age=31536000, immutable' : 'public, no-cache')
      .header('vary', 'accept-encoding');
    if (isKnown(request.headers['if-none-match'], file.etag)) return reply.code(304).send();
    const encoding =
      negotiate(request.headers['accept-encoding'] ?? '', [...file.bodies.keys()]) ?? 'identity';
    if (encoding !== 'identity') void reply.header('content-encoding', encoding);
    if (name === 'index.html') {
      void reply
        .header('content-security-policy', CONTENT_SECURITY_POLICY)
        .header('permissions-policy', 'camera=(self), geolocation=(self), microphone=()')
        .header('referrer-policy', 'strict-origin-when-cross-origin');
    }
    return reply.type(file.type).send(file.bodies.get(encoding));
  };
  app.get('/', (request, reply) => send('index.html', request, reply));
  app.get<{ Params: { name: string } }>('/page/:name', (request, reply) =>
    send(request.params.name, request, reply),
  );
}

async function readFiles(folder: URL): Promise<ReadonlyMap<string, PageFile>> {
  const names = await readdir(folder);
  return new Map(
    await Promise.all(
      names.map(async (name): Promise<[string, PageFile]> => {
        const bytes = await readFile(new URL(name, folder));
        return [
          name,
          {
            type: TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
            etag: weakTag(bytes),
            immutable: HASHED.test(name),
            bodies: await encoded(bytes, SENT_AS_THEY_ARE.test(name)),
          },
        ];
      }),
    ),
  );
}

/** The most preferred encoding first. */
async function encoded(bytes: Buffer, asItIs: boolean): Promise<ReadonlyMap<string, Buffer>> {
  if (asItIs) return new Map([['identity', bytes]]);
  return new Map([
    ['br', await brotli(bytes)],
    ['gzip', await gzip(bytes, { level: 9 })],
    ['identity', bytes],
  ]);
}
