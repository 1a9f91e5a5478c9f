import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RequestError } from '../errors.js';
import { networkOf, siteOf } from '../platform/client-network.js';
import { Holdings } from '../platform/holdings.js';
import { sharesOf } from '../platform/shares.js';
import { boundBody } from './bound-body.js';
import {
  LARGE_BODY_BYTES,
  MAX_GRAPHQL_BODY_BYTES,
  MAX_CONCURRENT_LARGE_BODIES_A_CLIENT,
  MAX_LARGE_BODY_BYTES,
  MIN_BODY_BYTES_A_SECOND,
  MODEST_BODY_BYTES,
  RESERVED_BODY_BYTES,
  SMALL_BODY_BYTES,
  SLOW_BODY_GRACE_MS,
} from './limits.js';
import { seenFrom, type Trusts } from './seen-from.js';

const CHECK_EVERY_MS = 250;
/** How long a client has to read the response to a body that it is still sending. */
const GOODBYE_MS = 1_000;

/** A body that is not small, and is sent or worked on. */
interface Body {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly connection: Socket;
}

/** In bytes. */
interface Room {
  readonly most: number;
  /** Of them, for those who have no more than `modest`. */
  readonly reserved: number;
  readonly modest: number;
}

/**
 * Bodies that are not small share the memory for what has come of those that are sent and worked on, until the response has
 * been read; those that are not large count in full from the beginning.
 * When it is used up, whoever has most of it loses one that was answered, or is still arriving, and one that finds no room is
 * refused with SERVICE_OVERLOADED: so who sends or reads slowly keeps nobody out. What is worked on cannot be taken back, so
 * a part is left for those who have little. A large one that arrives too slowly is refused, and one that has no end, or goes
 * on after the response, loses its connection.
 */
export function boundLargeBodies(
  app: FastifyInstance,
  trusts: Trusts,
  { most, reserved, modest }: Room = {
    most: MAX_LARGE_BODY_BYTES,
    reserved: RESERVED_BODY_BYTES,
    modest: MODEST_BODY_BYTES,
  },
): void {
  const shares = sharesOf(MAX_CONCURRENT_LARGE_BODIES_A_CLIENT);
  /** By site, in bytes. */
  const held = new Holdings<Body>();
  const makeRoom = (site: string): boolean => {
    const room = held.of(site) > modest ? most - reserved : most;
    while (held.total > room) {
      const [...bodies] = held.largerThan(held.of(site))?.items ?? [];
      const loses = bodies.find(isAnswered) ?? bodies.find(({ request }) => isArriving(request));
      if (loses === undefined) return false;
      held.remove(loses);
      if (isAnswered(loses)) loses.connection.destroy();
      else refuse(loses.reply, overloaded('Others are sending much, too, and your address sends most'));
    }
    return true;
  };
  app.addHook('onRequest', (request, reply, done) => {
    // A body without a length may become large.
    const bytes = request.headers['transfer-encoding']
      ? Infinity
      : Number(request.headers['content-length'] ?? 0);
    if (bytes <= SMALL_BODY_BYTES) {
      done();
      return;
    }
    const isLarge = bytes > LARGE_BODY_BYTES;
    const { clientAddress } = seenFrom(request.raw, trusts);
    const [client, site] = [networkOf(clientAddress), siteOf(clientAddress)];
    if (isLarge && !shares.take(client, 1)) {
      void reply.header('connection', 'close');
      done(
        overloaded(`Your address is sending ${MAX_CONCURRENT_LARGE_BODIES_A_CLIENT} large requests already`),
      );
      return;
    }
    const body = { request, reply, connection: request.raw.socket };
    const end = (): void => {
      held.remove(body);
      if (isLarge) shares.giveBack(client, 1);
    };
    held.add(site, body, Math.min(bytes, LARGE_BODY_BYTES));
    if (!makeRoom(site)) {
      end();
      void reply.header('connection', 'close');
      done(overloaded(TOO_MUCH));
      return;
    }
    let isOver = false;
    reply.raw.once('close', () => {
      isOver = true;
      end();
    });
    if (!isLarge) {
      done();
      return;
    }
    let arrived = 0;
    boundBody(
      request.raw,
      (chunk) => {
        arrived += chunk.byteLength;
        if (isOver || reply.sent) return false;
        held.add(site, body, Math.max(arrived, LARGE_BODY_BYTES));
        return !makeRoom(site);
      },
      () => {
        held.remove(body);
        refuse(reply, overloaded(TOO_MUCH));
      },
    );
    watch(request, reply);
    done();
  });
}

const TOO_MUCH = 'Too much is being sent right now';

/** Nobody has read all of the response yet. */
const isAnswered = ({ reply }: Body): boolean => reply.sent;

const isArriving = ({ raw }: FastifyRequest): boolean => !raw.complete && !raw.readableEnded;

const overloaded = (why: string): RequestError =>
  new RequestError('SERVICE_OVERLOADED', `${why}: try again in a few seconds.`);

function refuse(reply: FastifyReply, error: RequestError): void {
  void reply.header('connection', 'close').send(error);
}

/**
 * Refuses the request once its body has arrived too slowly on average, and closes its connection; at once when it is
 * longer than any that is allowed, such as a form of nothing but padding.
 */
function watch(request: FastifyRequest, reply: FastifyReply): void {
  const { raw } = request;
  const { socket } = raw;
  const startedAt = performance.now();
  const bytesBefore = socket.bytesRead;
  const watching = setInterval(() => {
    if (!isArriving(request) || reply.sent) {
      clearInterval(watching);
      return;
    }
    if (socket.bytesRead - bytesBefore > MAX_GRAPHQL_BODY_BYTES + LARGE_BODY_BYTES) {
      clearInterval(watching);
      socket.destroy();
      return;
    }
    const ms = performance.now() - startedAt;
    const isFast = (socket.bytesRead - bytesBefore) / (ms / 1000) >= MIN_BODY_BYTES_A_SECOND;
    if (ms < SLOW_BODY_GRACE_MS || isFast) return;
    clearInterval(watching);
    refuse(
      reply,
      new RequestError(
        'REQUEST_TOO_SLOW',
        `The request arrives at less than ${MIN_BODY_BYTES_A_SECOND} bytes a second: send a smaller image, or try again on a better connection.`,
      ),
    );
  }, CHECK_EVERY_MS);
  reply.raw.once('close', () => {
    clearInterval(watching);
    // Node would read and forget what still comes, unless it closes the connection anyway.
    if (!raw.complete && reply.getHeader('connection') !== 'close')
      setTimeout(() => raw.destroy(), GOODBYE_MS).unref();
  });
}
