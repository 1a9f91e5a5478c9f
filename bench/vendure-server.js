/**
 * Vendure with its own search, filled with the products of a CSV in Vendure's format. It comes from the folder
 * VITRINE_VENDURE, since it is not a dependency of this project. Prints its URL once everything is searchable.
 */
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

const {
  VITRINE_VENDURE: folder,
  PRODUCTS_CSV: products,
  IMAGES: images,
  DATABASE_URL: database,
} = process.env;
const require = createRequire(`${folder}/package.json`);
// Its server reads this before any of it is loaded.
process.chdir(folder);
const vendure = require('@vendure/core');
const { importProductsFromCsv, populateInitialData } = require('@vendure/core/cli');
const pg = require('pg');

const POLL_MS = 200;

const admin = new pg.Client(database);
await admin.connect();
await admin.query('CREATE DATABASE vendure');
await admin.end();
const { hostname, port, username, password } = new URL(database);

/** Nobody asks for the pictures themselves: a list needs only their URLs. */
const files = new Map();
const inMemory = {
  writeFileFromBuffer: async (name, data) => {
    files.set(name, data);
    return name;
  },
  writeFileFromStream: async (name, stream) => {
    files.set(name, await buffer(stream));
    return name;
  },
  readFileToBuffer: async (name) => files.get(name),
  readFileToStream: async (name) => Readable.from(files.get(name)),
  deleteFile: async (name) => void files.delete(name),
  fileExists: async (name) => files.has(name),
  toAbsoluteUrl: (request, name) => `http://${request.headers.host}/assets/${name}`,
};

const app = await vendure.bootstrap({
  apiOptions: {
    hostname: '127.0.0.1',
    port: await freePort(),
    shopApiPath: 'shop-api',
    adminApiPath: 'admin-api',
  },
  authOptions: {
    superadminCredentials: { identifier: 'bench', password: 'bench' },
    cookieOptions: { secret: 'bench' },
  },
  logger: new vendure.DefaultLogger({ level: vendure.LogLevel.Error }),
  dbConnectionOptions: {
    type: 'postgres',
    synchronize: true,
    logging: false,
    database: 'vendure',
    host: decodeURIComponent(hostname),
    port: Number(port),
    username: decodeURIComponent(username),
    password: decodeURIComponent(password),
  },
  paymentOptions: { paymentMethodHandlers: [] },
  assetOptions: {
    assetStorageStrategy: inMemory,
    assetPreviewStrategy: { generatePreviewImage: (_ctx, _type, data) => Promise.resolve(data) },
  },
  importExportOptions: { importAssetsDir: images },
  plugins: [vendure.DefaultSearchPlugin.init({ bufferUpdates: false, indexStockStatus: true })],
});
const languageCode = vendure.LanguageCode.en;
await populateInitialData(app, {
  defaultLanguage: languageCode,
  defaultZone: 'Europe',
  countries: [{ name: 'Germany', code: 'DE', zone: 'Europe' }],
  taxRates: [{ name: 'Standard', percentage: 0 }],
  shippingMethods: [],
  paymentMethods: [],
  collections: [],
});
const imported = await importProductsFromCsv(app, products, languageCode);
if (imported.errors.length > 0) throw new Error(imported.errors.join('\n'));

await app.get(vendure.JobQueueService).start();
const context = await app.get(vendure.RequestContextService).create({ apiType: 'admin', languageCode });
const jobs = app.get(vendure.ConfigService).jobQueueOptions.jobQueueStrategy;
const job = await app.get(vendure.SearchService).reindex(context);
for (;;) {
  const { state, error } = await jobs.findOne(job.id);
  if (state === 'COMPLETED') break;
  if (state === 'FAILED') throw new Error(`Vendure did not index its products: ${error}`);
  await sleep(POLL_MS);
}
console.log(await app.getUrl());
process.on('SIGTERM', () => void app.close().then(() => process.exit()));

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
