import { createServer } from 'node:net';
import type { Address } from '../config.js';
import { errorCode, OperatorError } from '../platform/operator-error.js';

/** The environment variables that an address comes from. */
interface ListenVariables {
  readonly host: string;
  readonly port: string;
}

export const METRICS_VARIABLES: ListenVariables = {
  host: 'VITRINE_METRICS_HOST',
  port: 'VITRINE_METRICS_PORT',
};

/**
 * Checks whether the gateway will be able to listen, before the long part of its startup.
 * @throws OperatorError
 */
export async function assertCanListen({ host, port }: Address, variables: ListenVariables): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true }, resolve);
    });
    await new Promise((resolve) => server.close(resolve));
  } catch (error) {
    throw explainListenError(error, { host, port }, variables);
  }
}

/** Converts an error about an address that cannot be listened on to its remedy; returns other errors unchanged. */
export function explainListenError(
  error: unknown,
  { host, port }: Address,
  variables: ListenVariables,
): unknown {
  const sentence = (): string | null => {
    switch (errorCode(error)) {
      case 'EADDRINUSE':
        return `Port ${port} of ${host} is in use: stop the process that uses it, or set ${variables.port} to another port.`;
      case 'EACCES':
        return `This user cannot listen on port ${port}: set ${variables.port} to one above 1023.`;
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
      case 'EAI_AGAIN':
        return `${host} is not an address of this machine: set ${variables.host} to one, such as 127.0.0.1 or 0.0.0.0.`;
      default:
        return null;
    }
  };
  const told = sentence();
  return told === null ? error : new OperatorError(told, { cause: error });
}
