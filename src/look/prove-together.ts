import DataLoader from 'dataloader';
import type { Channel } from '../catalog/channel.types.js';
import type { ProductCondition } from '../catalog/product-filter.js';
import { turnOnLoop } from '../platform/loop-turns.js';
import { groupBy } from '../platform/group-by.js';
import type { Candidate, Proof } from '../search/prove.store.js';
import { proverOf, type Prove, type ProofServices } from '../search/prove-page.js';

interface Asked {
  readonly channel: Channel;
  readonly condition: ProductCondition;
  readonly candidates: readonly Candidate[];
}

/** Proves simultaneous requests with the same condition in one statement, and thus in one snapshot. */
export function proveTogether(services: ProofServices): Prove {
  const proveAll = proverOf(services);
  const loader = new DataLoader<Asked, Proof>(
    async (asked) => {
      await turnOnLoop();
      const proofs = new Map<Asked, Promise<Proof>>();
      for (const alike of groupBy(asked, sameStatement).values()) {
        const [first] = alike;
        if (first === undefined) continue;
        const all = alike.flatMap(({ candidates }) => candidates);
        const distinct = new Map(all.map((one) => [one.imageId, one]));
        const proof = proveAll(first.channel, first.condition, [...distinct.values()], 'SKUS');
        for (const one of alike) proofs.set(one, proof);
      }
      return Promise.all(
        asked.map(async (one) => {
          const proof = await proofs.get(one);
          return proof === undefined ? new Error('each is proven') : ofProducts(proof, one.candidates);
        }),
      );
    },
    { cache: false },
  );
  return (channel, condition, candidates) => loader.load({ channel, condition, candidates });
}

const sameStatement = ({ channel, condition }: Asked): string => JSON.stringify([channel.handle, condition]);

function ofProducts({ skus, passing, ...report }: Proof, candidates: readonly Candidate[]): Proof {
  const keys = new Set(candidates.map(({ productId }) => productId));
  const only = <T>(all: ReadonlyMap<number, T>): Map<number, T> =>
    new Map([...all].filter(([key]) => keys.has(key)));
  return { ...report, skus: only(skus), passing: only(passing) };
}
