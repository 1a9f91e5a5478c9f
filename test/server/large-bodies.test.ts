import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from '@jest/globals';
import sharp from 'sharp';
import fastify from 'fastify';
import { boundLargeBodies } from '../../src/server/large-bodies.js';
import { MAX_CONCURRENT_LARGE_BODIES_A_CLIENT } from '../../src/server/limits.js';
import { trustIn } from '../../src/server/seen-from.js';
import { MAX_IMAGE_BYTES } from '../../src/vision/image-budget.js';
import { until } from '../support/waiting.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
let port: number;
/** A picture, and padding that makes it a large body. */
let large: Buffer;
beforeAll(async () => {
  server = await startTestServer();
  port = Number(new URL(await server.app.listen({ port: 0, host: '127.0.0.1' })).port);
  const picture = sharp({ create: { width: 30, height: 20, channels: 3, background: '#2f5d3a' } });
  large = Buffer.concat([await picture.jpeg().toBuffer(), Buffer.alloc(300 * 1024)]);
});

const upload = (remoteAddress: string) =>
  server.app.inject({
    method: 'POST',
    url: '/images',
    headers: { 'content-type': 'image/jpeg' },
    payload: large,
    remoteAddress,
  });

test('a client gets a share of the places, which are given back', async () => {
  const responses = await Promise.all(
    Array.from({ length: MAX_CONCURRENT_LARGE_BODIES_A_CLIENT + 3 }, () => upload('192.0.2.1')),
  );
  const refused = responses.filter(({ statusCode }) => statusCode === 503);
  expect(refused).toHaveLength(3);
  expect(refused[0]?.json()).toMatchObject({ error: { code: 'SERVICE_OVERLOADED' } });
  expect(refused[0]?.headers['retry-after']).toBeDefined();
  expect((await upload('192.0.2.1')).statusCode).toBe(200);
});

/** Sends the head and three bytes of a body of a megabyte. */
async function startUpload(route: string, type: string): Promise<Socket> {
  const client = connect(port, '127.0.0.1');
  const head = `POST ${route} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: 1000000\r\n\r\n`;
  await once(client, 'connect');
  client.write(`${head}{ "`);
  return client;
}

async function answerOf(client: Socket): Promise<string> {
  let text = '';
  client.setEncoding('latin1').on('data', (part: string) => (text += part));
  await once(client, 'close');
  return text;
}

// Failed on 2026-11-28: 16 sockets that sent three bytes kept everybody else from uploading for more than a minute.
test.each([
  ['/images', 'image/jpeg'],
  ['/images', 'multipart/form-data; boundary=x'],
  ['/graphql', 'application/json'],
])('a body at %s (%s) that hardly arrives is refused and its place given back', async (route, type) => {
  const clients = await Promise.all(
    Array.from({ length: MAX_CONCURRENT_LARGE_BODIES_A_CLIENT }, () => startUpload(route, type)),
  );
  const answers = await Promise.all(clients.map(answerOf));
  for (const answer of answers) {
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toMatch(/"REQUEST_TOO_SLOW"/);
  }
  expect((await upload('127.0.0.1')).statusCode).toBe(200);
  expect(server.logged.filter(({ level }) => Number(level) > 30)).toEqual([]);
});

// Failed on 2026-11-28: a form of nothing but padding was read for as long as it came.
test.each([
  ['before the answer', 'POST', '/images', 'multipart/form-data; boundary=x'],
  ['after the answer', 'POST', '/images', 'text/x'],
])('a body without an end loses its connection, %s', async (_when, method, route, type) => {
  const client = connect(port, '127.0.0.1');
  client.on('error', () => undefined).resume();
  await once(client, 'connect');
  client.write(
    `${method} ${route} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`,
  );
  const padding = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, 32), Buffer.from('\r\n')]);
  const isClosed = new Promise((resolve) => client.once('close', () => resolve(true)));
  const sending = setInterval(() => {
    for (let count = 0; count < 20 && client.writable; count += 1) client.write(padding);
  }, 20);
  expect(await isClosed).toBe(true);
  clearInterval(sending);
});

/** Sends the head of an upload of a client, and this much of its body. */
async function startLarge(url: string, from: string, body: Buffer, length = large.length): Promise<Socket> {
  const client = connect(Number(new URL(url).port), '127.0.0.1');
  client.on('error', () => undefined);
  await once(client, 'connect');
  const head = `POST /images HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${from}\r\nContent-Type: image/jpeg\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`;
  client.write(head);
  client.write(body);
  return client;
}

// Failed on 2026-11-30: sixteen addresses that sent 16 kB/s kept everybody else from sending a picture.
test('many who send slowly keep nobody out', async () => {
  const proxied = await startTestServer({ trustedProxies: ['127.0.0.1'] });
  const url = await proxied.app.listen({ port: 0, host: '127.0.0.1' });
  const crowd: Socket[] = [];
  for (let index = 0; index < 20; index += 1)
    crowd.push(await startLarge(url, `192.0.2.${index}`, large.subarray(0, large.length - 1)));
  for (let count = 0; count < 3; count += 1)
    expect(await answerOf(await startLarge(url, '198.51.100.1', large))).toMatch(/^HTTP\/1\.1 200 /);
  for (const client of crowd) client.destroy();
  expect(proxied.logged.filter(({ level }) => Number(level) > 30)).toEqual([]);
});

/** A server that answers once `work` is over, with what it returns. Room is counted in bodies, by default such as `large`. */
async function startBounded(
  work: () => Promise<string>,
  room: { readonly most: number; readonly reserved: number; readonly modest: number },
  length = large.length,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const app = fastify();
  app.setErrorHandler(({ message }: Error, _request, reply) => reply.code(503).send({ message }));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addContentTypeParser('image/stopped', async (_request: unknown, payload: AsyncIterable<Buffer>) => {
    for await (const _chunk of payload) throw new Error('that is enough');
  });
  app.post('/images', async () => work());
  app.get('/unread', async () => 'x'.repeat(32 * 1024 * 1024));
  boundLargeBodies(app, trustIn(['127.0.0.1']), {
    most: room.most * length,
    reserved: room.reserved * length,
    modest: room.modest * length,
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const close = async (): Promise<void> => {
    app.server.closeAllConnections();
    await app.close();
  };
  return { url, close };
}

test('when the memory for them is used up, who has most of it loses one that is still arriving', async () => {
  const { url, close } = await startBounded(() => Promise.resolve(''), { most: 3, reserved: 0, modest: 1 });
  const ofCrowd: Promise<string>[] = [];
  for (let index = 0; index < 3; index += 1)
    ofCrowd.push(answerOf(await startLarge(url, '192.0.2.1', large.subarray(0, large.length - 1))));
  let lost: string | null = null;
  void Promise.race(ofCrowd).then((answer) => (lost = answer));
  // The bodies of the crowd may not have been read yet.
  await until('the crowd has lost one', async () => {
    expect(await answerOf(await startLarge(url, '198.51.100.1', large))).toMatch(/^HTTP\/1\.1 200 /);
    return lost !== null;
  });
  expect(lost).toMatch(/your address sends most/);
  await close();
});

// Failed on 2026-11-30: eight addresses that did not read their answers kept everybody else from sending a picture.
test('who does not read the answers keeps nobody out', async () => {
  let answered = 0;
  const work = (): Promise<string> =>
    Promise.resolve('x'.repeat((answered += 1) <= 3 ? 32 * 1024 * 1024 : 1));
  const { url, close } = await startBounded(work, { most: 3, reserved: 0, modest: 1 });
  const crowd: Socket[] = [];
  // Nothing listens to their data, so nothing is read.
  for (let index = 0; index < 3; index += 1) crowd.push(await startLarge(url, '192.0.2.1', large));
  await until('they are answered', () => answered >= 3);
  for (let count = 0; count < 3; count += 1)
    expect(await answerOf(await startLarge(url, '198.51.100.1', large))).toMatch(/^HTTP\/1\.1 200 /);
  for (const client of crowd) client.destroy();
  await close();
});

// Failed on 2026-11-30: Node takes the connection away from a body that is not read to its end, and the gateway ended.
test('a body that is not read to its end, and whose answer cannot be sent yet, gives way', async () => {
  const { url, close } = await startBounded(() => Promise.resolve(''), { most: 3, reserved: 0, modest: 1 });
  const crowd: Socket[] = [];
  for (let index = 0; index < 3; index += 1) {
    const client = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
    await once(client, 'connect');
    // Nothing listens to its data, so the first answer is not read.
    client.write('GET /unread HTTP/1.1\r\nHost: x\r\n\r\n');
    client.write(
      `POST /images HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1\r\nContent-Type: image/stopped\r\nContent-Length: ${large.length}\r\n\r\n`,
    );
    client.write(large);
    crowd.push(client);
  }
  await sleep(500);
  for (let count = 0; count < 3; count += 1)
    expect(await answerOf(await startLarge(url, '198.51.100.1', large))).toMatch(/^HTTP\/1\.1 200 /);
  for (const client of crowd) client.destroy();
  await close();
});

test('a body that is too large is said to be', async () => {
  const tooLarge = Buffer.concat([large, Buffer.alloc(MAX_IMAGE_BYTES)]);
  const response = await fetch(`http://127.0.0.1:${port}/images`, {
    method: 'POST',
    headers: { 'content-type': 'image/jpeg' },
    body: tooLarge,
  });
  expect(await response.json()).toMatchObject({ error: { code: 'IMAGE_TOO_LARGE' } });
});

// Failed on 2026-11-30: what twenty addresses had in work kept some of the pictures of everybody else out.
// Bodies that are not large were not counted: those of twenty addresses ended a gateway with a heap of 1 GB.
test.each([
  ['large', 300 * 1024],
  ['other', 20 * 1024],
])('who has much in work leaves room for who has little: %s bodies', async (_size, length) => {
  const body = Buffer.alloc(length);
  let isOver = (): void => undefined;
  const over = new Promise<void>((resolve) => (isOver = resolve));
  let started = 0;
  const work = async (): Promise<string> => {
    if ((started += 1) <= 4) await over;
    return '';
  };
  const { url, close } = await startBounded(work, { most: 5, reserved: 1, modest: 1 }, length);
  const crowd: Promise<string>[] = [];
  for (let index = 0; index < 4; index += 1) {
    crowd.push(answerOf(await startLarge(url, `192.0.2.${index % 2}`, body, length)));
    await until('it is worked on', () => started > index);
  }
  expect(await answerOf(await startLarge(url, '192.0.2.1', body, length))).toMatch(/^HTTP\/1\.1 503 /);
  expect(await answerOf(await startLarge(url, '198.51.100.1', body, length))).toMatch(/^HTTP\/1\.1 200 /);
  isOver();
  for (const answer of await Promise.all(crowd)) expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  await close();
});
