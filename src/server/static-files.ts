import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isKnown, weakTag } from './etag.js';
import type { SenderOf } from './sender.js';

/** From this size on, a file is paid for and compressed for speed: only the parts of GraphiQL are as large. */
const LARGE_BYTES = 500_000;
/** Points of sending a large file, which compresses to a quarter or less. */
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
/** Already compressed; or source maps, which are large and rarely requested. */
const SENT_AS_THEY_ARE = /\.(?:png|woff2|map)$/;

const { BROTLI_PARAM_QUALITY } = zlib.constants;
const brotli = promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliCompress);
const gzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gzip);

/** Small files at the highest quality, once. At that quality, GraphiQL would take half a minute. */
const brotliQuality = ({ length }: Buffer): number => (length < LARGE_BYTES ? 11 : 6);

/** The most preferred encoding first. */
const ENCODINGS: ReadonlyMap<string, (bytes: Buffer) => Promise<Buffer>> = new Map([
  ['br', (bytes: Buffer) => brotli(bytes, { params: { [BROTLI_PARAM_QUALITY]: brotliQuality(bytes) } })],
  ['gzip', (bytes: Buffer) => gzip(bytes, { level: bytes.length < LARGE_BYTES ? 9 : 6 })],
]);

/** A file that the gateway sends as it is, compressed once. */
export class StaticFile {
  readonly #bytes: Buffer;
  readonly #type: string;
  readonly #etag: string;
  readonly #cacheControl: string;
  readonly #encodings: readonly string[];
  /** By content encoding. */
  readonly #compressed = new Map<string, Promise<Buffer>>();

  /** @param name with a hash of the content in it if browsers are to keep the file for good */
  constructor(name: string, bytes: Buffer) {
    this.#bytes = bytes;
    this.#type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
    this.#etag = weakTag(bytes);
    this.#cacheControl = HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'public, no-cache';
    this.#encodings = SENT_AS_THEY_ARE.test(name) ? ['identity'] : [...ENCODINGS.keys(), 'identity'];
  }

  /** Answers with the file, or that the browser has it. @throws ThrottledError for a large file */
  async send(request: FastifyRequest, reply: FastifyReply, senderOf: SenderOf): Promise<unknown> {
    const isKnownToBrowser = isKnown(request.headers['if-none-match'], this.#etag);
    if (!isKnownToBrowser && this.#bytes.length >= LARGE_BYTES)
      await (await senderOf(request)).pay(Math.ceil(this.#bytes.length / BYTES_PER_POINT));
    // Not before it is paid for: no cache may keep the error.
    void reply
      .header('etag', this.#etag)
      .header('cache-control', this.#cacheControl)
      .header('vary', 'accept-encoding');
    if (isKnownToBrowser) return reply.code(304).send();
    const encoding = negotiate(request.headers['accept-encoding'] ?? '', [...this.#encodings]) ?? 'identity';
    if (encoding !== 'identity') void reply.header('content-encoding', encoding);
    return reply.type(this.#type).send(await this.#bodyIn(encoding));
  }

  async #bodyIn(encoding: string): Promise<Buffer> {
    const compress = ENCODINGS.get(encoding);
    if (compress === undefined) return this.#bytes;
    let body = this.#compressed.get(encoding);
    if (body === undefined) this.#compressed.set(encoding, (body = compress(this.#bytes)));
    return body;
  }
}
