import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { boundBody } from './bound-body.js';
import { BODY_BYTES_A_POINT, MAX_GRAPHQL_BODY_BYTES, REQUEST_COST, UNCHECKED_BODY_BYTES } from './limits.js';
import type { Sender, SenderOf } from './sender.js';

interface Payment {
  readonly sender: Sender;
  readonly points: number;
}

/** What the body of a request costs. */
export interface PaidBodies {
  /** Points of its body, and how many of them were taken before it was read. */
  pointsOf(request: FastifyRequest): { readonly points: number; readonly taken: number };
  /** To be called once a body has been read. */
  haveRead(request: FastifyRequest, bytes: number): void;
  /** Takes the points of a request whose body is refused. @throws ThrottledError */
  payForRefused(request: FastifyRequest): Promise<void>;
}

/**
 * Takes the points of large JSON bodies before they are read, because reading one takes a tenth of a second even if it is
 * refused. One whose length is not announced pays for the largest, and gets back what it did not need.
 */
export function payForBodies(app: FastifyInstance, senderOf: SenderOf): PaidBodies {
  const payments = new WeakMap<FastifyRequest, Payment>();
  const lengths = new WeakMap<FastifyRequest, number>();
  const pointsOf = (request: FastifyRequest) => ({
    points: toPoints(lengths.get(request) ?? 0),
    taken: payments.get(request)?.points ?? 0,
  });
  app.addHook('preParsing', async (request, _reply, payload) => {
    const bytes = announcedBytes(request, MAX_GRAPHQL_BODY_BYTES);
    if (bytes <= UNCHECKED_BODY_BYTES || !isReadAsJson(request)) return payload;
    const sender = await senderOf(request);
    const points = toPoints(bytes);
    await sender.pay(points);
    payments.set(request, { sender, points });
    return payload;
  });
  return {
    pointsOf,
    haveRead(request, decoded) {
      // Bytes that are no UTF-8 become three times as many.
      const bytes = Math.min(decoded, announcedBytes(request, MAX_GRAPHQL_BODY_BYTES));
      lengths.set(request, bytes);
      const payment = payments.get(request);
      if (payment === undefined) return;
      const points = toPoints(bytes);
      payment.sender.giveBack(payment.points - points);
      payments.set(request, { ...payment, points });
    },
    async payForRefused(request) {
      const { points, taken } = pointsOf(request);
      const sender = payments.get(request)?.sender ?? (await senderOf(request));
      await sender.pay(REQUEST_COST + points - taken);
    },
  };
}

/** As Content-Length says; `most` when only the end of the body will tell, or when it is longer. */
export function announcedBytes({ headers }: FastifyRequest, most: number): number {
  if (headers['transfer-encoding'] !== undefined) return most;
  return Math.min(most, Number(headers['content-length'] ?? 0));
}

const toPoints = (bytes: number): number => Math.floor(bytes / BODY_BYTES_A_POINT);

/** Counts the bytes of a body from now on; a few kilobytes may have come before. */
export function countBody(request: IncomingMessage): () => number {
  let bytes = 0;
  boundBody(
    request,
    (chunk) => {
      bytes += chunk.byteLength;
      return false;
    },
    () => undefined,
  );
  return () => bytes;
}

const isReadAsJson = ({ method, headers }: FastifyRequest): boolean =>
  method !== 'GET' && method !== 'HEAD' && /^\s*application\/json\b/i.test(headers['content-type'] ?? '');
