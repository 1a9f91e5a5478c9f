import { errorMessage } from '../platform/operator-error.js';
import type { Database } from '../platform/postgres.js';
import { readSchemaVersion, SchemaMismatchError, tooNew } from '../platform/schema-version.js';
import { within } from '../platform/within.js';
import type { Readiness } from '../server/health.js';
import type { AwaitedIndex } from '../sync/awaited-index.js';

/** Less than load balancers wait for a readiness check: a silent index must not make the gateway look unready. */
const INDEX_CHECK_MS = 1_000;

/** Without the index, the gateway is ready all the same: products, stock, and holds do not need it. */
export async function readiness(
  db: Database,
  { index, missing }: Pick<AwaitedIndex, 'index' | 'missing'>,
): Promise<Readiness> {
  const check = async <T>(work: Promise<T>, well: (answer: T) => string): Promise<[boolean, string]> =>
    work.then(
      (answer) => [true, well(answer)],
      (error: unknown) => [false, errorMessage(error)],
    );
  const [[hasPostgres, postgres], [hasIndex, points]] = await Promise.all([
    check(refuseNewerSchema(db), () => 'ok'),
    check(within(index.count(), INDEX_CHECK_MS), (count) => `${index.name}, ${count} images`),
  ]);
  const reached = hasIndex ? 'ok' : 'degraded';
  return {
    status: hasPostgres ? reached : 'unavailable',
    checks: { postgres, index: hasIndex ? points : `degraded: ${missing() ?? points}` },
  };
}

/** @throws OperatorError when a newer version migrated the database after this one started */
export async function refuseNewerSchema(db: Database): Promise<void> {
  const version = await readSchemaVersion(db);
  if (version.unknown.length > 0) throw new SchemaMismatchError(tooNew(version));
}
