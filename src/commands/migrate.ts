import { Command } from 'commander';
import { prepareDataFolder } from '../platform/data-folder.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { runCommand, type Session } from './session.js';

interface Options {
  readonly check?: boolean;
}

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('migrate the database to the version of this program')
    .option('--check', 'change nothing; only report whether the database is up to date')
    .addHelpText(
      'after',
      `
Run it before you start a new version on your own Postgres (DATABASE_URL). All other commands only check the version
of the database. The embedded Postgres is migrated at each start, so it does not need this command. Several processes
can run it at once: one works, and the others wait. All migrations run in one transaction.

Exit code: 0 when the database is up to date; 1 when a migration failed; 3 when --check finds missing migrations, or
when a newer version of Vitrine has migrated the database so that this one cannot work with it.

Examples:
  DATABASE_URL=postgres://shop:secret@db/shop vitrine migrate
  vitrine migrate --check`,
    )
    .action((options: Options) => runCommand((session) => migrateDatabase(session, options.check ?? false)));
}

async function migrateDatabase({ config, log }: Session, isCheck: boolean): Promise<ExitCode> {
  if (config.databaseUrl === null) await prepareDataFolder(config.dataFolder);
  // Loaded late, so that --help is fast.
  const [{ connectDatabase }, { migrate }, { readSchemaVersion, SchemaMismatchError, tooNew }] =
    await Promise.all([
      import('../platform/start-database.js'),
      import('../platform/migrate.js'),
      import('../platform/schema-version.js'),
    ]);
  const database = await connectDatabase(config, log);
  try {
    const version = await readSchemaVersion(database.db);
    if (version.unknown.length > 0) throw new SchemaMismatchError(tooNew(version));
    const { pending } = version;
    if (pending.length === 0) {
      process.stdout.write('The database is up to date.\n');
      return EXIT.done;
    }
    if (isCheck) {
      process.stdout.write(`Missing migrations: ${pending.join(', ')}.\n`);
      return EXIT.schemaMismatch;
    }
    const applied = await migrate(database.url, log);
    process.stdout.write(`Migrated: ${applied.join(', ') || 'another process did it first'}.\n`);
    return EXIT.done;
  } finally {
    await database.close();
  }
}
