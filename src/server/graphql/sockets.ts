import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { CloseCode, handleProtocols, type Server } from 'graphql-ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { passes, toRequestError } from '../errors.js';
import {
  CLOSE_GRACE_MS,
  MAX_MESSAGES_IN_WORK,
  MAX_SOCKET_BACKLOG_BYTES,
  MAX_SOCKET_MESSAGE_BYTES,
  MAX_SOCKETS,
  PING_EVERY_MS,
} from '../limits.js';
import type { Metrics } from '../metrics.js';
import { seenFrom, type Trusts } from '../seen-from.js';
import type { Connection } from './subscriptions.js';

/** RFC 6455, and its registry of codes. */
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;
const TRY_AGAIN_LATER = 1013;
/** A frame of control holds 125 bytes, two of which are the code. */
const MAX_REASON_BYTES = 123;

/** Carries the messages of `subscriptions` over WebSockets at /graphql, which end with the fastify instance. */
export function installSockets(
  app: FastifyInstance,
  subscriptions: Server<Connection>,
  trusts: Trusts,
  metrics: Metrics,
  log: Logger,
): void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_SOCKET_MESSAGE_BYTES,
    handleProtocols,
  });

  app.server.on('upgrade', (request, stream, head) => {
    if (request.headers.upgrade?.toLowerCase() !== 'websocket' || pathOf(request) !== '/graphql') {
      serveWithoutUpgrade(app, request, stream, head);
    } else if (sockets.clients.size >= MAX_SOCKETS) {
      refuse(stream);
    } else {
      sockets.handleUpgrade(request, stream, head, (socket) => {
        const facts = {
          requestId: randomUUID(),
          ...seenFrom(request, trusts),
          authorization: request.headers.authorization ?? null,
        };
        metrics.sockets.inc();
        socket.once('close', () => metrics.sockets.dec());
        carry(socket, subscriptions, { facts }, log);
      });
    }
  });
  app.addHook('preClose', (done) => {
    for (const socket of sockets.clients) socket.close(GOING_AWAY, 'The server is shutting down');
    const cutOff = setTimeout(() => {
      for (const socket of sockets.clients) socket.terminate();
    }, CLOSE_GRACE_MS);
    // The HTTP server waits for them by itself: theirs are connections of its own.
    sockets.close(() => clearTimeout(cutOff));
    done();
  });
}

function carry(
  socket: WebSocket,
  subscriptions: Server<Connection>,
  connection: Connection,
  log: Logger,
): void {
  const { requestId } = connection.facts;
  /** A reader that reads nothing makes everything wait in memory that is sent to it, answers to its pings included. */
  const dropIfBehind = (): void => {
    if (socket.bufferedAmount > MAX_SOCKET_BACKLOG_BYTES) socket.terminate();
  };
  const closeFor = (error: unknown): void => {
    const known = toRequestError(error);
    if (known !== null) {
      socket.close(passes(known.code) ? TRY_AGAIN_LATER : CloseCode.Unauthorized, shorten(known.message));
    } else {
      log.error({ err: error, requestId }, 'A WebSocket failed');
      socket.close(TRY_AGAIN_LATER, `Something went wrong on our side (request ${requestId})`);
    }
  };

  let answered = true;
  const pinging = setInterval(() => {
    if (!answered) socket.terminate();
    answered = false;
    socket.ping();
  }, PING_EVERY_MS);
  socket.on('pong', () => {
    answered = true;
  });
  socket.on('ping', dropIfBehind);
  // It has closed itself, with a code that says what the client did wrong.
  socket.on('error', (err) => log.debug({ err, requestId }, 'A WebSocket broke'));

  /** Messages in work: that of a subscription is until it has ended. */
  let inWork = 0;
  const closed = subscriptions.opened(
    {
      protocol: socket.protocol,
      // Resolves once the system has taken it, so that a subscription is asked for the next event only then.
      send: (text) =>
        new Promise((resolve) => {
          dropIfBehind();
          // What could not be sent is over with the connection.
          socket.send(text, () => resolve());
        }),
      close: (code, reason) => socket.close(code, shorten(reason)),
      onMessage: (receive) =>
        socket.on('message', (data) => {
          dropIfBehind();
          if (inWork >= MAX_MESSAGES_IN_WORK) {
            socket.close(POLICY_VIOLATION, 'Too many messages at once');
            return;
          }
          inWork += 1;
          receive(Buffer.isBuffer(data) ? data.toString() : '')
            .catch(closeFor)
            .finally(() => {
              inWork -= 1;
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

/** As many bytes of it as a frame holds; a character that is cut becomes one of three bytes. */
const shorten = (reason = ''): string => {
  const bytes = Buffer.from(reason);
  return bytes.length <= MAX_REASON_BYTES ? reason : bytes.subarray(0, MAX_REASON_BYTES - 2).toString();
};

function refuse(stream: Duplex): void {
  const body = JSON.stringify({
    error: {
      code: 'SERVICE_OVERLOADED',
      message: 'There are too many WebSockets: try again later.',
    },
  });
  stream.on('error', () => stream.destroy());
  stream.end(
    'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\n' +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/**
 * Node hands over every request that offers an upgrade, and some HTTP clients offer one to HTTP/2 with each request.
 * Whoever offers may be answered as if it had not: the request is read again without the offer.
 */
function serveWithoutUpgrade(
  { server }: FastifyInstance,
  { method = '', url = '', rawHeaders }: IncomingMessage,
  stream: Duplex,
  head: Buffer,
): void {
  let text = `${method} ${url} HTTP/1.1\r\n`;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (!/^(connection|upgrade|http2-settings)$/i.test(name)) text += `${name}: ${value}\r\n`;
  }
  stream.unshift(Buffer.concat([Buffer.from(`${text}\r\n`, 'latin1'), head]));
  server.emit('connection', stream);
}
