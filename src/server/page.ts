import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
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
  "worker-src 'self'",
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
/** The endings of files that the build has compressed, by content encoding, the most preferred first. */
const COMPRESSED = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/** What the page asks first: where its address says nothing, and elsewhere. */
const preloadsSchema = z.object({ home: z.string(), elsewhere: z.string() });

interface PageFile {
  readonly type: string;
  readonly etag: string;
  readonly immutable: boolean;
  /** By content encoding, the most preferred first. */
  readonly bodies: ReadonlyMap<string, Buffer>;
}

interface BuiltPage {
  readonly files: ReadonlyMap<string, PageFile>;
  readonly preloads: z.infer<typeof preloadsSchema>;
}

/**
 * `GET /` is the storefront, a client of the public API like any other; `GET /page/…` are its files, and
 * `GET /service-worker.js` lets it start without the network.
 */
export function installPage(app: FastifyInstance): void {
  let page: Promise<BuiltPage> | undefined;
  const built = (): Promise<BuiltPage> =>
    (page ??= readPage(BUILT).catch((error: unknown) => {
      // The next request tries again.
      page = undefined;
      throw error;
    }));
  const send = async (name: string, request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const file = (await built()).files.get(name);
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
    if (name.endsWith('.html')) {
      void reply
        .header('content-security-policy', CONTENT_SECURITY_POLICY)
        .header('permissions-policy', 'camera=(self), geolocation=(self), microphone=()')
        .header('referrer-policy', 'strict-origin-when-cross-origin');
    }
    return file.send(request, reply, senderOf);
  };
  app.get<{ Querystring: Readonly<Record<string, unknown>> }>('/', async (request, reply) => {
    const { home, elsewhere } = (await built()).preloads;
    const first = Object.keys(request.query).length === 0 ? home : elsewhere;
    // The answer is on its way while the browser loads and starts the script.
    void reply.header('link', `<${first}>; rel=preload; as=fetch; crossorigin`);
    return send('index.html', request, reply);
  });
  // Its address must not change, and a worker below /page/ would have no say about the page.
  app.get('/service-worker.js', (request, reply) => send('service-worker.js', request, reply));
  app.get<{ Params: { name: string } }>('/page/:name', (request, reply) =>
    send(request.params.name, request, reply),
  );
}

async function readPage(folder: URL): Promise<BuiltPage> {
  const names = new Set(await readdir(folder));
  const read = (name: string): Promise<Buffer> => readFile(new URL(name, folder));
  const plain = [...names].filter((name) => !/\.(?:br|gz)$/.test(name));
  const files = plain.map(async (name): Promise<[string, PageFile]> => {
    const bytes = await read(name);
    const bodies = new Map<string, Buffer>();
    for (const [encoding, ending] of COMPRESSED)
      if (names.has(name + ending)) bodies.set(encoding, await read(name + ending));
    bodies.set('identity', bytes);
    return [
      name,
      {
        type: TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
        // Weak, because it is the same for all encodings.
        etag: `W/"${createHash('sha256').update(bytes).digest('base64url')}"`,
        immutable: HASHED.test(name),
        bodies,
      },
    ];
  });
  return {
    files: new Map(await Promise.all(files)),
    preloads: preloadsSchema.parse(JSON.parse((await read('preloads.json')).toString())),
  };
}
