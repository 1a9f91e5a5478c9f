import type { Database } from '../platform/postgres.js';
import { startDatabase } from '../platform/start-database.js';
import { EXIT } from './exit-codes.js';
import { runCommand, type Session } from './session.js';

/** Runs a command that needs only the database. */
export function runOnDatabase(work: (db: Database, session: Session) => Promise<void>): Promise<void> {
  return runCommand(async (session) => {
    const { config, log } = session;
    const database = await startDatabase(config, log);
    try {
      await work(database.db, session);
      return EXIT.done;
    } finally {
      await database.close();
    }
  });
}
