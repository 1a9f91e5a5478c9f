import type { Payer } from '../graph/server-context.js';
import type { Bounds, Budgets } from './budgets.js';

/**
 * What a shopper may spend of the budget of the key. By default, that is 2,000 points a second and a burst of 40,000, with
 * which a page is read at any pace that people have; a shop has ten shoppers at once who do all that they can.
 */
const SHARE = 0.1;

/**
 * Budgets in which each shopper whom an API key names has a bucket of its own within that of the key, so that none uses up
 * what the others need. Of a debt, too, the key pays no more than the shopper's bucket can owe.
 */
export class ShopperShares implements Budgets {
  constructor(private readonly budgets: Budgets) {}

  boundsOf(payer: Payer): Bounds {
    return this.budgets.boundsOf(this.#own(payer));
  }

  available(payer: Payer): number {
    return Math.min(this.budgets.available(this.#own(payer)), this.budgets.available(keyOf(payer)));
  }

  async take(payer: Payer, points: number, again?: number): Promise<void> {
    const own = this.#own(payer);
    await this.budgets.take(own, points, again);
    if (payer.shopper === null) return;
    try {
      await this.budgets.take(keyOf(payer), points, again);
    } catch (error) {
      this.budgets.giveBack(own, points);
      throw error;
    }
  }

  giveBack(payer: Payer, points: number): void {
    const own = this.#own(payer);
    if (payer.shopper !== null) {
      const deepest = -this.budgets.boundsOf(own).capacity;
      const room = Math.min(deepest - this.budgets.available(own), 0);
      this.budgets.giveBack(keyOf(payer), Math.max(points, room));
    }
    this.budgets.giveBack(own, points);
  }

  close(): Promise<void> {
    return this.budgets.close();
  }

  #own(payer: Payer): Payer {
    if (payer.shopper === null) return payer;
    return { ...payer, pointsPerSecond: SHARE * this.budgets.boundsOf(keyOf(payer)).restoreRate };
  }
}

const keyOf = (payer: Payer): Payer => (payer.shopper === null ? payer : { ...payer, shopper: null });
