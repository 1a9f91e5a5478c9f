import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEMO_FEED, openShop } from './shop.js';
import type { Benchmark } from './types.js';

const ROUNDS = 3;
/** Until what only the start needed is gone. */
const REST_MS = 60_000;
const BYTES_A_MB = 1_000_000;

export const benchmarks: Benchmark[] = [
  {
    name: 'idle-memory',
    description: 'the memory of a gateway that nobody asks anything, a minute after its start',
    skip: () => (existsSync(statusOf('self')) ? undefined : 'this system has no /proc'),
    async run(report, progress) {
      const shop = await openShop();
      try {
        progress('importing the demo catalog');
        await shop.import(DEMO_FEED);
        const a: number[] = [];
        for (let round = 1; round <= ROUNDS; round += 1) {
          progress(`round ${round} of ${ROUNDS}`);
          const gateway = await shop.serve({ VITRINE_DEMO: '0' });
          await sleep(REST_MS);
          a.push((await residentBytes(gateway.pid)) / BYTES_A_MB);
          await gateway.stop();
        }
        report({
          name: 'a gateway with the demo catalog and the embedded index',
          unit: 'MB',
          a,
          b: [],
          target: { of: 'a', op: '<=', value: 220 },
          note: 'resident memory of `vitrine serve`, all its threads included; its Postgres and its decoders are processes of their own',
        });
      } finally {
        await shop.close();
      }
    },
  },
];

const statusOf = (pid: number | 'self'): string => `/proc/${pid}/status`;

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(statusOf(pid), 'utf8');
  return 1_024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}
