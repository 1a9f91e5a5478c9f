import type { Payer } from '../graph/server-context.js';
import type { Bounds, Budgets } from './budgets.js';

/**
 * What a shopper may spend of the budget of the key. By default, that is 2,000 points a second and a burst of 40,000, with
 * which a page is read at any pace that people have; a shop has ten shoppers at once who do all that they can.
 */
const SHARE = 0.1;

/**
 * Networks of an IPv6 site that may do all that they can at once. A provider gives one customer up to 65,536 of them, and
 * a mobile carrier one to each of thousands of phones, of which few are in the same shop.
 */
const NETWORKS_OF_A_SITE = 10;

/**
 * Budgets in which each shopper whom an API key names has a bucket of its own within that of the key, so that none uses up
 * what the others need, and each IPv6 network one within that of its site, so that nobody has more for having many. Of a
 * debt, too, the outer bucket pays no more than the inner one can owe.
 */
export class NestedBudgets implements Budgets {
  constructor(private readonly budgets: Budgets) {}

  boundsOf(payer: Payer): Bounds {
    return this.budgets.boundsOf(this.#inner(payer));
  }

  available(payer: Payer): number {
    const outer = this.#outer(payer);
    const own = this.budgets.available(this.#inner(payer));
    return outer === null ? own : Math.min(own, this.budgets.available(outer));
  }

  async take(payer: Payer, points: number, again?: number): Promise<void> {
    const own = this.#inner(payer);
    const outer = this.#outer(payer);
    await this.budgets.take(own, points, again);
    if (outer === null) return;
    try {
      await this.budgets.take(outer, points, again);
    } catch (error) {
      this.budgets.giveBack(own, points);
      throw error;
    }
  }

  giveBack(payer: Payer, points: number): void {
    const own = this.#inner(payer);
    const outer = this.#outer(payer);
    if (outer !== null) {
      const deepest = -this.budgets.boundsOf(own).capacity;
      const room = Math.min(deepest - this.budgets.available(own), 0);
      this.budgets.giveBack(outer, Math.max(points, room));
    }
    this.budgets.giveBack(own, points);
  }

  close(): Promise<void> {
    return this.budgets.close();
  }

  #inner(payer: Payer): Payer {
    if (payer.shopper === null) return payer;
    return { ...payer, pointsPerSecond: SHARE * this.budgets.boundsOf(keyOf(payer)).restoreRate };
  }

  /** Null for an API key by itself, and for an IPv4 address. */
  #outer(payer: Payer): Payer | null {
    if (payer.shopper !== null) return keyOf(payer);
    if (payer.site === null) return null;
    const pointsPerSecond = NETWORKS_OF_A_SITE * this.budgets.boundsOf(payer).restoreRate;
    return { ...payer, id: payer.site, site: null, pointsPerSecond };
  }
}

const keyOf = (payer: Payer): Payer => ({ ...payer, shopper: null });
