import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** A smaller answer fits in the first packet, so compressing it would save nothing. */
const COMPRESS_FROM_BYTES = 1_400;

/**
 * Answers compressed at the same time, one for each of Node's default threads. They also read files and decode images;
 * an answer that would have to wait for them is sent as it is.
 */
const COMPRESSED_AT_ONCE = 4;

/** What answers are sent as. Images are compressed already, and static files once. */
const COMPRESSIBLE = /^application\/(?:graphql-response\+)?json\b/;

const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_MODE, BROTLI_MODE_TEXT } = zlib.constants;

/** Higher qualities take several times as long for a few percent. The window is 256 kB, more than most answers. */
const BROTLI = {
  params: { [BROTLI_PARAM_QUALITY]: 4, [BROTLI_PARAM_LGWIN]: 18, [BROTLI_PARAM_MODE]: BROTLI_MODE_TEXT },
};
/** A home screen becomes a tenth smaller at 6, and takes twice as long. */
const GZIP = { level: 4 };

const brotli = promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliCompress);
const gzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gzip);

/** By the name of the encoding, the most preferred one first. */
const ENCODINGS: ReadonlyMap<string, (bytes: Buffer) => Promise<Buffer>> = new Map([
  ['br', (bytes: Buffer) => brotli(bytes, BROTLI)],
  ['gzip', (bytes: Buffer) => gzip(bytes, GZIP)],
]);
const NAMES = [...ENCODINGS.keys()];

/**
 * Compresses answers for clients that accept it. The length of a compressed answer tells nothing about secrets in it
 * (BREACH): another site cannot make a browser send an API key, because keys are not cookies.
 */
export function compressAnswers(app: FastifyInstance): void {
  let inWork = 0;
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' || !COMPRESSIBLE.test(String(reply.getHeader('content-type'))))
      return payload;
    if (reply.hasHeader('content-encoding')) return payload;
    varyByEncoding(reply);
    // A character is at least one byte.
    if (payload.length < COMPRESS_FROM_BYTES || inWork >= COMPRESSED_AT_ONCE) return payload;
    const name = negotiate(request.headers['accept-encoding'] ?? '', NAMES) ?? '';
    const compress = ENCODINGS.get(name);
    if (compress === undefined) return payload;
    inWork += 1;
    try {
      const compressed = await compress(Buffer.from(payload));
      void reply.header('content-encoding', name).removeHeader('content-length');
      return compressed;
    } finally {
      inWork -= 1;
    }
  });
}

/** Caches must not give a compressed answer to a client that cannot read it. */
function varyByEncoding(reply: FastifyReply): void {
  const known = reply.getHeader('vary');
  void reply.header('vary', known === undefined ? 'accept-encoding' : `${String(known)}, accept-encoding`);
}
