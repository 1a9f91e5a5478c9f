import { randomUUID } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { CloseCode, handleProtocols, type Server } from 'graphql-ws';
import type { Logger } from 'pino';
import { WebSocket, WebSocketServer } from 'ws';
import { NEVER_ABORTED } from '../../graph/server-context.js';
import type { ErrorCode } from '../../errors.js';
import { networkOf, siteOf } from '../../platform/client-network.js';
import { Holdings } from '../../platform/holdings.js';
import { sharesOf } from '../../platform/shares.js';
import { credentialsOf } from '../authorization.js';
import { carryWebSockets, faultOf } from '../connections.js';
import { maskedMessage, passes, toRequestError, traceUnavailable } from '../errors.js';
import {
  CLOSE_GRACE_MS,
  IDLE_SOCKET_MS,
  MAX_BUFFERED_CHUNKS,
  MAX_MESSAGE_FRAGMENTS,
  MAX_MESSAGES_IN_WORK,
  MAX_SOCKET_BACKLOG_BYTES,
  MAX_SOCKET_MESSAGE_BYTES,
  MAX_SOCKETS,
  MAX_SOCKETS_PER_CLIENT,
  MAX_UPGRADE_OFFERS_PER_CONNECTION,
  MODEST_SHARE,
  PING_EVERY_MS,
  RETRY_AFTER_SECONDS,
} from '../limits.js';
import type { Metrics } from '../metrics.js';
import { isHost, seenFrom, type Trusts } from '../seen-from.js';
import type { Unsent } from '../unsent.js';
import { createSocketBacklogs } from './socket-backlogs.js';
import { createFloodGuard } from './socket-floods.js';
import type { Connection } from './subscriptions.js';

/** Status codes from RFC 6455 and its registry. */
const NORMAL = 1000;
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;
const TRY_AGAIN_LATER = 1013;
/** What graphql-ws throws for a message that only servers send. */
const OF_A_SERVER = /^Unexpected message of type \w+ received$/;
/** A control frame holds 125 bytes; the code takes two of them. */
const MAX_REASON_BYTES = 123;

/** Carries the messages of `subscriptions` over WebSockets at /graphql, which close with the fastify instance. */
export function installSockets(
  app: FastifyInstance,
  subscriptions: Server<Connection>,
  trusts: Trusts,
  unsent: Pick<Unsent, 'hold'>,
  metrics: Metrics,
  log: Logger,
): void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_SOCKET_MESSAGE_BYTES,
    maxFragments: MAX_MESSAGE_FRAGMENTS,
    maxBufferedChunks: MAX_BUFFERED_CHUNKS,
    handleProtocols,
  });

  const shares = sharesOf(MAX_SOCKETS_PER_CLIENT);
  /** By site. */
  const held = new Holdings<Duplex>();
  /** Those without a subscription or a message in work, the one unused for the longest time first. */
  const unused = new Set<Duplex>();
  const endWhenFlooded = createFloodGuard();
  const backlogs = createSocketBacklogs();

  const open = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    const facts = {
      requestId: randomUUID(),
      ...seenFrom(request, trusts),
      ...credentialsOf(request),
      signal: NEVER_ABORTED,
    };
    const client = networkOf(facts.clientAddress);
    if (!shares.take(client, 1)) {
      refuse(
        stream,
        `Your address already has ${MAX_SOCKETS_PER_CLIENT} WebSockets: use one for all subscriptions of an app.`,
      );
      return;
    }
    const site = siteOf(facts.clientAddress);
    if (!hasRoom(site)) {
      shares.giveBack(client, 1);
      refuse(stream, 'There are too many WebSockets: try again later.');
      return;
    }
    held.add(site, stream);
    unused.add(stream);
    // The stream closes also when the handshake fails.
    stream.once('close', () => {
      forget(stream);
      shares.giveBack(client, 1);
    });
    sockets.handleUpgrade(request, stream, head, (socket) => {
      carryWebSockets.add(stream);
      metrics.sockets.inc();
      socket.once('close', () => metrics.sockets.dec());
      endWhenFlooded(site, socket, stream);
      socket.once('close', () => backlogs.forget(site, socket));
      const note = (): void => backlogs.note(site, socket);
      carry(socket, subscriptions, { facts, used: false }, unsent, note, log, (isUsed) => {
        if (isUsed) unused.delete(stream);
        else if (!stream.destroyed) unused.add(stream);
      });
    });
  };

  const forget = (stream: Duplex): void => {
    held.remove(stream);
    unused.delete(stream);
  };

  /**
   * If all are taken, whoever has many more than this site loses one for it; otherwise the oldest goes that has no
   * subscription.
   */
  const hasRoom = (site: string): boolean => {
    if (held.total < MAX_SOCKETS) return true;
    const greedy = held.largerThan(Math.max(held.of(site), MAX_SOCKETS * MODEST_SHARE));
    const all = [...(greedy?.items ?? unused)];
    const loses = all.find((stream) => unused.has(stream)) ?? all[0];
    if (loses === undefined) return false;
    forget(loses);
    loses.destroy();
    return true;
  };

  const offers = new WeakMap<Duplex, number>();
  app.server.on('upgrade', (request, stream, head) => {
    // It may not be an upgrade at all: see request.ts.
    if (stream.destroyed) return;
    const fault = faultOf(request);
    if (fault !== null) {
      refuse(stream, fault.message, {
        code: 'BAD_USER_INPUT',
        head: `${fault.status} ${STATUS_CODES[fault.status]}`,
      });
    } else if (request.headers.upgrade?.toLowerCase() !== 'websocket' || pathOf(request) !== '/graphql') {
      const count = (offers.get(stream) ?? 0) + 1;
      offers.set(stream, count);
      serveWithoutUpgrade(app, request, stream, head, count >= MAX_UPGRADE_OFFERS_PER_CONNECTION);
    } else if (!isHost(request.headers.host ?? '')) {
      refuse(stream, 'The Host header is not a host and a port.', BAD_REQUEST);
    } else {
      open(request, stream, head);
    }
  });
  app.addHook('preClose', (done) => {
    for (const socket of sockets.clients) socket.close(GOING_AWAY, 'The server is shutting down');
    const cutOff = setTimeout(() => {
      for (const socket of sockets.clients) socket.terminate();
    }, CLOSE_GRACE_MS);
    // No need to wait here: these are connections of the HTTP server, which waits for them when it closes.
    sockets.close(() => clearTimeout(cutOff));
    done();
  });
}

function carry(
  socket: WebSocket,
  subscriptions: Server<Connection>,
  connection: Connection,
  unsent: Pick<Unsent, 'hold'>,
  noteBacklog: () => void,
  log: Logger,
  use: (isUsed: boolean) => void,
): void {
  const { requestId, clientAddress } = connection.facts;
  /** If a client reads nothing, everything sent to it waits in memory, including answers to its pings. */
  const dropIfBehind = (): void => {
    if (socket.bufferedAmount > MAX_SOCKET_BACKLOG_BYTES) socket.terminate();
    else noteBacklog();
  };
  const closeFor = (error: unknown): void => {
    // What was read with the message that it was closed for is worth no line of the log.
    if (socket.readyState !== WebSocket.OPEN) return;
    const known = toRequestError(error);
    if (error instanceof Error && OF_A_SERVER.test(error.message)) {
      socket.close(CloseCode.BadRequest, shorten(error.message));
    } else if (known !== null) {
      const refusal = known.code === 'FORBIDDEN' ? CloseCode.Forbidden : CloseCode.Unauthorized;
      const trace = traceUnavailable(error, requestId, log);
      const reason = shorten(known.message, MAX_REASON_BYTES - trace.length) + trace;
      socket.close(passes(known.code) ? TRY_AGAIN_LATER : refusal, reason);
    } else {
      log.error({ err: error, requestId }, 'A WebSocket failed');
      socket.close(TRY_AGAIN_LATER, maskedMessage(requestId));
    }
  };

  let answered = true;
  /** Messages in progress; one that starts a subscription counts until the subscription ends. */
  let inWork = 0;
  let idleMs = 0;
  const pinging = setInterval(() => {
    if (!answered) socket.terminate();
    answered = false;
    idleMs = inWork > 0 || connection.used ? 0 : idleMs + PING_EVERY_MS;
    connection.used = false;
    // A client that has no subscription does not connect again after this code.
    if (idleMs >= IDLE_SOCKET_MS) socket.close(NORMAL, 'Closed because it had no subscription for minutes');
    else socket.ping();
  }, PING_EVERY_MS);
  socket.on('pong', () => {
    answered = true;
  });
  socket.on('ping', dropIfBehind);
  // The socket has already closed with a code that states the client's mistake.
  socket.on('error', (err) => log.debug({ err, requestId }, 'A WebSocket broke'));

  const closed = subscriptions.opened(
    {
      protocol: socket.protocol,
      // Resolves once the system has accepted it, so that a subscription produces its next event only then.
      send: (text) =>
        new Promise((resolve) => {
          dropIfBehind();
          const release = unsent.hold(clientAddress, Buffer.byteLength(text), () => socket.terminate());
          if (release === null) socket.terminate();
          // A message that could not be sent ends with the connection.
          socket.send(text, () => {
            noteBacklog();
            release?.();
            resolve();
          });
          noteBacklog();
        }),
      close: (code, reason) => socket.close(code, shorten(reason)),
      onMessage: (receive) =>
        socket.on('message', (data) => {
          dropIfBehind();
          // What was read before the socket was ended.
          if (socket.readyState !== WebSocket.OPEN) return;
          if (inWork >= MAX_MESSAGES_IN_WORK) {
            socket.close(POLICY_VIOLATION, 'Too many messages at once');
            return;
          }
          inWork += 1;
          use(true);
          receive(Buffer.isBuffer(data) ? data.toString() : '')
            .catch(closeFor)
            .finally(() => {
              inWork -= 1;
              use(inWork > 0);
            });
        }),
    },
    connection,
  );
  socket.once('close', (code, reason) => {
    clearInterval(pinging);
    closed(code, reason.toString()).catch((err: unknown) =>
      log.error({ err, requestId }, 'The subscriptions of a WebSocket could not be ended'),
    );
  });
}

const pathOf = ({ url = '' }: IncomingMessage): string => url.replace(/\?.*$/s, '');

/** As much text as fits in a frame; a character that is cut becomes a replacement of three bytes. */
const shorten = (reason = '', most = MAX_REASON_BYTES): string => {
  const bytes = Buffer.from(reason);
  return bytes.length <= most ? reason : bytes.subarray(0, most - 2).toString();
};

interface Refusal {
  readonly code: ErrorCode;
  /** Status line and headers. */
  readonly head: string;
}
const OVERLOADED: Refusal = {
  code: 'SERVICE_OVERLOADED',
  head: `503 Service Unavailable\r\nRetry-After: ${RETRY_AFTER_SECONDS}`,
};
const BAD_REQUEST: Refusal = { code: 'BAD_USER_INPUT', head: '400 Bad Request' };

function refuse(stream: Duplex, message: string, { code, head } = OVERLOADED): void {
  const body = JSON.stringify({ error: { code, message } });
  stream.on('error', () => stream.destroy());
  stream.end(
    `HTTP/1.1 ${head}\r\nConnection: close\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => stream.destroy(),
  );
}

/**
 * Node passes on every request that offers an upgrade, and some HTTP clients offer an upgrade to HTTP/2 with each
 * request. A server may ignore the offer, so the request is read again without it. Each time, Node adds listeners to
 * the connection, so it ends after a few.
 */
function serveWithoutUpgrade(
  { server }: FastifyInstance,
  { method = '', url = '', httpVersion, rawHeaders }: IncomingMessage,
  stream: Duplex,
  head: Buffer,
  isLast: boolean,
): void {
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (!/^(connection|upgrade|http2-settings)$/i.test(name)) text += `${name}: ${value}\r\n`;
  }
  if (isLast) text += 'Connection: close\r\n';
  stream.unshift(Buffer.concat([Buffer.from(`${text}\r\n`, 'latin1'), head]));
  server.emit('connection', stream);
}
