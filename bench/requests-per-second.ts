import autocannon from 'autocannon';

/** In flight at once: enough to keep a server busy, few enough not to measure a queue. */
export const CONNECTIONS = 10;

/** An operation with its variables. */
export interface Asked {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * How many of these operations, in rotation, a GraphQL server answers within `seconds`.
 *
 * @throws Error when a request fails or is refused
 */
export async function requestsPerSecond(
  url: string,
  operations: readonly Asked[],
  seconds: number,
): Promise<number> {
  const result = await autocannon({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    connections: CONNECTIONS,
    duration: seconds,
    requests: operations.map((operation) => ({ body: JSON.stringify(operation) })),
  });
  if (result.errors + result.non2xx > 0)
    throw new Error(`${result.errors} requests to ${url} failed, ${result.non2xx} were refused.`);
  return result['2xx'] / result.duration;
}
