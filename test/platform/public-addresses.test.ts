import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Dispatcher, request } from 'undici';
import { openPublicAgent } from '../../src/platform/public-addresses.js';

const fixture = (name: string): Promise<string> =>
  readFile(new URL(`../images/fixtures/${name}`, import.meta.url), 'utf8');

const HEADER_BYTES = 12;
const TYPE_A = 1;
/** A name that is in the question, one hour, and an IPv4 address of four bytes. */
const ANSWER = Buffer.from([0xc0, HEADER_BYTES, 0, TYPE_A, 0, 1, 0, 0, 0x0e, 0x10, 0, 4]);
const ADDRESSES: ReadonlyMap<string, readonly number[]> = new Map([
  ['localhost', [127, 0, 0, 1]],
  ['inside.test', [10, 0, 0, 1]],
]);

let names: Socket;
let asked: string[];
let server: Server;
let origin: string;
let agent: Dispatcher;

/** Knows the names above, and never answers for any other. */
function answer(question: Buffer): Buffer | null {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = question.readUInt8(at); length > 0; length = question.readUInt8(at)) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const name = labels.join('.');
  asked.push(name);
  const address = ADDRESSES.get(name);
  if (address === undefined) return null;
  const isFour = question.readUInt16BE(at + 1) === TYPE_A;
  const header = Buffer.from([...question.subarray(0, 2), 0x81, 0x80, 0, 1, 0, Number(isFour), 0, 0, 0, 0]);
  return Buffer.concat([
    header,
    question.subarray(HEADER_BYTES, at + 5),
    ...(isFour ? [ANSWER, Buffer.from(address)] : []),
  ]);
}

beforeAll(async () => {
  asked = [];
  names = createSocket('udp4');
  names.on('message', (question, { port, address }) => {
    const found = answer(question);
    if (found !== null) names.send(found, port, address);
  });
  await new Promise<void>((resolve) => names.bind(0, '127.0.0.1', resolve));
  const ca = await fixture('localhost-cert.pem');
  server = createServer({ key: await fixture('localhost-key.pem'), cert: ca }, (_, response) => {
    response.end('reached');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  origin = `https://localhost:${address.port}/`;
  agent = openPublicAgent({
    allows: (dialed) => dialed === '127.0.0.1',
    ca,
    nameServers: [`127.0.0.1:${names.address().port}`],
  });
});

afterAll(async () => {
  await agent.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await new Promise<void>((resolve) => names.close(resolve));
});

test('a name server that does not answer holds up no other name', async () => {
  const silent = Array.from({ length: 20 }, (_, index) =>
    request(`https://silent${index}.test/`, { dispatcher: agent }).then(
      () => 'reached',
      (error: unknown) => error,
    ),
  );
  let haveEnded = false;
  const ended = Promise.all(silent).finally(() => {
    haveEnded = true;
  });
  const { body } = await request(origin, { dispatcher: agent });
  expect(await body.text()).toBe('reached');
  expect(asked).toContain('localhost');
  // As the driver of Postgres finds its host.
  expect(await lookup('localhost')).toBeDefined();
  expect(haveEnded).toBe(false);
  for (const error of await ended) expect(error).toMatchObject({ name: 'AddressRefused', mayPass: true });
}, 60_000);

test('a name whose address is refused says in its cause what the address is', async () => {
  await expect(request('https://inside.test/', { dispatcher: agent })).rejects.toMatchObject({
    message: 'inside.test is not a public address, or does not resolve.',
    cause: { message: 'resolved to 10.0.0.1' },
  });
});
