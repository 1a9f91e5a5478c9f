import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from './support/server.js';

/** After this time, an aborted request has logged everything that it is going to log. */
const QUIET_MS = 300;

let server: TestServer;
let port: number;
beforeAll(async () => {
  server = await startTestServer();
  port = Number(new URL(await server.app.listen({ port: 0, host: '127.0.0.1' })).port);
});

/** The metrics' counts for this route, with every label. */
async function counted(route: string): Promise<string[]> {
  const body = await server.metrics();
  return body.split('\n').filter((line) => line.includes('_count{') && line.includes(`route="${route}"`));
}

// Failed on 2026-11-28: an aborted upload of an image was logged as an error.
test.each([
  ['an image', '/images', 'image/jpeg'],
  ['a form', '/images', 'multipart/form-data; boundary=x'],
  ['a document', '/graphql', 'application/json'],
])('a client that goes away in the middle of %s is not an error', async (_what, route, type) => {
  const head = `POST ${route} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: 1000\r\n\r\n`;
  const client = connect(port, '127.0.0.1');
  const gone = new Promise((resolve) => {
    server.app.server.once('request', (_request, response) => {
      response.once('close', resolve);
      // The handler is reading by then.
      setTimeout(() => client.resetAndDestroy(), QUIET_MS);
    });
  });
  client.write(`${head}--x\r\ncontent-disposition: form-data; name="image"; filename="a.jpg"\r\n\r\nhalf`);
  await gone;
  await sleep(QUIET_MS);
  expect(server.logged.filter(({ level }) => Number(level) > 30)).toEqual([]);
  expect((await counted(route)).filter((line) => /status="5/.test(line))).toEqual([]);
});
