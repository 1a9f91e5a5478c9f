import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { print } from 'graphql';
import { pino } from 'pino';
import { touchProducts } from '../../../src/catalog/write/product.store.js';
import { runImageJobs, type ImageJobs } from '../../../src/images/jobs/run-image-jobs.js';
import { openImageFetcher, type ImageFetcher } from '../../../src/images/fetch-image.js';
import { DEFAULT_ENCODER, openEncoder, type Encoder } from '../../../src/vision/encoder.js';
import { ProductsUpsertDocument } from '../../generated/graphql.js';
import { seedApiKey } from '../../support/api-keys.js';
import { seedMarkets } from '../../support/catalog.js';
import { startTestGateway, type TestGateway } from '../../support/gateway.js';
import { until } from '../../support/waiting.js';
import { fixture } from '../../vision/support.js';
import { startImageServer, type ImageServer } from './support.js';

let server: ImageServer;
let fetcher: ImageFetcher;
let encoder: Encoder;
let gateway: TestGateway;
let jobs: ImageJobs;
beforeAll(async () => {
  server = await startImageServer();
  fetcher = openImageFetcher({ allows: (address) => address === '127.0.0.1', ca: server.ca });
  encoder = await openEncoder({ directory: DEFAULT_ENCODER });
  gateway = await startTestGateway(seedMarkets, { encoder });
  jobs = await runImageJobs({
    db: gateway.db,
    encoder,
    images: gateway.services.catalogImages,
    uploads: gateway.services.uploads,
    fetcher,
    touchProducts,
    // Found by polling: a missed notification costs only a moment.
    changes: { onChange: () => () => undefined },
    log: pino({ level: 'silent' }),
  });
});
afterAll(async () => {
  await jobs.close();
  await gateway.close();
  await encoder.close();
  await fetcher.close();
  await server.close();
});

const DRESS = fixture('drawn-dress-dotted.jpg');

test('a product that a merchant adds is found by a photo of it, once it has its image, a price and stock', async () => {
  server.answers('/dress.jpg', DRESS);
  server.answers('/tee.jpg', fixture('drawn-tee-striped.jpg'));
  const products = ['dress', 'tee'].map((handle) => ({
    handle,
    title: `A ${handle}`,
    category: 'Clothing',
    images: [{ url: `${server.origin}/${handle}.jpg`, altText: 'From the front' }],
    skus: [{ code: handle, options: [{ name: 'size', value: 'M' }] }],
  }));
  const answer = await gateway.ask(
    print(ProductsUpsertDocument),
    { input: { products } },
    await seedApiKey(gateway.db),
  );
  expect(answer).toMatchObject({
    errors: [],
    data: { productsUpsert: { pendingImages: 2, userErrors: [] } },
  });
  await gateway.db.query(`
    INSERT INTO prices (price_list_id, sku_id, amount)
      SELECT price_lists.id, skus.id, 4990 FROM price_lists, skus WHERE price_lists.handle = 'eu';
    INSERT INTO stock_levels (sku_id, location_id, on_hand)
      SELECT skus.id, stock_locations.id, 3 FROM stock_locations, skus WHERE stock_locations.handle = 'berlin'`);
  await until('both images are in', async () => {
    const { rowCount } = await gateway.db.query('SELECT FROM image_jobs');
    return rowCount === 0;
  });
  await gateway.catchUp();
  const found = await gateway.ask(
    `query ($image: ImageInput!) {
      visualSearch(query: { like: [{ image: $image }] }, where: { options: [{ name: "size", values: ["M"] }] }) {
        edges { score node { handle } image { altText } skus { code price { amount } } }
      }
    }`,
    { image: { base64: DRESS.toString('base64') } },
  );
  expect(found).toMatchObject({
    errors: [],
    data: {
      visualSearch: {
        edges: [
          {
            score: expect.closeTo(1, 3),
            node: { handle: 'dress' },
            image: { altText: 'From the front' },
            skus: [{ code: 'dress', price: { amount: '49.90' } }],
          },
          { node: { handle: 'tee' } },
        ],
      },
    },
  });
});
