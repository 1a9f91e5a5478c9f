/** Writes products, prices, and stock in large calls, one after another on a few connections, until it is stopped. */
import { z } from 'zod';
import { ask } from './graphql.js';
import { serveLoad } from './serve-load.js';

/** As a partner's nightly job does. */
const CONCURRENCY = 4;
const ENTRIES = 250;
const SIZES = ['XS', 'S', 'M', 'L', 'XL'];

const UPSERT = `mutation ($input: ProductsUpsertInput!) {
  productsUpsert(input: $input) { products { id } userErrors { message } } }`;
const STOCK = `mutation ($input: StockSetInput!) { stockSet(input: $input) { levels { code } userErrors { message } } }`;
const PRICES = `mutation ($input: PricesSetInput!) { pricesSet(input: $input) { skus { code } userErrors { message } } }`;

const payloads = z.record(z.string(), z.object({ userErrors: z.tuple([]) }));
const [url = '', secret = '', location = ''] = process.argv.slice(2);

serveLoad(CONCURRENCY, async (lane, isStopped, did) => {
  for (let round = 0; !isStopped(); round += 1) {
    const handles = Array.from({ length: ENTRIES / SIZES.length }, (_, n) => `bulk-${lane}-${n}`);
    const skus = handles.flatMap((handle) => SIZES.map((size) => `${handle}-${size}`));
    await write(UPSERT, {
      products: handles.map((handle) => ({
        handle,
        title: `Bulk ${handle} ${round}`,
        category: 'Tops > Shirts',
        skus: SIZES.map((size) => ({ code: `${handle}-${size}`, options: [{ name: 'size', value: size }] })),
      })),
    });
    await write(PRICES, {
      entries: skus.map((sku) => ({ sku, amount: `${100 + (round % 50)}.00`, currencyCode: 'EUR' })),
    });
    await write(STOCK, { entries: skus.map((sku) => ({ sku, location, onHand: 1 + (round % 50) })) });
    did(3 * ENTRIES);
  }
});

async function write(document: string, input: Record<string, unknown>): Promise<void> {
  await ask(url, payloads, document, { input }, secret);
}
