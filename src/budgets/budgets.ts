import { ThrottledError } from '../errors.js';
import type { Payer } from '../graph/server-context.js';

/** The leaky bucket of a payer. */
export interface Bounds {
  /** Points per second. */
  readonly restoreRate: number;
  /** Points that a payer who sent nothing for a while can spend at once. */
  readonly capacity: number;
}

/** What every payer may spend. */
export interface Budgets {
  boundsOf(payer: Payer): Bounds;
  /** Points that the payer could spend now; negative when it owes some. */
  available(payer: Payer): number;
  /**
   * Spends points, or none. `again` is what sending the request again costs in addition.
   * @throws ThrottledError
   */
  take(payer: Payer, points: number, again?: number): Promise<void>;
  /** Gives back points that were not needed, or takes more, even if that leaves the payer with a debt. */
  giveBack(payer: Payer, points: number): void;
  close(): Promise<void>;
}

export interface BudgetOptions {
  /** Points per second of an anonymous client, and of an API key without a budget of its own. */
  readonly anonymousRate: number;
  readonly keyRate: number;
  /** How many seconds of its rate a payer can save up. */
  readonly burstSeconds: number;
  /** Milliseconds that only increase. */
  readonly now?: () => number;
}

/** The dearest request must be possible: MAX_COST, and the largest body and document. */
export const LEAST_CAPACITY = 25_000;

export function boundsWith(
  { anonymousRate, keyRate, burstSeconds }: BudgetOptions,
  { kind, pointsPerSecond }: Payer,
): Bounds {
  const restoreRate = pointsPerSecond ?? (kind === 'key' ? keyRate : anonymousRate);
  return { restoreRate, capacity: Math.max(restoreRate * burstSeconds, LEAST_CAPACITY) };
}

/**
 * Spends points that became known only during the work, even if that leaves the payer with a debt; a payer that has a
 * debt already is refused. `again` is what sending the request again costs in addition.
 * @throws ThrottledError
 */
export function spendMore(budgets: Budgets, payer: Payer, points: number, again: number): void {
  const available = budgets.available(payer);
  if (available < 0) throw throttled(points, again - available, budgets.boundsOf(payer));
  budgets.giveBack(payer, -points);
}

/** The error of a payer that lacks this many points. */
export function throttled(points: number, lacking: number, { restoreRate }: Bounds): ThrottledError {
  const retryAfterMs = Math.ceil((lacking / restoreRate) * 1_000);
  return new ThrottledError(
    `This costs ${Math.ceil(points)} points, and ${Math.ceil(lacking)} of them are missing in your budget, which restores ${restoreRate} points per second: try again in ${retryAfterMs} ms.`,
    retryAfterMs,
  );
}
