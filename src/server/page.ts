import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
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

/** The endings of files that the build has compressed, by content encoding, the most preferred first. */
const COMPRESSED = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/** What the page asks first: where its address says nothing, and elsewhere. */
const preloadsSchema = z.object({ home: z.string(), elsewhere: z.string() });

interface BuiltPage {
  readonly files: ReadonlyMap<string, StaticFile>;
  readonly preloads: z.infer<typeof preloadsSchema>;
}

/**
 * `GET /` is the storefront, a client of the public API like any other; `GET /page/…` are its files, and
 * `GET /service-worker.js` lets it start without the network.
 */
export function installPage(app: FastifyInstance, senderOf: SenderOf): void {
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
  const files = plain.map(async (name): Promise<[string, StaticFile]> => {
    const compressed = new Map<string, Buffer>();
    for (const [encoding, ending] of COMPRESSED)
      if (names.has(name + ending)) compressed.set(encoding, await read(name + ending));
    return [name, new StaticFile(name, await read(name), compressed)];
  });
  return {
    files: new Map(await Promise.all(files)),
    preloads: preloadsSchema.parse(JSON.parse((await read('preloads.json')).toString())),
  };
}
