import { noGates } from './gates.js';
import { noPhotographs, PHOTOGRAPHS_FEED } from './photographs.js';
import { openShop } from './shop.js';
import type { Benchmark, Measurement } from './types.js';

/** A bench of street photographs, asked of a gateway whose catalog is the flat lays. */
export const streetBenchmark = (
  name: string,
  description: string,
  measure: (
    url: string,
    report: (measurement: Measurement) => void,
    progress: (line: string) => void,
  ) => Promise<void>,
): Benchmark => ({
  name,
  description,
  skip: () => noGates() ?? noPhotographs(),
  async run(report, progress) {
    const shop = await openShop();
    try {
      progress('importing the photographs');
      await shop.import(PHOTOGRAPHS_FEED);
      const { url } = await shop.serve();
      await measure(url, report, progress);
    } finally {
      await shop.close();
    }
  },
});
