import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { openClient, subscribe } from '../support/subscriptions.js';

const SELECTION = '{ image { id url } product { featuredImage { url } } }';

let plain: TestGateway;
let trusting: TestGateway;
let sku: string;
beforeAll(async () => {
  plain = await startTestGateway(async (db) => {
    await seedMarkets(db);
    await seedProduct(db, { handle: 'tee', vectors: [[1, 0, 0, 0]], skus: [{ code: 'TEE' }] });
  });
  trusting = await startTestGateway(() => Promise.resolve(), {
    beside: plain,
    trustedProxies: ['127.0.0.1'],
  });
  const { rows } = await plain.db.query<{ id: number }>('SELECT id FROM skus');
  sku = toGlobalId('Sku', rows[0]?.id ?? 0);
});
afterAll(async () => {
  await trusting.close();
  await plain.close();
});

const image = z.object({
  image: z.object({ id: z.string(), url: z.string() }),
  product: z.object({ featuredImage: z.object({ url: z.string() }) }),
});

/** The origins of the image URLs in responses to a WebSocket and a request with these headers. */
async function origins(url: string, headers: Record<string, string>) {
  const client = openClient(url, {}, headers);
  try {
    const watch = `subscription { availabilityChanged(skus: ["${sku}"]) ${SELECTION} }`;
    const told = await subscribe(client, watch).next();
    const over = z.object({ availabilityChanged: image }).parse(told?.data).availabilityChanged;
    const response = await fetch(url.replace('ws', 'http'), {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ query: `{ sku(id: "${sku}") ${SELECTION} }` }),
    });
    const asked = z.object({ data: z.object({ sku: image }) }).parse(await response.json()).data.sku;
    expect(new URL(over.image.url).pathname).toBe(`/images/${encodeURIComponent(over.image.id)}`);
    expect(over.product.featuredImage.url).toBe(over.image.url);
    return { socket: new URL(over.image.url).origin, request: new URL(asked.image.url).origin };
  } finally {
    await client.dispose();
  }
}

test('URLs of images are those that the client of a trusted proxy can use, also in subscriptions', async () => {
  const [url, open] = [await trusting.listen(), await plain.listen()];
  const both = (origin: string) => ({ socket: origin, request: origin });
  const shop = { 'x-forwarded-host': 'shop.example', 'x-forwarded-for': '192.0.2.1' };
  const at = async (headers: Record<string, string>) => origins(url, headers);
  expect(await at({ ...shop, 'x-forwarded-proto': 'https' })).toEqual(both('https://shop.example'));
  expect(await at({ ...shop, 'x-forwarded-proto': 'wss' })).toEqual(both('https://shop.example'));
  expect(await at({ ...shop, 'x-forwarded-proto': 'ws' })).toEqual(both('http://shop.example'));
  // Values that a client adds come before those of the proxy.
  const lie = { 'x-forwarded-host': 'evil.example, shop.example', 'x-forwarded-proto': 'http, https' };
  expect(await at(lie)).toEqual(both('https://shop.example'));
  const own = (address: string) => new URL(address.replace('ws', 'http')).origin;
  expect(await at({})).toEqual(both(own(url)));
  expect(await origins(open, { ...shop, 'x-forwarded-proto': 'https' })).toEqual(both(own(open)));
});
