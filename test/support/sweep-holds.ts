import 'reflect-metadata';
import { pino } from 'pino';
import { sweepExpiredHolds } from '../../src/holds/sweep-holds.js';
import type { TestGateway } from './gateway.js';
import { until } from './waiting.js';

/** Looks for expired holds as a gateway does, until it has ended all of them. */
export async function sweepHolds({ db, services }: TestGateway): Promise<void> {
  const sweeper = sweepExpiredHolds(db, pino({ level: 'silent' }), services.meter);
  await until('expired holds are swept', async () => {
    const { rowCount } = await db.query(`SELECT FROM holds WHERE status = 'ACTIVE' AND expires_at < now()`);
    return rowCount === 0;
  });
  await sweeper.close();
}
