import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, expect, test } from '@jest/globals';
import { z } from 'zod';
import { boundConnections } from '../../src/server/connections.js';
import { MAX_CONNECTIONS_PER_CLIENT, MAX_REQUESTS_IN_WORK_PER_CONNECTION } from '../../src/server/limits.js';
import { until } from '../support/waiting.js';
import { startTestServer } from './support/server.js';

const opened: Socket[] = [];
afterEach(() => {
  for (const socket of opened.splice(0)) socket.destroy();
});

const ADDRESS = '127.0.0.1';
/** Another client: the whole of 127.0.0.0/8 is this machine. */
const OTHER_ADDRESS = '127.0.0.2';

async function open(port: number, localAddress: string): Promise<Socket> {
  const socket = connect({ port, host: ADDRESS, localAddress });
  opened.push(socket);
  await once(socket, 'connect');
  return socket;
}

/** The status of a small request on a connection of its own; 0 when it is closed without a response. */
async function status(port: number, localAddress: string): Promise<number> {
  const socket = await open(port, localAddress);
  socket.write('GET /health/live HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n');
  const head = await new Promise((resolve) => socket.once('data', resolve).once('close', () => resolve('')));
  return Number(/^HTTP\/1\.1 (\d+)/.exec(String(head))?.[1] ?? 0);
}

const connectionsOf = (server: Server): Promise<number> =>
  promisify<number>((done) => server.getConnections((error, count) => done(error, count)))();

async function listen(trustedProxies: readonly string[]): Promise<number> {
  const { app } = await startTestServer({ trustedProxies });
  return Number(new URL(await app.listen({ host: ADDRESS, port: 0 })).port);
}

test('an address has its share of the connections, and no more; others are served', async () => {
  const port = await listen([]);
  const held = await Promise.all(
    Array.from({ length: MAX_CONNECTIONS_PER_CLIENT }, () => open(port, ADDRESS)),
  );
  expect(await status(port, ADDRESS)).toBe(503);
  expect(await status(port, OTHER_ADDRESS)).toBe(200);
  for (const socket of held.slice(0, 2)) socket.destroy();
  // Its place is free once the server has seen it go.
  await until('the place of a closed connection is free', async () => (await status(port, ADDRESS)) === 200);
});

test('a trusted proxy has the connections of all its clients', async () => {
  const port = await listen([ADDRESS]);
  await Promise.all(Array.from({ length: MAX_CONNECTIONS_PER_CLIENT }, () => open(port, ADDRESS)));
  expect(await status(port, ADDRESS)).toBe(200);
});

// Failed on 2026-11-28: eleven addresses had all connections, and everybody else got none.
test('when all connections are taken, the client with the most loses an idle one to a newcomer', async () => {
  const server = createServer((request, response) => {
    if (request.url !== '/slow') response.end('ok');
  });
  boundConnections(server, () => false, 6);
  server.listen(0, ADDRESS);
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const few = await open(port, '127.0.0.3');
  const busy = await open(port, ADDRESS);
  busy.write('GET /slow HTTP/1.1\r\nHost: shop.example\r\n\r\n');
  const idle = await open(port, ADDRESS);
  await until('the server has it', async () => (await connectionsOf(server)) === 3);
  const others = await Promise.all([1, 2, 3].map(() => open(port, ADDRESS)));
  await until('the server has them all', async () => (await connectionsOf(server)) === 6);
  const lost = once(idle, 'close');
  idle.resume();
  expect(await status(port, OTHER_ADDRESS)).toBe(200);
  await lost;
  expect([few, busy, ...others].map(({ destroyed, readableEnded }) => destroyed || readableEnded)).toEqual(
    [few, busy, ...others].map(() => false),
  );
  server.closeAllConnections();
  server.close();
});

test('when nobody has more connections than a newcomer would, the newcomer gets none', async () => {
  const server = createServer((_request, response) => response.end('ok'));
  boundConnections(server, () => false, 2);
  server.listen(0, ADDRESS);
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  await Promise.all(['127.0.0.3', ADDRESS].map((address) => open(port, address)));
  await until('the server has them all', async () => (await connectionsOf(server)) === 2);
  expect(await status(port, OTHER_ADDRESS)).toBe(503);
  server.closeAllConnections();
  server.close();
});

const REQUEST = 'GET /health/live HTTP/1.1\r\nHost: shop.example\r\n\r\n';

test('a connection may send some requests ahead', async () => {
  const socket = await open(await listen([]), ADDRESS);
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  for (let round = 1; round <= 3; round += 1) {
    socket.write(REQUEST.repeat(MAX_REQUESTS_IN_WORK_PER_CONNECTION));
    await until(
      'all are answered',
      () => text.split('HTTP/1.1 200').length - 1 === round * MAX_REQUESTS_IN_WORK_PER_CONNECTION,
    );
  }
});

// Failed on 2026-11-28: 390 connections kept the gateway busy for minutes after they were closed.
test('a client that sends thousands ahead loses its connections, and others are served', async () => {
  const port = await listen([]);
  const idle = await open(port, ADDRESS);
  const flooding = await open(port, ADDRESS);
  const gone = Promise.all([idle, flooding].map((socket) => once(socket, 'close')));
  for (const socket of [idle, flooding]) socket.on('error', () => undefined).resume();
  flooding.write(REQUEST.repeat(1_000));
  await gone;
  const refused = await open(port, ADDRESS);
  refused.on('error', () => undefined).resume();
  await once(refused, 'close');
  expect(await status(port, OTHER_ADDRESS)).toBe(200);
  await until('it is let in again', async () => (await status(port, ADDRESS)) === 200);
});
