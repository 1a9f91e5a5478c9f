import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isKnown, weakTag } from './etag.js';
import type { SenderOf } from './sender.js';

/** From this size on, a file is paid for: only the parts of GraphiQL are as large. */
const LARGE_BYTES = 500_000;
/** Of a large file, as long as it is before it is compressed, to a quarter or less. */
const BYTES_PER_POINT = 20_000;

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
/** These names change with the content. A browser asks for the others each time. */
const HASHED = /-[0-9A-Z]{8}\.\w+(?:\.map)?$/;

/** A file that the gateway sends as the build has made it. */
export class StaticFile {
  readonly #type: string;
  readonly #etag: string;
  readonly #cacheControl: string;
  /** By content encoding, the most preferred first. */
  readonly #bodies: ReadonlyMap<string, Buffer>;

  /**
   * @param name with a hash of the content in it if browsers are to keep the file for good
   * @param compressed by content encoding, the most preferred first
   */
  constructor(
    name: string,
    private readonly bytes: Buffer,
    compressed: ReadonlyMap<string, Buffer> = new Map(),
  ) {
    this.#type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
    this.#etag = weakTag(bytes);
    this.#cacheControl = HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'public, no-cache';
    this.#bodies = new Map([...compressed, ['identity', bytes]]);
  }

  /** Answers with the file, or that the browser has it. @throws ThrottledError for a large file */
  async send(request: FastifyRequest, reply: FastifyReply, senderOf: SenderOf): Promise<unknown> {
    const isKnownToBrowser = isKnown(request.headers['if-none-match'], this.#etag);
    if (!isKnownToBrowser && this.bytes.length >= LARGE_BYTES)
      await (await senderOf(request)).pay(Math.ceil(this.bytes.length / BYTES_PER_POINT));
    // Not before it is paid for: no cache may keep the error.
    void reply
      .header('etag', this.#etag)
      .header('cache-control', this.#cacheControl)
      .header('vary', 'accept-encoding');
    if (isKnownToBrowser) return reply.code(304).send();
    const accepted = request.headers['accept-encoding'] ?? '';
    const encoding = negotiate(accepted, [...this.#bodies.keys()]) ?? 'identity';
    if (encoding !== 'identity') void reply.header('content-encoding', encoding);
    return reply.type(this.#type).send(this.#bodies.get(encoding));
  }
}
