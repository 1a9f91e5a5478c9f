import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readTrustedDocuments, sha256, trustDocuments } from '../../src/server/graphql/trusted-documents.js';
import { MAX_KEPT_DOCUMENTS } from '../../src/server/limits.js';
import { openClient } from '../support/subscriptions.js';
import { LIMITED, painted } from './support/schema.js';
import { startTestServer } from './support/server.js';

const PAGE = 'query Page($first: Int) { garments(first: $first) { nodes { id title } } }';
const PAINT = 'mutation Paint { paint(color: "red") }';
const DEAR = 'mutation Dear { paint(color: "red", coats: 21) }';
const ELSEWHERE = 'query Elsewhere @inContext(channel: "nowhere") { channel }';
const COLORS = 'subscription Colors { colors }';
const DEEP = `query Deep { garments { nodes { ${'similar { '.repeat(15)} id ${'} '.repeat(15)} } } }`;
const TRUSTED = [PAGE, PAINT, DEAR, ELSEWHERE, COLORS, DEEP];
/** As the Relay compiler makes it from the text by default. */
const RELAY_ID = '3be4abb81fa595e25eb725b2c6a87508';
/** Not in any manifest. */
const OWN = 'query Own { channel publicUrl }';

const idOf = (text: string): string => `sha256:${sha256(text)}`;
const apq = (text: string, version = 1): object => ({
  extensions: { persistedQuery: { version, sha256Hash: sha256(text) } },
});

const answer = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })).optional(),
});

interface Answer {
  readonly status: number;
  readonly data?: unknown;
  readonly code?: string;
  readonly message?: string;
}

let app: FastifyInstance;
beforeAll(async () => {
  const documents = trustDocuments([
    ...TRUSTED.map((text): [string, string] => [idOf(text), text]),
    [RELAY_ID, 'query Relay { channel }'],
  ]);
  ({ app } = await startTestServer({ documents }));
});
beforeEach(() => {
  painted.length = 0;
});

function answerOf(response: { statusCode: number; body: string }): Answer {
  const { data, errors } = answer.parse(JSON.parse(response.body));
  const [error] = errors ?? [];
  return {
    status: response.statusCode,
    ...(data === undefined ? {} : { data }),
    ...(error && { code: error.extensions.code, message: error.message }),
  };
}

const post = async (payload: object, headers: Record<string, string> = {}): Promise<Answer> =>
  answerOf(await app.inject({ method: 'POST', url: '/graphql', payload, headers }));

/** The same parameters in the query of a URL, those that are not texts as JSON. */
const get = async (parameters: object, headers: Record<string, string> = {}): Promise<Answer> => {
  const query = Object.fromEntries(
    Object.entries(parameters).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
  return answerOf(await app.inject({ method: 'GET', url: '/graphql', query, headers }));
};

const firstGarment = { status: 200, data: { garments: { nodes: [{ id: '0', title: 'Garment 0' }] } } };

describe.each([
  ['POST', post],
  ['GET', get],
])('over %s', (method, send) => {
  test('the id of a trusted document stands for its text', async () => {
    const request = { documentId: idOf(PAGE), variables: { first: 1 } };
    expect(await send(request)).toEqual(firstGarment);
    expect(await send({ ...request, operationName: 'Page' })).toEqual(firstGarment);
    expect(await send({ ...request, operationName: '' })).toEqual(firstGarment);
    expect(await send({ ...request, operationName: 'Other' })).toMatchObject({
      status: 400,
      code: 'OPERATION_RESOLUTION_FAILURE',
    });
    expect(await send({ documentId: RELAY_ID })).toEqual({ status: 200, data: { channel: 'default' } });
  });

  test('an unknown id has its own code, and says what to do', async () => {
    expect(await send({ documentId: idOf('never registered') })).toMatchObject({
      status: 404,
      code: 'PERSISTED_QUERY_NOT_FOUND',
      message: expect.stringMatching(/text in `query`.*manifest/),
    });
    expect(await send({ documentId: 'x-shop:7', query: '' })).toMatchObject({
      status: 404,
      code: 'PERSISTED_QUERY_NOT_FOUND',
    });
  });

  test.each([
    [`sha256:${sha256(PAGE).toUpperCase()}`],
    ['sha256:abc'],
    ['md5:3be4abb81fa595e25eb725b2c6a87508'],
    ['../../../../etc/passwd'],
    ['a b'],
    ['x'.repeat(1_000)],
    ['__proto__\u0000'],
    [''],
  ])('the id %j is malformed', async (documentId) => {
    expect(await send({ documentId })).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
  });

  test.each(['__proto__', 'constructor', 'toString'])('the id %j is unknown', async (documentId) => {
    expect(await send({ documentId })).toMatchObject({ status: 404, code: 'PERSISTED_QUERY_NOT_FOUND' });
  });

  test('automatic persisted queries: not found, registered by its text, found', async () => {
    const text = `query By${method} { channel }`;
    // The message and the status that Apollo's clients and urql expect.
    expect(await send(apq(text))).toEqual({
      status: 200,
      code: 'PERSISTED_QUERY_NOT_FOUND',
      message: 'PersistedQueryNotFound',
    });
    const found = { status: 200, data: { channel: 'default' } };
    expect(await send({ query: text, ...apq(text) })).toEqual(found);
    expect(await send(apq(text))).toEqual(found);
    expect(await send({ documentId: idOf(text) })).toEqual(found);
    // A trusted document needs no registration.
    expect(await send({ ...apq(PAGE), variables: { first: 1 } })).toEqual(firstGarment);
  });

  test('a hash of another text is refused, and nothing is executed or registered', async () => {
    const other = `query Other${method} { channel }`;
    for (const request of [
      { query: '{ publicUrl }', ...apq(other) },
      { query: '{ publicUrl }', documentId: idOf(other) },
      { query: '{ channel }', documentId: RELAY_ID },
      { query: PAINT, ...apq(PAGE) },
    ]) {
      const { status, code, data } = await send(request);
      expect({ status, code, data }).toEqual({ status: 400, code: 'BAD_USER_INPUT', data: undefined });
    }
    expect(await send(apq(other))).toMatchObject({ code: 'PERSISTED_QUERY_NOT_FOUND' });
    expect(painted).toEqual([]);
  });

  test.each([
    [{ version: 2, sha256Hash: sha256(PAGE) }],
    [{ version: 1, sha256Hash: 'nope' }],
    [{ version: 1 }],
    ['text'],
    [[]],
    [true],
  ])('persistedQuery %j is malformed', async (persistedQuery) => {
    expect(await send({ extensions: { persistedQuery } })).toMatchObject({
      status: 400,
      code: 'BAD_USER_INPUT',
    });
    expect(await send({ query: '{ channel }', extensions: { persistedQuery } })).toMatchObject({
      status: 400,
    });
  });

  test('other extensions, and a persistedQuery of null, are left aside', async () => {
    for (const extensions of [{}, { clientLibrary: { name: 'x' } }, { persistedQuery: null }]) {
      expect(await send({ query: '{ channel }', extensions })).toMatchObject({
        data: { channel: 'default' },
      });
      expect(await send({ documentId: RELAY_ID, extensions })).toMatchObject({
        data: { channel: 'default' },
      });
    }
  });

  test('what has an id passes the same checks as a text', async () => {
    expect(await send({ documentId: idOf(DEEP) })).toMatchObject({ status: 400, code: 'COST_EXCEEDED' });
    expect(await send({ documentId: idOf(ELSEWHERE) })).toMatchObject({
      status: 400,
      code: 'UNKNOWN_CHANNEL',
    });
    expect(await send({ documentId: idOf(PAGE), variables: { first: 1e6 } })).toMatchObject({
      status: 400,
      code: 'COST_EXCEEDED',
    });
    expect(await send({ documentId: idOf(COLORS) })).toMatchObject({ status: method === 'GET' ? 405 : 400 });
    expect(await send({ documentId: idOf(DEAR) })).toMatchObject({ status: method === 'GET' ? 405 : 400 });
    expect(painted).toEqual([]);
  });

  test('a text that the checks refuse is not registered', async () => {
    const text = DEEP.replace('Deep', `Deep${method}`);
    expect(await send({ query: text, ...apq(text) })).toMatchObject({ code: 'COST_EXCEEDED' });
    expect(await send(apq(text))).toMatchObject({ code: 'PERSISTED_QUERY_NOT_FOUND' });
  });

  test('a key that is limited to trusted documents executes nothing else, whichever way it comes', async () => {
    const headers = { authorization: LIMITED };
    const request = { variables: { first: 1 } };
    expect(await send({ documentId: idOf(PAGE), ...request }, headers)).toEqual(firstGarment);
    expect(await send({ ...apq(PAGE), ...request }, headers)).toEqual(firstGarment);
    // The same document, sent as a text.
    expect(await send({ query: PAGE, ...request }, headers)).toEqual(firstGarment);
    // Registered by somebody else.
    await send({ query: OWN, ...apq(OWN) });
    for (const refused of [
      { query: OWN },
      apq(OWN),
      { documentId: idOf(OWN) },
      { query: `${PAGE} ` },
      { query: '{ __schema { queryType { name } } }' },
      { query: `${PAGE} query Two { channel }`, operationName: 'Page' },
    ]) {
      const { status, code, data } = await send(refused, headers);
      expect({ status, code, data }).toEqual({ status: 403, code: 'FORBIDDEN', data: undefined });
    }
  });
});

test('a mutation by its id runs over POST only', async () => {
  expect(await get({ documentId: idOf(PAINT) })).toMatchObject({ status: 405 });
  expect(painted).toEqual([]);
  expect(await post({ documentId: idOf(PAINT) })).toMatchObject({ status: 200 });
  expect(painted).toEqual(['red']);
  expect(await post({ query: PAINT.replace('red', 'blue') }, { authorization: LIMITED })).toMatchObject({
    code: 'FORBIDDEN',
  });
  expect(painted).toEqual(['red']);
});

test('a repeated parameter does not smuggle in another document', async () => {
  const params = (...pairs: string[][]): string => new URLSearchParams(pairs).toString();
  for (const query of [
    params(['query', '{ channel }'], ['query', '{ publicUrl }']),
    params(['documentId', idOf(PAGE)], ['query', '{ publicUrl }']),
    params(['documentId', RELAY_ID], ['query', ''], ['query', '{ publicUrl }']),
  ]) {
    const response = await app.inject({ method: 'GET', url: `/graphql?${query}` });
    expect(response.statusCode).toBe(400);
    expect(response.body).not.toContain('"data"');
  }
});

test('what clients register is forgotten in time; trusted documents are not', async () => {
  const first = 'query First { channel }';
  await post({ query: first, ...apq(first) });
  for (let number = 0; number < MAX_KEPT_DOCUMENTS; number += 1) {
    const text = `query N${number} { channel }`;
    await post({ query: text, ...apq(text) });
  }
  expect(await post(apq(first))).toMatchObject({ code: 'PERSISTED_QUERY_NOT_FOUND' });
  expect(await post({ documentId: RELAY_ID })).toMatchObject({ data: { channel: 'default' } });
});

// Failed on 2026-11-28: a stranger pushed out what the shop's apps had registered, and everything parsed and compiled.
test('a client that registers many documents pushes out only its own', async () => {
  const { app: fresh, metrics } = await startTestServer();
  const from = (remoteAddress: string, payload: object) =>
    fresh.inject({ method: 'POST', url: '/graphql', payload, remoteAddress });
  const own = { query: OWN, ...apq(OWN) };
  await from('192.0.2.1', own);
  for (let number = 0; number < 2 * MAX_KEPT_DOCUMENTS; number += 1) {
    const text = `query N${number} { channel }`;
    await from('192.0.2.2', { query: text, ...apq(text) });
  }
  const hits = async (): Promise<number> =>
    Number(
      /^vitrine_cache_lookups_total\{cache="documents",result="hit"\} (\d+)$/m.exec(await metrics())?.[1] ??
        0,
    );
  const before = await hits();
  expect(answerOf(await from('192.0.2.1', apq(OWN)))).toMatchObject({
    status: 200,
    data: { channel: 'default' },
  });
  expect(await hits()).toBe(before + 1);
});

test('a trusted document is compiled when it is first executed, and its name cannot be pushed out', async () => {
  const { app: fresh, metrics } = await startTestServer({ documents: trustDocuments([[idOf(PAGE), PAGE]]) });
  const send = (payload: object) => fresh.inject({ method: 'POST', url: '/graphql', payload });
  for (let number = 0; number < 120; number += 1)
    await send({ query: `query Invented${number} { channel }` });
  // Somebody else's operation of that name.
  await send({ query: 'query Page { channel }' });
  const before = await metrics();
  expect(before).toMatch(/^graphql_compilations_total 0$/m);
  expect(before).not.toContain('operation="Page"');
  await send({ documentId: idOf(PAGE), variables: { first: 1 } });
  const after = await metrics();
  expect(after).toMatch(/^graphql_compilations_total 1$/m);
  expect(after).toContain('graphql_operation_duration_seconds_count{operation="Page"} 1');
  expect(after).toContain('graphql_operation_duration_seconds_count{operation="other"} 21');
});

describe('over a WebSocket', () => {
  let url: string;
  beforeAll(async () => {
    url = `${(await app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws')}/graphql`;
  });

  /** Everything a subscription says, and what ended it. */
  const run = async (payload: object, authorization?: string): Promise<unknown[]> => {
    const client = openClient(url, authorization === undefined ? {} : { authorization });
    const told = await new Promise<unknown[]>((resolve) => {
      const answers: unknown[] = [];
      client.subscribe(
        { query: '', ...payload },
        {
          next: (answer) => answers.push(answer),
          error: (error) => resolve([...answers, error]),
          complete: () => resolve(answers),
        },
      );
    });
    await client.dispose();
    return told;
  };
  const refusedWith = (code: string): unknown[] => [[{ extensions: { code } }]];
  const red = [{ data: { colors: 'red in default' } }];

  test('ids stand for the text, in both ways', async () => {
    expect(await run({ documentId: idOf(COLORS) })).toMatchObject(red);
    expect(await run(apq(COLORS))).toMatchObject(red);
  });

  test('unknown, malformed, and missing ids are errors of the subscription', async () => {
    expect(await run({ documentId: idOf('nothing') })).toMatchObject(
      refusedWith('PERSISTED_QUERY_NOT_FOUND'),
    );
    expect(await run(apq('nothing'))).toMatchObject(refusedWith('PERSISTED_QUERY_NOT_FOUND'));
    expect(await run({ documentId: 5 })).toMatchObject(refusedWith('BAD_USER_INPUT'));
    expect(await run({})).toMatchObject(refusedWith('BAD_USER_INPUT'));
    expect(await run({ query: COLORS, documentId: idOf(PAGE) })).toMatchObject(refusedWith('BAD_USER_INPUT'));
    expect(await run({ documentId: idOf(PAGE) })).toMatchObject(refusedWith('BAD_USER_INPUT'));
  });

  test('a key that is limited to trusted documents subscribes to nothing else', async () => {
    const own = 'subscription Own { colors }';
    expect(await run({ query: own })).toMatchObject(red);
    expect(await run({ query: own }, LIMITED)).toMatchObject(refusedWith('FORBIDDEN'));
    expect(await run({ documentId: idOf(COLORS) }, LIMITED)).toMatchObject(red);
  });
});

describe('manifests', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vitrine-documents-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const write = async (name: string, content: unknown): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };

  test('of graphql-codegen, the Relay compiler, and Apollo, together', async () => {
    const apollo = 'query Apollo { channel }';
    const documents = await readTrustedDocuments([
      await write('codegen.json', { [idOf(PAGE)]: PAGE }),
      await write('relay.json', { [RELAY_ID]: PAINT, [idOf(PAGE)]: PAGE }),
      await write('apollo.json', {
        format: 'apollo-persisted-query-manifest',
        version: 1,
        operations: [
          { id: sha256(apollo), body: apollo, name: 'Apollo', type: 'query' },
          // Some generators hash another form of the text.
          { id: sha256('minified'), body: PAGE, name: 'Page', type: 'query' },
        ],
      }),
    ]);
    for (const [id, text] of [
      [idOf(PAGE), PAGE],
      [idOf('minified'), PAGE],
      [sha256('minified'), PAGE],
      [RELAY_ID, PAINT],
      [idOf(PAINT), PAINT],
      [idOf(apollo), apollo],
    ]) {
      expect(documents.textOf(String(id))).toBe(text);
    }
    expect([...documents.operationNames].sort()).toEqual(['Apollo', 'Page', 'Paint']);
    expect(documents.has(sha256(PAINT))).toBe(true);
  });

  test.each([
    ['a file that is not there', null, /missing\.json, which cannot be read/],
    ['text', 'query { a }', /cannot be read as JSON/],
    ['another object', { name: 'vitrine', files: ['dist'] }, /is not a manifest/],
    ['a list', [PAGE], /is not a manifest/],
    ['a hash of another text', { [idOf(PAGE)]: PAINT }, /SHA-256 of its text is/],
    ['an id that no client could send', { 'a b': PAGE }, /an id that no client/],
    ['a document that cannot be parsed', { a: 'query {' }, /cannot be parsed: Syntax Error/],
  ])('%s stops the start, with the file or the document', async (_what, content, message) => {
    const path = content === null ? join(folder, 'missing.json') : await write('bad.json', content);
    await expect(readTrustedDocuments([path])).rejects.toThrow(message);
  });

  test('one id for two texts stops the start', async () => {
    const paths = [await write('one.json', { a: PAGE }), await write('two.json', { a: PAINT })];
    await expect(readTrustedDocuments(paths)).rejects.toThrow(/in two manifests/);
  });
});
