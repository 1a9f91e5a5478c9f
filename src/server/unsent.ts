import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestError } from '../errors.js';
import { networkOf, siteOf } from '../platform/client-network.js';
import { Holdings } from '../platform/holdings.js';
import { sharesOf } from '../platform/shares.js';
import {
  COUNTED_RESPONSE_BYTES,
  MAX_UNSENT_BYTES,
  MAX_UNSENT_BYTES_PER_CLIENT,
  UNSENT_ROOM_BYTES,
} from './limits.js';
import { connectionOf } from './request.js';
import { seenFrom, type Trusts } from './seen-from.js';

/** The bytes of large responses that wait in memory until their clients read them. */
export interface Unsent {
  /** Whether another of the largest answers might not fit in the share of the client at this address. */
  isBehind(address: string): boolean;
  /**
   * Counts bytes until the returned function is called. Null, and not counted, if the client would have more than its
   * share. If all clients have too much, whoever has most loses the response that it has had for the longest time:
   * `drop` is called, and has to end in that function too.
   */
  hold(address: string, bytes: number, drop: () => void): (() => void) | null;
}

interface Waiting {
  readonly drop: () => void;
}

export function createUnsent(most = MAX_UNSENT_BYTES, mostOfClient = MAX_UNSENT_BYTES_PER_CLIENT): Unsent {
  const shares = sharesOf(mostOfClient);
  /** By site, in bytes. */
  const held = new Holdings<Waiting>();
  return {
    isBehind(address) {
      const client = networkOf(address);
      if (!shares.take(client, UNSENT_ROOM_BYTES)) return true;
      shares.giveBack(client, UNSENT_ROOM_BYTES);
      return false;
    },
    hold(address, bytes, drop) {
      if (bytes < COUNTED_RESPONSE_BYTES) return () => undefined;
      const client = networkOf(address);
      if (!shares.take(client, bytes)) return null;
      const waiting = { drop };
      held.add(siteOf(address), waiting, bytes);
      let isWaiting = true;
      const release = (): void => {
        if (!isWaiting) return;
        isWaiting = false;
        held.remove(waiting);
        shares.giveBack(client, bytes);
      };
      while (held.total > most) {
        const [oldest] = held.largest()?.items ?? [];
        if (oldest === undefined) break;
        held.remove(oldest);
        oldest.drop();
      }
      return release;
    },
  };
}

/**
 * Keeps clients that do not read their responses from filling the memory: one that is behind is refused before
 * anything is done for it, and a response that does not fit in its share is replaced by that refusal.
 */
export function boundUnsent(app: FastifyInstance, trusts: Trusts, unsent: Unsent): void {
  const addresses = new WeakMap<FastifyRequest, string>();
  const addressOf = (request: FastifyRequest): string =>
    addresses.get(request) ?? seenFrom(request.raw, trusts).clientAddress;
  app.addHook('onRequest', (request, _reply, done) => {
    const address = addressOf(request);
    // Its connection may no longer tell when there is an answer.
    addresses.set(request, address);
    // An orchestrator may ask through the same address as clients.
    const isBehind = !request.url.startsWith('/health/') && unsent.isBehind(address);
    done(isBehind ? behind() : undefined);
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    // Of a client that has gone, nothing waits, and its 'close' is over.
    const connection = connectionOf(request.raw);
    if (connection.destroyed || (typeof payload !== 'string' && !Buffer.isBuffer(payload))) {
      done();
      return;
    }
    const release = unsent.hold(addressOf(request), Buffer.byteLength(payload), () => connection.destroy());
    if (release === null) {
      done(behind());
      return;
    }
    reply.raw.once('close', release);
    done();
  });
}

function behind(): RequestError {
  return new RequestError(
    'SERVICE_OVERLOADED',
    `Your address has not read its other responses yet, and at most ${MAX_UNSENT_BYTES_PER_CLIENT} bytes of them wait: read them, and ask for less at once. A mutation may have taken effect; with the same idempotencyKey, it takes effect only once.`,
  );
}
