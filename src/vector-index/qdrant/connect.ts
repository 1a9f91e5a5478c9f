import type { Logger } from 'pino';
import { OperatorError } from '../../platform/operator-error.js';
import { QdrantConnection, type QdrantServer, statusOf } from './connection.js';

/** The first version that can make an upsert depend on the existing point. */
const OLDEST = [1, 16] as const;

/** The server does not answer. It may do so later. */
export class QdrantUnreachable extends OperatorError {}

/** @throws QdrantUnreachable; OperatorError when the key is wrong or the server is too old */
export async function connect(
  options: QdrantServer & { readonly log?: Pick<Logger, 'info' | 'warn'> },
): Promise<{ connection: QdrantConnection; version: string }> {
  const connection = new QdrantConnection(options, options.log);
  const { version } = await connection
    // Needs the API key, unlike the version.
    .read((client) => client.getAliases())
    .then(() => connection.read((client) => client.versionInfo()))
    .catch((cause: unknown) => {
      const status = statusOf(cause);
      if (status === 401 || status === 403) {
        throw new OperatorError(`Qdrant at ${options.url} cannot be used: check QDRANT_API_KEY.`, { cause });
      }
      throw new QdrantUnreachable(
        `Qdrant at ${options.url} cannot be used: check QDRANT_URL, and that Qdrant is running.`,
        { cause },
      );
    });
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new OperatorError(
      `Qdrant at ${options.url} has version ${version}, but Vitrine needs ${OLDEST.join('.')} or newer: upgrade it.`,
    );
  }
  return { connection, version };
}
