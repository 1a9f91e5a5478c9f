/** Follows Postgres into an embedded index, as a gateway does. `stop` answers with the milliseconds of CPU that it took. */
import 'reflect-metadata';
import { pino } from 'pino';
import { z } from 'zod';
import { openChangeListener } from '../src/platform/change-listener.js';
import { openDatabase } from '../src/platform/postgres.js';
import { lineProgress } from '../src/platform/progress.js';
import { openFollowedIndex } from '../src/sync/followed-index.js';
import { DEFAULT_ENCODER } from '../src/vision/encoder.js';
import { readManifest } from '../src/vision/manifest.js';
import { takeOrders } from './take-orders.js';

const order = z.enum(['start', 'stop']);

const [url = ''] = process.argv.slice(2);
const log = pino({ level: 'warn' }, process.stderr);
const encoder = await readManifest(DEFAULT_ENCODER);
const db = openDatabase(url, (err) => log.warn({ err }));
let stop: (() => Promise<number>) | null = null;

async function follow(): Promise<() => Promise<number>> {
  const changes = openChangeListener({ url, log });
  const progress = lineProgress(() => undefined, Date.now);
  const followed = await openFollowedIndex({ db, encoder, qdrant: null, changes, log, progress });
  await followed.catchUp();
  const before = process.cpuUsage();
  return async () => {
    const { user, system } = process.cpuUsage(before);
    await followed.close();
    await changes.close();
    return (user + system) / 1_000;
  };
}

takeOrders(async (received) => {
  if (order.parse(received) === 'stop') return (await stop?.()) ?? 0;
  stop = await follow();
  return 0;
});
