import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';
import { MemoryBudgets } from '../../src/budgets/memory-budgets.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { AMPLE, startTestGateway, type TestGateway } from '../support/gateway.js';
import { AGENT, approvedAgent, found, SHOP } from './support.js';

/** UCP over the Model Context Protocol. */

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      await seedProduct(db, {
        handle: 'shirt',
        title: 'Shirt',
        vectors: [[1, 0, 0, 0]],
        skus: [{ code: 'S' }],
      });
    },
    { agents: approvedAgent() },
  );
});
afterAll(() => gateway.close());

const answered = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number()]).nullable(),
  result: z.looseObject({}).optional(),
  error: z.object({ code: z.number(), message: z.string(), data: z.looseObject({}).optional() }).optional(),
});

async function post(payload: object | string, headers: Record<string, string> = {}) {
  const response = await gateway.http.inject({
    method: 'POST',
    url: '/ucp/mcp',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    payload,
  });
  const body = response.body === '' ? null : answered.parse(response.json());
  return { status: response.statusCode, headers: response.headers, body };
}
const rpc = (method: string, params: object = {}, headers?: Record<string, string>) =>
  post({ jsonrpc: '2.0', id: 7, method, params }, headers);
const meta = { 'ucp-agent': { profile: AGENT } };
const call = (name: string, catalog: object, more: object = { meta }) =>
  rpc('tools/call', { name, arguments: { ...more, catalog } });

describe('a session', () => {
  test.each([
    ['2025-06-18', '2025-06-18'],
    ['1999-01-01', '2025-11-25'],
  ])('that asks for %s has %s, and no id that ties it to one gateway', async (asked, version) => {
    const { body, headers } = await rpc('initialize', {
      protocolVersion: asked,
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    });
    expect(body?.result).toMatchObject({ protocolVersion: version, capabilities: { tools: {} } });
    expect(headers['mcp-session-id']).toBeUndefined();
    expect((await post({ jsonrpc: '2.0', method: 'notifications/initialized' })).status).toBe(202);
  });

  // Servers refused clients that are newer than they are before they could agree on a version (Effect-TS/effect#7388).
  test('begins whatever version the client says in the header', async () => {
    const headers = { 'mcp-protocol-version': '2030-01-01' };
    const { status, body } = await rpc('initialize', { protocolVersion: '2030-01-01' }, headers);
    expect([status, body?.result?.['protocolVersion']]).toEqual([200, '2025-11-25']);
  });

  // Clients keep the id of a session that another gateway, or one before a restart, has given them (PrefectHQ/fastmcp#3073).
  test('goes on with the id of a session that nobody knows', async () => {
    expect((await rpc('ping', {}, { 'mcp-session-id': 'of-another-server' })).status).toBe(200);
  });

  test('streams nothing and cannot be ended', async () => {
    for (const method of ['GET', 'DELETE'] as const) {
      const { statusCode, headers } = await gateway.http.inject({ method, url: '/ucp/mcp' });
      expect([statusCode, headers['allow']]).toEqual([405, 'POST']);
    }
  });

  test.each([
    ['a batch', [{ jsonrpc: '2.0', id: 1, method: 'ping' }], {}, -32_600],
    ['no JSON', '{"jsonrpc"', {}, -32_700],
    ['no JSON-RPC', { id: 1, method: 'ping' }, {}, -32_600],
    // Failed on 2026-11-30: 14 MB of it were sent back, and compressed, for the points of a ping.
    ['an id that is long', { jsonrpc: '2.0', id: 'x'.repeat(1_001), method: 'ping' }, {}, -32_600],
    ['an id that is null', { jsonrpc: '2.0', id: null, method: 'ping' }, {}, -32_600],
    [
      'another version',
      { jsonrpc: '2.0', id: 1, method: 'ping' },
      { 'mcp-protocol-version': '1.0' },
      -32_600,
    ],
  ])('refuses %s', async (_what, payload, headers, code) => {
    const { status, body } = await post(payload, headers);
    expect([status, body?.error?.code]).toEqual([400, code]);
  });

  // A server refused a type that names its charset, and answered notifications with 200 (Jefferson49/webtrees-API#27).
  test('takes JSON that says how it is encoded, and answers no notification', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8', accept: 'application/json' };
    expect((await rpc('ping', {}, headers)).status).toBe(200);
    const told = await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, headers);
    expect([told.status, told.body]).toEqual([202, null]);
  });

  test('does not know other methods', async () => {
    expect((await rpc('resources/list')).body?.error?.code).toBe(-32_601);
    expect((await rpc('ping')).body?.result).toEqual({});
  });

  // A page whose name resolves to this machine would otherwise use a gateway that only this machine can reach.
  test.each([
    ['https://evil.example', 403],
    ['null', 403],
    [SHOP, 200],
  ])('of a page at %s is answered with %d', async (origin, status) => {
    expect((await rpc('ping', {}, { origin })).status).toBe(status);
  });
});

describe('tools', () => {
  // One reference that a client cannot resolve, and it has no tools (google-labs-code/stitch-sdk#367).
  test('have schemas that validators can load by themselves', async () => {
    const { body } = await rpc('tools/list');
    const { tools } = z
      .object({
        tools: z.array(
          z.object({ name: z.string(), inputSchema: z.looseObject({}), outputSchema: z.looseObject({}) }),
        ),
      })
      .parse(body?.result);
    expect(tools.map(({ name }) => name)).toEqual([
      'search_catalog',
      'lookup_catalog',
      'get_product',
      'create_cart',
      'get_cart',
      'update_cart',
      'cancel_cart',
    ]);
    expect(JSON.stringify(tools)).not.toContain('$ref');
    const ajv = new Ajv2020({ strict: false });
    for (const { inputSchema, outputSchema } of tools) {
      ajv.compile(inputSchema);
      ajv.compile(outputSchema);
    }
    const accepts = ajv.compile(tools[0]?.inputSchema ?? {});
    expect(accepts({ meta, catalog: { query: 'shirt', filters: { price: { max: 1 } } } })).toBe(true);
    expect(accepts({ meta, catalog: { like: [] } })).toBe(false);
    // Failed on 2026-11-30: a bound that nobody chose read like one of ours (JSONbored/metagraphed#9654).
    expect(JSON.stringify(tools)).not.toContain(String(Number.MAX_SAFE_INTEGER));
    const most = { filters: { price: { max: Number.MAX_SAFE_INTEGER } }, pagination: { limit: 1e9 } };
    expect((await call('search_catalog', most)).body?.result).toBeDefined();
  });

  test('answer the same as structured content and as text', async () => {
    const { body } = await call('search_catalog', { query: 'shirt' });
    const { structuredContent, content } = z
      .object({
        structuredContent: found,
        content: z.array(z.object({ type: z.string(), text: z.string() })),
      })
      .parse(body?.result);
    expect(structuredContent.products).toMatchObject([{ title: 'Shirt' }]);
    expect(found.parse(JSON.parse(content[0]?.text ?? ''))).toEqual(structuredContent);
  });

  test('report faults in their arguments as JSON-RPC does', async () => {
    const { status, body } = await call('search_catalog', {});
    expect([status, body?.error?.code]).toEqual([200, -32_602]);
    expect(body?.error?.data).toMatchObject({ messages: [{ path: '$' }] });
    expect((await call('no_such_tool', {})).body?.error?.code).toBe(-32_602);
    const tooMany = await call('lookup_catalog', { ids: Array.from({ length: 51 }, (_, n) => `${n}`) });
    expect(tooMany.body?.error).toMatchObject({ code: -32_602, data: { code: 'request_too_large' } });
  });

  test('know who calls from the call, or from the header that REST has', async () => {
    const unknown = await call('search_catalog', { query: 'shirt' }, {});
    expect([unknown.status, unknown.body?.error]).toMatchObject([
      400,
      { code: -32_001, data: { code: 'invalid_profile_url', continue_url: SHOP } },
    ]);
    const params = { name: 'search_catalog', arguments: { catalog: { query: 'shirt' } } };
    const known = await rpc('tools/call', params, { 'ucp-agent': `profile="${AGENT}"` });
    expect(known.body?.result).toBeDefined();
  });

  test('answer outcomes that are errors as results', async () => {
    const { body } = await call('get_product', { id: 'nothing' });
    expect(body?.result?.['structuredContent']).toMatchObject({
      ucp: { status: 'error' },
      messages: [{ code: 'not_found' }],
    });
  });
});

// Failed on 2026-11-30: they were answered to anybody, and cost nothing.
describe('what no tool answers', () => {
  test.each(['initialize', 'ping', 'tools/list', 'nonsense'])(
    '%s needs a valid key, if any',
    async (method) => {
      const { status, body } = await rpc(method, {}, { authorization: 'Bearer nonsense' });
      expect(status).toBe(401);
      expect(body).toMatchObject({ id: 7, error: { code: -32_000, data: { code: 'unauthenticated' } } });
    },
  );

  test('is paid for', async () => {
    const budgets = new MemoryBudgets(AMPLE);
    const own = await startTestGateway(seedMarkets, { agents: approvedAgent(), budgets });
    try {
      const take = jest.spyOn(budgets, 'take');
      const methods = ['tools/list', 'ping', 'tools/call'];
      for (const method of methods) {
        const payload = { jsonrpc: '2.0', id: 1, method };
        const { statusCode } = await own.http.inject({ method: 'POST', url: '/ucp/mcp', payload });
        expect(statusCode).toBe(200);
      }
      expect(take.mock.calls.map(([, points]) => points)).toEqual(methods.map(() => 10));
      take.mockClear();
      // Failed on 2026-11-30: 40 addresses kept others waiting for seconds with notifications of 64 kB.
      const unanswered = [
        [{ jsonrpc: '2.0', method: 'notifications/initialized' }, {}],
        [{ jsonrpc: '2.0', id: 1, result: {} }, {}],
        [[], {}],
        [{ jsonrpc: '2.0', id: 1, method: 'ping' }, { 'mcp-protocol-version': '1.0' }],
      ] as const;
      for (const [payload, headers] of unanswered)
        await own.http.inject({ method: 'POST', url: '/ucp/mcp', headers, payload });
      expect(take.mock.calls.map(([, points]) => points)).toEqual(unanswered.map(() => 50));
    } finally {
      await own.close();
    }
  });
});
