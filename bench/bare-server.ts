/**
 * The baseline for the gateway's search: Node's `http`, the same index, the same SQL, object literals, and
 * JSON.stringify; no GraphQL, no framework, no limits, no metrics. It answers only the body of SEARCH_PAGE.
 */
import 'reflect-metadata';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { z } from 'zod';
import { ChannelStore } from '../src/catalog/channel.store.js';
import type { Channel } from '../src/catalog/channel.types.js';
import { NEVER_ABORTED } from '../src/graph/server-context.js';
import { ImageStore } from '../src/images/image.store.js';
import { picturedFirst } from '../src/images/shown-options.js';
import { readKey } from '../src/graph/node.js';
import { checkProductFilter, sellableFirst } from '../src/catalog/product-filter.js';
import { TextMender } from '../src/catalog/mend-text.js';
import { textLanguages } from '../src/catalog/text-languages.js';
import { ProductStore } from '../src/catalog/product.store.js';
import type { Sku } from '../src/catalog/sku.types.js';
import { openDatabase } from '../src/platform/postgres.js';
import { lineProgress } from '../src/platform/progress.js';
import { formatAmount } from '../src/graph/money.js';
import { readVectorsOfProducts } from '../src/images/embedding.store.js';
import { searchPage } from '../src/search/prove-page.js';
import { vectorRanking } from '../src/search/order/by-likeness.js';
import { openFollowedIndex } from '../src/sync/followed-index.js';
import { DEFAULT_ENCODER } from '../src/vision/encoder.js';
import { readManifest } from '../src/vision/manifest.js';
import { renderedWidth } from '../src/vision/widths.js';
import { PAGE_SIZE } from './search-page.js';

/** As in SEARCH_PAGE. */
const WANTED_WIDTH = 600;
const body = z.object({ variables: z.object({ product: z.string() }) });

const log = pino({ level: 'warn' }, process.stderr);
const encoder = await readManifest(DEFAULT_ENCODER);
const db = openDatabase(process.env['DATABASE_URL'] ?? '', (err) => log.warn({ err }));
const channels = new ChannelStore(db);
const mender = new TextMender(db);
const followed = await openFollowedIndex({
  db,
  encoder,
  qdrant: null,
  log,
  progress: lineProgress(() => undefined, Date.now),
});
const services = {
  db,
  indexPosition: () => followed.position(),
  meter: { pageProven: () => undefined },
};

const server = createServer((request, response) => {
  text(request)
    .then((json) => answer(body.parse(JSON.parse(json)).variables.product, request.headers.host ?? ''))
    .then((page) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ data: { visualSearch: page } }));
    })
    .catch((error: unknown) => response.writeHead(500).end(String(error)));
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  void followed.close().then(() => db.end());
});

async function answer(id: string, host: string) {
  const key = readKey('Product', id) ?? 0;
  const channel = await channels.find(null);
  const encoded = await readVectorsOfProducts(db, encoder.id, [key]);
  const vector = mean(encoded.map((image) => image.vector));
  const condition = checkProductFilter(null, channel.currencyCode);
  const ranking = vectorRanking(followed.index, vector);
  const plan = { ranking, condition, channel, excludeProducts: [key], signal: NEVER_ABORTED };
  const { matches, next, proof } = await searchPage(services, plan, PAGE_SIZE, null);
  const [products, images] = await Promise.all([
    new ProductStore(db, channel.key, textLanguages(channel, null), mender).byKey.loadMany(
      matches.map(({ productId }) => productId),
    ),
    new ImageStore(db).byKey.loadMany(matches.map(({ pictureId }) => pictureId)),
  ]);
  return {
    edges: matches.map(({ score, passing, pictureId }, i) => {
      const product = products[i];
      const image = images[i];
      if (product instanceof Error || image instanceof Error || !product || !image)
        throw new Error('The catalog changed.');
      return {
        score,
        image: {
          url: `http://${host}/images/${encodeURIComponent(image.id)}?width=${renderedWidth(WANTED_WIDTH, image.width)}`,
          thumbhash: image.thumbhash,
        },
        node: { id: product.id, handle: product.handle, title: product.title },
        skus: picturedFirst(sellableFirst(passing), proof.shows.get(pictureId)).map((sku) =>
          skuOf(sku, channel),
        ),
      };
    }),
    pageInfo: { hasNextPage: next !== null },
  };
}

function skuOf(sku: Sku, { currencyCode, showsExactStock }: Channel) {
  return {
    id: sku.id,
    code: sku.code,
    options: sku.options,
    price: {
      amount: formatAmount(sku.amount, currencyCode),
      compareAtAmount: sku.compareAt === null ? null : formatAmount(sku.compareAt, currencyCode),
      currencyCode,
    },
    availability: {
      sellable: sku.sellable > 0,
      level: sku.level,
      quantity: showsExactStock && sku.counted ? sku.sellable : null,
    },
  };
}

/** The mean of the images' vectors: a product's query vector. */
function mean(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float64Array(encoder.dimension);
  for (const vector of vectors) vector.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value));
  const norm = Math.hypot(...sum);
  return Float32Array.from(sum, (value) => value / norm);
}
