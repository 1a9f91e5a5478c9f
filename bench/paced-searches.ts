import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { SEARCH_PAGE } from './search-page.js';

/** Well within a gateway's capacity, so that it measures latency and no queue. */
export const SEARCHES_PER_SECOND = 25;

/** Durations in milliseconds; searches are sent at a fixed rate, even if earlier ones are unanswered. */
export async function searchAtPace(url: string, ids: readonly string[], seconds: number): Promise<number[]> {
  const pool = new Pool(url);
  const start = performance.now();
  const ask = async (n: number): Promise<number> => {
    const due = start + (n * 1_000) / SEARCHES_PER_SECOND;
    await sleep(Math.max(0, due - performance.now()));
    const sent = performance.now();
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: SEARCH_PAGE, variables: { product: ids[n % ids.length] } }),
    });
    const answer = await body.text();
    if (statusCode !== 200 || answer.includes('"errors"')) throw new Error(answer);
    return performance.now() - sent;
  };
  const times = await Promise.all(Array.from({ length: seconds * SEARCHES_PER_SECOND }, (_, n) => ask(n)));
  await pool.close();
  return times;
}
