import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { LRUCache } from 'lru-cache';
import type { ErrorCode } from '../errors.js';
import { networkOf, siteOf } from '../platform/client-network.js';
import { Holdings } from '../platform/holdings.js';
import { sharesOf } from '../platform/shares.js';
import { boundChunks } from './body-chunks.js';
import { boundParts } from './body-parts.js';
import { createClientTurns } from './client-turns.js';
import {
  MAX_CLIENTS_REMEMBERED,
  MAX_ACCEPT_CHARS,
  MAX_CONNECTIONS,
  MAX_CONNECTIONS_PER_CLIENT,
  MAX_HEADERS,
  MAX_REQUESTS_IN_WORK_PER_CLIENT,
  MAX_REQUESTS_IN_WORK_PER_CONNECTION,
  MAX_TOLD_TO_WAIT,
  MODEST_SHARE,
  REQUESTS_A_TURN,
  RETRY_AFTER_SECONDS,
  SHUT_OUT_MS,
} from './limits.js';
import { seenFrom, type Trusts } from './seen-from.js';

const TOO_MANY = [
  'HTTP/1.1 503 Service Unavailable',
  'Connection: close',
  `Retry-After: ${RETRY_AFTER_SECONDS}`,
  'Content-Length: 0',
  '\r\n',
].join('\r\n');

const CONTINUE = /^100-continue$/i;

/** The connections that carry WebSockets: they send no requests, and are in use all the same. */
export const carryWebSockets = new WeakSet<object>();

/**
 * Bounds open connections, of all clients together and of each, and the requests that a client, or one connection,
 * sends without waiting for responses. Node reads thousands of those at once, so a client that sends too many on a
 * connection loses all of its connections, and gets no new ones for SHUT_OUT_MS; so does one that keeps on when it is
 * told to wait. A trusted proxy may open any number of connections, because they are those of its clients, and loses
 * only the one that sends too many requests: how many it opens is for the proxy to bound.
 */
export function boundConnections(server: Server, trusts: Trusts, most = MAX_CONNECTIONS): void {
  const shares = sharesOf(MAX_CONNECTIONS_PER_CLIENT);
  /** By site, without those of proxies. */
  const held = new Holdings<Socket>();
  /** The same, the one not used for the longest time first. */
  const byUse = new Set<Socket>();
  let proxied = 0;
  const counted = new WeakSet<Socket>();
  const shutOut = new Set<string>();
  const inWork = new WeakMap<Socket, Set<ServerResponse>>();
  const inWorkOfClient = sharesOf(MAX_REQUESTS_IN_WORK_PER_CLIENT);
  /** Closed after the response that is being sent, with how many requests came behind that. */
  const leaving = new WeakMap<Socket, number>();
  const toldToWait = new LRUCache<string, number>({
    max: MAX_CLIENTS_REMEMBERED,
    ttl: SHUT_OUT_MS,
    noUpdateTTL: true,
  });
  const isIdle = (socket: Socket): boolean => !inWork.get(socket)?.size && !carryWebSockets.has(socket);
  const clientOf = ({ remoteAddress = '' }: Socket): string | null =>
    trusts(remoteAddress, 0) ? null : networkOf(remoteAddress);

  const forget = (socket: Socket): void => {
    held.remove(socket);
    byUse.delete(socket);
  };

  /**
   * Whether there is room for a connection from this site. If all are taken, whoever has many more loses one for it;
   * otherwise the one goes that was not used for the longest time.
   */
  const hasRoom = (site: string): boolean => {
    if (held.total + proxied < most) return true;
    const greedy = held.largerThan(Math.max(held.of(site), most * MODEST_SHARE));
    const all = greedy === null ? null : [...greedy.items];
    const loses = all === null ? [...byUse].find(isIdle) : (all.find(isIdle) ?? all[0]);
    if (loses === undefined) return false;
    forget(loses);
    loses.destroy();
    return true;
  };

  server.on('connection', (socket) => {
    // A request that offered an upgrade is read again: see sockets.ts.
    if (counted.has(socket)) return;
    counted.add(socket);
    const client = clientOf(socket);
    if (client === null) {
      proxied += 1;
      socket.once('close', () => (proxied -= 1));
      return;
    }
    const site = siteOf(socket.remoteAddress ?? '');
    if (shutOut.has(client)) socket.destroy();
    else if (!shares.take(client, 1)) refuse(socket);
    else if (!hasRoom(site)) {
      shares.giveBack(client, 1);
      refuse(socket);
    } else {
      held.add(site, socket);
      byUse.add(socket);
      socket.once('close', () => {
        forget(socket);
        shares.giveBack(client, 1);
      });
    }
  });

  const shut = (socket: Socket): void => {
    socket.destroy();
    const client = clientOf(socket);
    if (client === null || shutOut.has(client)) return;
    for (const other of byUse) if (clientOf(other) === client) other.destroy();
    shutOut.add(client);
    setTimeout(() => shutOut.delete(client), SHUT_OUT_MS).unref();
  };

  const responsesOf = (socket: Socket): Set<ServerResponse> => {
    const known = inWork.get(socket);
    if (known !== undefined) return known;
    const responses = new Set<ServerResponse>();
    inWork.set(socket, responses);
    // Node tells only the response that is being sent, not those that wait behind it.
    socket.once('close', () => {
      for (const response of [...responses]) response.emit('close');
    });
    return responses;
  };

  const inTurn = createClientTurns(REQUESTS_A_TURN);
  // In place of the listeners, because one cannot keep a request from the others.
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  const receive = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request;
    if (socket.destroyed) return;
    const behind = leaving.get(socket);
    if (behind !== undefined) {
      // What was read before its connection was closed. Thousands cost the same whether they are answered or not.
      leaving.set(socket, behind + 1);
      if (behind >= MAX_REQUESTS_IN_WORK_PER_CONNECTION) shut(socket);
      return;
    }
    const responses = responsesOf(socket);
    if (responses.size >= MAX_REQUESTS_IN_WORK_PER_CONNECTION) {
      shut(socket);
      return;
    }
    if (byUse.delete(socket)) byUse.add(socket);
    held.touch(socket);
    const fault = faultOf(request);
    if (fault !== null) {
      leaving.set(socket, 0);
      answerEarly(request, response, fault.status, 'BAD_USER_INPUT', fault.message, true);
      return;
    }
    // A list that no browser sends is no preference.
    const { accept = '', 'accept-encoding': encodings = '' } = request.headers;
    if (accept.length > MAX_ACCEPT_CHARS) request.headers.accept = '*/*';
    if (encodings.length > MAX_ACCEPT_CHARS) request.headers['accept-encoding'] = '*';
    const { clientAddress } = seenFrom(request, trusts);
    const client = networkOf(clientAddress);
    if (!inWorkOfClient.take(client, 1)) {
      const isOwn = clientOf(socket) !== null;
      // What else the connection has sent is not worth a response each. A proxy's connection has others' requests too.
      if (isOwn) leaving.set(socket, 0);
      tellToWait(request, response, isOwn);
      const told = (toldToWait.get(client) ?? 0) + 1;
      toldToWait.set(client, told);
      if (isOwn && told > MAX_TOLD_TO_WAIT) shut(socket);
      return;
    }
    const giveUp = (): void => {
      if (clientOf(socket) !== null) shut(socket);
      else socket.destroy();
    };
    boundChunks(request, giveUp);
    boundParts(request, giveUp);
    responses.add(response);
    response.once('close', () => {
      responses.delete(response);
      inWorkOfClient.giveBack(client, 1);
    });
    inTurn(siteOf(clientAddress), () => {
      if (socket.destroyed) return;
      for (const listener of listeners) Reflect.apply(listener, server, [request, response]);
    });
  };
  server.on('request', receive);
  // Without a listener, Node answers such requests itself, as many as a client sends.
  server.on('checkExpectation', receive);
}

/**
 * What is wrong with the head of a request, so that nothing else on its connection is worth reading. Of one with too many
 * headers, Node has left out the last ones without a word, and they may say where its body ends, or who sends it.
 */
export function faultOf({
  headers,
  httpVersion,
  rawHeaders,
}: IncomingMessage): { status: number; message: string } | null {
  if (rawHeaders.length > 2 * MAX_HEADERS)
    return { status: 431, message: `Send at most ${MAX_HEADERS} headers.` };
  const hosts = rawHeaders.filter((text, index) => index % 2 === 0 && /^host$/i.test(text)).length;
  // A proxy may have read the other one (RFC 9112, 3.2).
  if (hosts > 1 || (httpVersion === '1.1' && hosts === 0))
    return { status: 400, message: 'Send one Host header.' };
  if (headers.expect !== undefined && !CONTINUE.test(headers.expect)) {
    return { status: 417, message: 'Send no Expect header, or "Expect: 100-continue".' };
  }
  return null;
}

function refuse(socket: Socket): void {
  socket.end(TOO_MANY, () => socket.destroy());
}

/** Before anything is read or looked up. */
function tellToWait(request: IncomingMessage, response: ServerResponse, isLast: boolean): void {
  const message = `Your address has ${MAX_REQUESTS_IN_WORK_PER_CLIENT} requests without a response: wait for some of them.`;
  response.setHeader('retry-after', '1');
  answerEarly(request, response, 429, 'THROTTLED', message, isLast);
}

function answerEarly(
  { url = '' }: IncomingMessage,
  response: ServerResponse,
  status: number,
  code: ErrorCode,
  message: string,
  isLast: boolean,
): void {
  const hint = code === 'THROTTLED' ? { retryAfterMs: 1_000 } : {};
  const error = url.startsWith('/graphql')
    ? { errors: [{ message, extensions: { code, ...hint } }] }
    : { error: { code, message } };
  const body = JSON.stringify(error);
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      ...(isLast && { connection: 'close' }),
    })
    .end(body);
}
