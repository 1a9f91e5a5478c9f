import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest } from '@jest/globals';
import { pino } from 'pino';
import sharp from 'sharp';
import { z } from 'zod';
import { openKnownAgents } from '../../src/agents/ucp/known-agents.js';
import { CART, LOOKUP, SEARCH, UCP_VERSION } from '../../src/agents/ucp/protocol.js';
import { importFeed } from '../../src/import/import-feed.js';
import { type Encoder, openEncoder } from '../../src/vision/encoder.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { silentProgress } from '../support/progress.js';
import { smallEncoderFolder } from '../support/small-encoder.js';
import { pathOf, runTool, testWith } from './tools/tools.js';

/** What the tools of others say about the doors for agents. */

jest.setTimeout(300_000);

const ALL = {
  ucp: {
    version: UCP_VERSION,
    capabilities: Object.fromEntries(
      [SEARCH, LOOKUP, CART].map((name) => [name, [{ version: UCP_VERSION }]]),
    ),
  },
};
/** The profiles that the tools say they have. */
const AGENTS = [
  'https://spck.dev/agent',
  `https://shopify.dev/ucp/agent-profiles/${UCP_VERSION}/valid-with-capabilities.json`,
];
/** More than two pages of 10. */
const POTS = 24;

let encoder: Encoder;
let gateway: TestGateway;
let folder: string;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-tools-'));
  encoder = await openEncoder({ directory: smallEncoderFolder() });
  gateway = await startTestGateway(
    async (db, images) => {
      const rows: string[] = [];
      for (let n = 0; n < POTS; n += 1) {
        await sharp(await picture(n)).toFile(join(folder, `${n}.png`));
        for (const size of ['S', 'L'])
          rows.push(`POT-${n}-${size}\tpot-${n}\tPot ${n}\t${n}.png\tin_stock\t9.50 EUR\t70\t${size}`);
      }
      const feed = join(folder, 'feed.tsv');
      await writeFile(
        feed,
        `id\titem_group_id\ttitle\timage_link\tavailability\tprice\tquantity\tsize\n${rows.join('\n')}\n`,
      );
      await importFeed(
        { db, encoder, images, log: pino({ level: 'silent' }), progress: silentProgress },
        { feed },
      );
    },
    {
      encoder,
      // The tools make several carts from one address.
      guestLimits: { share: 1 },
      agents: { known: openKnownAgents(new Map(AGENTS.map((agent) => [agent, ALL]))), publicUrl: null },
    },
  );
  url = (await gateway.listen()).replace('ws', 'http').replace('/graphql', '');
});
afterAll(async () => {
  await gateway.close();
  await encoder.close();
  await rm(folder, { recursive: true });
});

/** A picture of one color, which no other has. */
const picture = (n: number): Promise<Buffer> =>
  sharp({
    create: {
      width: 64,
      height: 64,
      channels: 3,
      background: { r: (n * 37) % 256, g: (n * 91) % 256, b: (n * 53) % 256 },
    },
  })
    .png()
    .toBuffer();

async function post(path: string, body: object): Promise<unknown> {
  const response = await fetch(`${url}/ucp/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'ucp-agent': `profile="${AGENTS[0] ?? ''}"` },
    body: JSON.stringify(body),
  });
  return response.json();
}
const products = z.object({
  products: z
    .array(z.object({ id: z.string(), title: z.string(), variants: z.array(z.object({ id: z.string() })) }))
    .min(1),
});
const firstOf = async (query: string) => {
  const [product] = products.parse(await post('/catalog/search', { query })).products;
  if (product === undefined) throw new Error('nothing was found');
  return { id: product.id, variant: product.variants[0]?.id ?? '' };
};

testWith(['spck-conformance'], 'spck-conformance finds nothing that violates UCP', async () => {
  const { id, variant } = await firstOf('pot');
  const config = join(folder, 'spck.json');
  await writeFile(
    config,
    JSON.stringify({
      product_id: variant,
      currency: 'EUR',
      catalog: {
        variant_id: variant,
        max_batch: 50,
        configurable_product_id: id,
        paginated_query: 'pot',
        paginated_total: POTS,
      },
    }),
  );
  const { output } = await runTool('spck-conformance', ['--server', url, '--config', config]);
  expect(output).toContain('0 violated');
  for (const check of [
    'catalog.pagination_cursor_walk',
    'catalog.getproduct_selected',
    'mcp.catalog_search',
    'cart.line_item_shape',
  ])
    expect(output.slice(output.indexOf('PASSED'), output.indexOf('NOT TESTED'))).toContain(check);
});

testWith(['ucp-cli', 'node'], 'ucp-cli finds a product by its picture, and reserves it', async () => {
  const home = await mkdtemp(join(folder, 'home-'));
  const ucp = async <T>(schema: z.ZodType<T>, ...args: string[]): Promise<T> => {
    const { output } = await runTool('ucp-cli', [...args, '--business', url, '--format', 'json'], {
      HOME: home,
      UCP_TEST_ALLOW_INSECURE_LOCALHOST: 'true',
    });
    return z.object({ result: schema }).parse(JSON.parse(output)).result;
  };
  const search = join(folder, 'like.json');
  const image = { content_type: 'image/png', data: (await picture(7)).toString('base64') };
  await writeFile(
    search,
    JSON.stringify({ like: [{ image }], filters: { options: [{ name: 'size', values: ['L'] }] } }),
  );
  const [pot] = (await ucp(products, 'catalog', 'search', '--input', `@${search}`)).products;
  expect(pot?.title).toBe('Pot 7');
  const cart = z.looseObject({ id: z.string(), line_items: z.array(z.object({ quantity: z.number() })) });
  const lines = (quantity: number): string =>
    JSON.stringify({ line_items: [{ item: { id: pot?.variants[0]?.id }, quantity }] });
  const { id } = await ucp(cart, 'cart', 'create', '--input', lines(2));
  const updated = await ucp(cart, 'cart', 'update', id, '--input', lines(3));
  expect([updated.id, updated.line_items[0]?.quantity]).toEqual([id, 3]);
  expect(await ucp(cart, 'cart', 'cancel', id)).toMatchObject({ id });
  const gone = await ucp(z.object({ messages: z.array(z.object({ code: z.string() })) }), 'cart', 'get', id);
  expect(gone.messages).toMatchObject([{ code: 'not_found' }]);
});

testWith(
  ['mcp-conformance', 'node'],
  'the conformance tests of MCP pass, of what the server has',
  async () => {
    for (const scenario of ['server-initialize', 'ping', 'tools-list', 'dns-rebinding-protection']) {
      const args = ['server', '--url', `${url}/ucp/mcp`, '--scenario', scenario];
      const { code, output } = await runTool('mcp-conformance', args);
      expect(`${scenario}: ${code}\n${code === 0 ? '' : output}`).toBe(`${scenario}: 0\n`);
    }
  },
);

testWith(['ucp-schema', 'UCP’s schemas'], 'every answer is as the schemas of UCP say', async () => {
  const schemas = pathOf('UCP’s schemas');
  const base = [
    '--response',
    '--schema-local-base',
    join(schemas, '..'),
    '--schema-remote-base',
    'https://ucp.dev',
  ];
  const check = async (answer: unknown, schema: string, op: string, def?: string): Promise<void> => {
    const path = join(folder, 'answer.json');
    await writeFile(path, JSON.stringify(answer));
    const args = [
      'validate',
      ...base,
      '--schema',
      join(schemas, schema),
      '--op',
      op,
      ...(def === undefined ? [] : ['--def', def]),
      path,
    ];
    const { code, output } = await runTool('ucp-schema', args);
    expect(`${code}: ${code === 0 ? '' : output}`).toBe('0: ');
  };
  const { id, variant } = await firstOf('pot');
  const image = { content_type: 'image/png', data: (await picture(3)).toString('base64') };
  const search = 'shopping/catalog_search.json';
  const lookup = 'shopping/catalog_lookup.json';
  const error = 'common/types/error_response.json';
  const lines = { line_items: [{ item: { id: variant }, quantity: 1 }] };
  const cart = await post('/carts', lines);
  const { id: cartId } = z.object({ id: z.string() }).parse(cart);
  await check(await post('/catalog/search', { query: 'pot' }), search, 'search', 'search_response');
  await check(await post('/catalog/search', { query: 'nothing' }), search, 'search', 'search_response');
  await check(
    await post('/catalog/search', { like: [{ image }], query: 'pot' }),
    search,
    'search',
    'search_response',
  );
  await check(
    await post('/catalog/lookup', { ids: [id, variant, 'x'] }),
    lookup,
    'lookup',
    'lookup_response',
  );
  await check(await post('/catalog/product', { id }), lookup, 'get_product', 'get_product_response');
  await check(await post('/catalog/product', { id: 'x' }), error, 'read');
  await check(cart, 'shopping/cart.json', 'read');
  await check(await post(`/carts/${cartId}/cancel`, {}), 'shopping/cart.json', 'read');
  await check(await post(`/carts/${cartId}/cancel`, {}), error, 'read');
  const profile: unknown = await (await fetch(`${url}/.well-known/ucp`)).json();
  await check(profile, 'profile.json', 'read', 'business_schema');
});
