import type { FastifyInstance } from 'fastify';
import { RequestError } from '../errors.js';
import { LARGE_BODY_BYTES, MAX_CONCURRENT_LARGE_BODIES } from './limits.js';

/** Refuses a large body with SERVICE_OVERLOADED, before it is read, while too many others are in progress. */
export function boundLargeBodies(app: FastifyInstance): void {
  let inWork = 0;
  app.addHook('onRequest', (request, reply, done) => {
    // A body without a length may become large.
    const bytes = request.headers['transfer-encoding']
      ? Infinity
      : Number(request.headers['content-length'] ?? 0);
    if (bytes <= LARGE_BODY_BYTES) {
      done();
    } else if (inWork >= MAX_CONCURRENT_LARGE_BODIES) {
      void reply.header('retry-after', '1').header('connection', 'close');
      done(
        new RequestError(
          'SERVICE_OVERLOADED',
          'Too many images are being sent right now; try again in a second.',
        ),
      );
    } else {
      inWork += 1;
      reply.raw.once('close', () => {
        inWork -= 1;
      });
      done();
    }
  });
}
