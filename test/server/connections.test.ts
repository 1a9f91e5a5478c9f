import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { boundConnections } from '../../src/server/connections.js';
import {
  FREE_BODY_CHUNKS,
  MAX_ACCEPT_CHARS,
  MAX_CONNECTIONS_PER_CLIENT,
  MAX_FORM_PARTS,
  MAX_HEADERS,
  MAX_REQUESTS_IN_WORK_PER_CLIENT,
  MAX_REQUESTS_IN_WORK_PER_CONNECTION,
  MAX_TOLD_TO_WAIT,
  MAX_UPGRADE_OFFERS_PER_CONNECTION,
  REQUESTS_A_TURN,
} from '../../src/server/limits.js';
import { until } from '../support/waiting.js';
import { startTestServer } from './support/server.js';

const opened: Socket[] = [];
afterEach(() => {
  for (const socket of opened.splice(0)) socket.destroy();
});

const ADDRESS = '127.0.0.1';
/** Connections that a test opens at once, beside those it holds. */
const AT_ONCE = 64;
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

describe('when all connections are taken', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  /** A server with room for so many connections, which answers everything but /slow. */
  async function small(
    most: number,
  ): Promise<{ server: Server; port: number; has: (count: number) => Promise<void> }> {
    const server = createServer((request, response) => {
      if (request.url !== '/slow') response.end('ok');
    });
    servers.push(server);
    boundConnections(server, () => false, most);
    server.listen(0, ADDRESS);
    await once(server, 'listening');
    const { port } = z.object({ port: z.number() }).parse(server.address());
    return {
      server,
      port,
      has: (count) => until('the server has them', async () => (await connectionsOf(server)) === count),
    };
  }
  const busyWith = async (port: number, address: string): Promise<Socket> => {
    const socket = await open(port, address);
    socket.write('GET /slow HTTP/1.1\r\nHost: shop.example\r\n\r\n');
    return socket;
  };
  const isOpen = ({ destroyed, readableEnded }: Socket): boolean => !destroyed && !readableEnded;

  // Failed on 2026-11-28: eleven addresses had all connections, and everybody else got none.
  test('whoever has many more loses an idle one to a newcomer', async () => {
    const { port, has } = await small(6);
    const few = await open(port, '127.0.0.3');
    const busy = await busyWith(port, ADDRESS);
    const idle = await open(port, ADDRESS);
    await has(3);
    const others = await Promise.all([1, 2, 3].map(() => open(port, ADDRESS)));
    await has(6);
    const lost = once(idle, 'close');
    idle.resume();
    expect(await status(port, OTHER_ADDRESS)).toBe(200);
    await lost;
    expect([few, busy, ...others].map(isOpen)).toEqual([true, true, true, true, true]);
  });

  test('and nobody has more than others, the one goes that was idle for the longest time', async () => {
    const { port, has } = await small(2);
    const unused = await open(port, '127.0.0.3');
    await has(1);
    const used = await open(port, ADDRESS);
    used.write('GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n');
    await once(used, 'data');
    const lost = once(unused, 'close');
    unused.resume();
    expect(await status(port, OTHER_ADDRESS)).toBe(200);
    await lost;
    expect(isOpen(used)).toBe(true);
  });

  test('and all are in use, a newcomer gets none', async () => {
    const { port, has } = await small(2);
    const busy = await Promise.all(['127.0.0.3', ADDRESS].map((address) => busyWith(port, address)));
    await has(2);
    await until('it says so', async () => (await status(port, OTHER_ADDRESS)) === 503);
    expect(busy.map(isOpen)).toEqual([true, true]);
  });

  // Failed on 2026-11-28: each request that offered HTTP/2 took a place that nobody gave back.
  test('a connection whose request is read again counts once', async () => {
    const { server, port, has } = await small(4);
    const again = new WeakSet<object>();
    server.on('connection', (socket) => {
      if (again.has(socket)) return;
      again.add(socket);
      server.emit('connection', socket);
    });
    for (let count = 0; count < 10; count += 1) (await open(port, ADDRESS)).destroy();
    await has(0);
    const held = await Promise.all(
      ['127.0.0.3', '127.0.0.4', '127.0.0.5'].map((address) => open(port, address)),
    );
    await has(3);
    expect(await status(port, OTHER_ADDRESS)).toBe(200);
    expect(held.map(isOpen)).toEqual([true, true, true]);
  });
});

test('a request that offers an upgrade to HTTP/2 is answered, and after a few the connection ends', async () => {
  const socket = await open(await listen([]), ADDRESS);
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  const ended = once(socket, 'end');
  for (let count = 1; count <= MAX_UPGRADE_OFFERS_PER_CONNECTION; count += 1) {
    socket.write(
      'GET /health/live HTTP/1.1\r\nHost: shop.example\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n',
    );
    await until('it is answered', () => text.split('HTTP/1.1 200').length - 1 === count);
  }
  await ended;
});

// Failed on 2026-11-29: the last of many headers were lost, and with them where the body ends, or the address that a proxy adds.
test.each([
  ['an upgrade to HTTP/2', 'Upgrade: h2c', 'http2-settings: a'],
  [
    'a WebSocket',
    'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'a: b',
  ],
])('a request that offers %s with too many headers is not read', async (_name, offer, filling) => {
  const socket = await open(await listen([]), ADDRESS);
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  const ended = once(socket, 'end');
  const body = 'GET /graphql?query={smuggled:__typename} HTTP/1.1\r\nHost: shop.example\r\n\r\n';
  socket.write(
    `GET /graphql HTTP/1.1\r\nHost: shop.example\r\nConnection: Upgrade\r\n${offer}\r\n` +
      `${`${filling}\r\n`.repeat(MAX_HEADERS + 40)}Content-Length: ${body.length}\r\n\r\n${body}`,
  );
  await ended;
  expect(text.match(/HTTP\/1\.1 \d+|smuggled/g)).toEqual(['HTTP/1.1 431']);
});

// Failed on 2026-11-28: one address had thousands of requests in work, and others waited for 10 s.
test('an address may have some requests in work on all its connections; others are served', async () => {
  const gate = new EventEmitter();
  const server = createServer((request, response) => {
    if (request.url === '/slow') gate.once('open', () => response.end('ok'));
    else response.end('ok');
  });
  gate.setMaxListeners(0);
  boundConnections(server, () => false);
  server.listen(0, ADDRESS);
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const sockets = await Promise.all(
    Array.from({ length: MAX_REQUESTS_IN_WORK_PER_CLIENT / 8 }, () => open(port, ADDRESS)),
  );
  for (const socket of sockets) socket.write('GET /slow HTTP/1.1\r\nHost: shop.example\r\n\r\n'.repeat(8));
  await until('all are in work', () => gate.listenerCount('open') === MAX_REQUESTS_IN_WORK_PER_CLIENT);
  expect(await status(port, ADDRESS)).toBe(429);
  expect(await status(port, OTHER_ADDRESS)).toBe(200);
  gate.emit('open');
  await until('they are done', async () => (await status(port, ADDRESS)) === 200);
  server.closeAllConnections();
  server.close();
});

// Failed on 2026-11-28: what one address sent at once was all answered before anything of others was read.
test('what an address sends at once is answered in turns with others', async () => {
  const answered: string[] = [];
  const server = createServer((request, response) => {
    answered.push(request.url ?? '');
    response.end('ok');
  });
  boundConnections(server, () => false);
  server.listen(0, ADDRESS);
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const many = await Promise.all(Array.from({ length: 8 }, () => open(port, ADDRESS)));
  const one = await open(port, OTHER_ADDRESS);
  await until('the server has them', async () => (await connectionsOf(server)) === 9);
  for (const socket of many) socket.write('GET /many HTTP/1.1\r\nHost: shop.example\r\n\r\n'.repeat(15));
  one.write('GET /one HTTP/1.1\r\nHost: shop.example\r\n\r\n');
  await until('all are answered', () => answered.length === 8 * 15 + 1);
  expect(answered.indexOf('/one')).toBeLessThanOrEqual(2 * REQUESTS_A_TURN);
  server.closeAllConnections();
  server.close();
});

// Failed on 2026-11-29: each of nine such connections left fifteen requests in work for good.
test('a client that leaves with requests in work, and comes back, is served', async () => {
  const server = createServer((request, response) => {
    if (request.url !== '/slow') response.end('ok');
  });
  boundConnections(server, () => false);
  server.listen(0, ADDRESS);
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const perConnection = MAX_REQUESTS_IN_WORK_PER_CONNECTION;
  for (let sent = 0; sent <= 2 * MAX_REQUESTS_IN_WORK_PER_CLIENT; sent += perConnection) {
    const socket = await open(port, ADDRESS);
    const arrived = once(server, 'request');
    socket.write('GET /slow HTTP/1.1\r\nHost: shop.example\r\n\r\n'.repeat(perConnection));
    await arrived;
    socket.destroy();
    await until('the server has seen it go', async () => (await connectionsOf(server)) === 0);
  }
  const socket = await open(port, ADDRESS);
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  socket.write(REQUEST.repeat(perConnection));
  await until('all are answered', () => text.split(/HTTP\/1\.1 \d/).length - 1 === perConnection);
  expect(text).not.toContain('HTTP/1.1 429');
  server.closeAllConnections();
  server.close();
});

test('an address that keeps on when it is told to wait loses its connections', async () => {
  const server = createServer((request, response) => {
    if (request.url !== '/slow') response.end('ok');
  });
  boundConnections(server, () => false);
  server.listen(0, ADDRESS);
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const sockets = await Promise.all(
    Array.from({ length: MAX_REQUESTS_IN_WORK_PER_CLIENT / 8 }, () => open(port, ADDRESS)),
  );
  const isLost = (): boolean => sockets.every(({ destroyed }) => destroyed);
  for (const socket of sockets) {
    socket.on('error', () => undefined).resume();
    socket.write('GET /slow HTTP/1.1\r\nHost: shop.example\r\n\r\n'.repeat(8));
  }
  await until('it is told to wait', async () => (await status(port, ADDRESS)) === 429);
  // It is told so a number of times within seconds, which a busy machine reaches only by many at once.
  let told = 0;
  for (; !isLost() && told < 4 * MAX_TOLD_TO_WAIT; told += AT_ONCE) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        const socket = connect({ port, host: ADDRESS, localAddress: ADDRESS });
        socket.on('error', () => undefined).resume();
        socket.write('GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n'.repeat(8));
        await once(socket, 'close');
      }),
    );
  }
  expect(told).toBeGreaterThanOrEqual(MAX_TOLD_TO_WAIT);
  await until('its connections are lost', isLost);
  expect(await status(port, OTHER_ADDRESS)).toBe(200);
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

// Failed on 2026-11-30: all that was read with the requests that shut a client out was parsed, 2,400 requests for each of
// the networks that one customer has.
test('of thousands ahead, those behind the one that shuts the client out are not even parsed', async () => {
  const { app } = await startTestServer({ trustedProxies: [] });
  const port = Number(new URL(await app.listen({ host: ADDRESS, port: 0 })).port);
  let parsed = 0;
  app.server.on('request', () => (parsed += 1));
  const flooding = await open(port, ADDRESS);
  const gone = once(flooding, 'close');
  flooding.on('error', () => undefined).resume();
  flooding.write(REQUEST.repeat(1_000));
  await gone;
  expect(parsed).toBe(MAX_REQUESTS_IN_WORK_PER_CONNECTION + 1);
});

describe.each([
  ['expects what no server does', 417, 'GET / HTTP/1.1\r\nHost: shop.example\r\nExpect: x\r\n\r\n'],
  ['has two Hosts', 400, 'GET / HTTP/1.1\r\nHost: shop.example\r\nHost: other.example\r\n\r\n'],
  ['has no Host', 400, 'GET / HTTP/1.1\r\nAccept: */*\r\n\r\n'],
  [
    'has too many headers',
    431,
    `GET / HTTP/1.1\r\nHost: shop.example\r\n${'a:\r\n'.repeat(MAX_HEADERS)}\r\n`,
  ],
])('a request that %s', (_name, expected, request) => {
  test('is answered, and its connection ends', async () => {
    const socket = await open(await listen([]), ADDRESS);
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    const ended = once(socket, 'end');
    socket.write(request.repeat(2));
    await ended;
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual([`HTTP/1.1 ${expected}`]);
  });

  // Failed on 2026-11-29: Node answered the first two kinds itself, as many as one client sent.
  test('and thousands behind it: the client loses its connections, and others are served', async () => {
    const port = await listen([]);
    const idle = await open(port, ADDRESS);
    const flooding = await open(port, ADDRESS);
    const gone = Promise.all([idle, flooding].map((socket) => once(socket, 'close')));
    for (const socket of [idle, flooding]) socket.on('error', () => undefined).resume();
    flooding.write(request.repeat(1_000));
    await gone;
    expect(await status(port, ADDRESS)).toBe(0);
    expect(await status(port, OTHER_ADDRESS)).toBe(200);
  });
});

// Failed on 2026-11-29: all of them were read and kept for as long as the first request took.
test('thousands behind a request that ends its connection, and one that takes long: the connection is closed', async () => {
  const server = createServer(() => undefined);
  boundConnections(server, () => false);
  server.listen(0, ADDRESS);
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const socket = await open(port, ADDRESS);
  const gone = once(socket, 'close');
  socket.on('error', () => undefined).resume();
  const last = `GET / HTTP/1.1\r\nHost: shop.example\r\n${'a:\r\n'.repeat(MAX_HEADERS)}\r\n`;
  socket.write(`GET /slow HTTP/1.1\r\nHost: shop.example\r\n\r\n${last}${REQUEST.repeat(1_000)}`);
  await gone;
  server.closeAllConnections();
  server.close();
});

test('a request that expects to be told to continue is served', async () => {
  const socket = await open(await listen([]), ADDRESS);
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  socket.write('GET /health/live HTTP/1.1\r\nHost: shop.example\r\nExpect: 100-Continue\r\n\r\n');
  await until('it is answered', () => text.includes('HTTP/1.1 200'));
  expect(text).toContain('HTTP/1.1 100 Continue');
});

describe('bodies in chunks', () => {
  const head = (type: string): string =>
    ['', `Content-Type: ${type}`, 'Transfer-Encoding: chunked', '\r\n'].join('\r\n');

  /** What the server answers to a body of so many chunks of one size; '' when it closes the connection instead. */
  async function sendChunks(path: string, type: string, count: number, size: number): Promise<string> {
    const socket = await open(chunkPort, ADDRESS);
    socket.on('error', () => undefined);
    let answer = '';
    socket.on('data', (data) => (answer += String(data)));
    const closed = once(socket, 'close');
    socket.write(`POST ${path} HTTP/1.1\r\nHost: shop.example\r\nConnection: close${head(type)}`);
    const chunk = `${size.toString(16)}\r\n${' '.repeat(size)}\r\n`;
    socket.write(chunk.repeat(count));
    socket.write('0\r\n\r\n');
    await closed;
    return answer;
  }
  let chunkPort: number;
  beforeAll(async () => {
    chunkPort = await listen([]);
  });

  // Failed on 2026-11-29: 15 MB made 2.7 GB of memory, and everybody else wait for seconds.
  test.each([
    ['/graphql', 'application/json'],
    ['/images', 'image/png'],
    ['/images', 'multipart/form-data; boundary=b'],
  ])('of a byte each close the connection: %s, %s', async (path, type) => {
    expect(await sendChunks(path, type, FREE_BODY_CHUNKS + 1, 1)).toBe('');
    expect(await status(chunkPort, OTHER_ADDRESS)).toBe(200);
    await until('the address is served again', async () => (await status(chunkPort, ADDRESS)) === 200);
  });

  test.each([
    [FREE_BODY_CHUNKS, 1],
    [FREE_BODY_CHUNKS + 1_000, 300],
  ])('%d of them of %d bytes are read', async (count, size) => {
    expect(await sendChunks('/graphql', 'application/json', count, size)).toMatch(/^HTTP\/1\.1 400 /);
  });
});

// Failed on 2026-11-29: forms of a million empty parts made everybody else wait for seconds.
test.each([
  [MAX_FORM_PARTS, 'answered', /^HTTP\/1\.1 400 /],
  [MAX_FORM_PARTS + 1, 'not answered', /^$/],
])('a form of %d parts is %s', async (count, _what, answered) => {
  const socket = await open(await listen([]), ADDRESS);
  const body = `--b\r\n\r\n${'\r\n--b\r\n\r\n'.repeat(count - 1)}\r\n--b--\r\n`;
  socket.write(
    'POST /images HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n' +
      `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  let answer = '';
  socket.on('data', (data) => (answer += String(data)));
  await once(socket, 'close');
  expect(answer).toMatch(answered);
});

describe('headers', () => {
  async function ask(headers: string): Promise<{ status: number; body: string }> {
    const socket = await open(await listen([]), ADDRESS);
    socket.write(`GET /health/live HTTP/1.1\r\nHost: shop.example\r\n${headers}Connection: close\r\n\r\n`);
    const parts: string[] = [];
    for await (const data of socket) parts.push(String(data));
    const [start = '', body = ''] = parts.join('').split('\r\n\r\n');
    return { status: Number(start.slice(9, 12)), body };
  }

  // Failed on 2026-11-29: a hundred requests with 2,600 of them made image searches wait for 3 s.
  test('are limited in number', async () => {
    expect((await ask('a: b\r\n'.repeat(MAX_HEADERS - 5))).status).toBe(200);
    const { status: refused, body } = await ask('a: b\r\n'.repeat(2_000));
    expect(refused).toBe(431);
    expect(JSON.parse(body)).toEqual({
      error: { code: 'BAD_USER_INPUT', message: `Send at most ${MAX_HEADERS} headers.` },
    });
  });

  test('that accept more than any browser does are no preference', async () => {
    const types = Array.from({ length: MAX_ACCEPT_CHARS / 4 }, (_, n) => `a/${n}`).join(',');
    expect((await ask(`Accept: ${types}\r\n`)).status).toBe(200);
  });
});
