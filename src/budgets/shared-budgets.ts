import { LRUCache } from 'lru-cache';
import { accountName, type Payer } from '../graph/server-context.js';
import type { Logger } from '../platform/logging.js';
import { inBackground } from '../platform/clients.js';
import type { Database } from '../platform/postgres.js';
import { within } from '../platform/within.js';
import { Bucket } from './bucket.js';
import { leasePoints, type Lease, returnPoints } from './budget.store.js';
import { type Bounds, type BudgetOptions, type Budgets, boundsWith, throttled } from './budgets.js';
import { MemoryBudgets } from './memory-budgets.js';

/** A gateway leases as much as a payer may spend in this time, so most requests need no statement. */
const LEASE_SECONDS = 2;
/** A payer without points is refused without a statement until this much of its rate has been restored. */
const LEAST_LEASE_SECONDS = 0.05;
/** How often points that a gateway does not need go back, so that another gateway can use them. */
const RETURN_EVERY_MS = 1_000;
/** How long a request waits for a lease: many times what it takes, but no longer than a shopper waits. */
const LEASE_DEADLINE_MS = 2_000;
/** Pause before Postgres is asked again after a lease failed. */
const AWAY_MS = 5_000;
const MAX_ACCOUNTS = 100_000;

/** What this gateway knows of a payer. */
interface Account {
  readonly payer: Payer;
  readonly name: Promise<string>;
  /** Leased points that are not spent; negative: a debt. */
  balance: number;
  /** The bucket in Postgres, as of the last lease; null before the first. */
  known: Bucket | null;
  leasing: Promise<void> | null;
  /** When points were last taken. */
  usedAt: number;
}

export interface SharedBudgetOptions extends BudgetOptions {
  readonly db: Database;
  /** Hashes the networks of clients. */
  readonly pseudonyms: { of(text: string): Promise<Buffer> };
  readonly log: Pick<Logger, 'warn'>;
}

/**
 * Budgets of all gateways that share a database. Points are leased from a row in Postgres before they are spent, so
 * all gateways together never spend more than one bucket holds. While Postgres is away, each gateway has its own
 * buckets.
 */
export class SharedBudgets implements Budgets {
  readonly #accounts = new LRUCache<string, Account>({ max: MAX_ACCOUNTS });
  /** Those that may have points, or a debt. */
  readonly #open = new Set<Account>();
  readonly #own: MemoryBudgets;
  readonly #now: () => number;
  readonly #returning: NodeJS.Timeout;
  #awayUntil = Number.NEGATIVE_INFINITY;
  #returned: Promise<void> = Promise.resolve();

  constructor(private readonly options: SharedBudgetOptions) {
    this.#own = new MemoryBudgets(options);
    this.#now = options.now ?? (() => performance.now());
    this.#returning = setInterval(() => void this.returnUnused(), RETURN_EVERY_MS).unref();
  }

  boundsOf(payer: Payer): Bounds {
    return boundsWith(this.options, payer);
  }

  available(payer: Payer): number {
    if (this.#isAway()) return this.#own.available(payer);
    const bounds = this.boundsOf(payer);
    const { balance, known } = this.#account(payer);
    if (known === null) return balance + bounds.capacity;
    const left = known.points(bounds, this.#now());
    return balance + (left < leastLease(bounds) ? Math.min(left, 0) : left);
  }

  async take(payer: Payer, points: number, again = 0): Promise<void> {
    const bounds = this.boundsOf(payer);
    const account = this.#account(payer);
    account.usedAt = this.#now();
    while (account.balance < points) {
      if (this.#isAway()) {
        await this.#own.take(payer, points, again);
        return;
      }
      const lacking = points - account.balance;
      const least = Math.max(lacking, leastLease(bounds));
      const left = account.known?.points(bounds, this.#now()) ?? bounds.capacity;
      if (left < least) throw throttled(points, least - left + again, bounds);
      account.leasing ??= this.#lease(account, bounds, lacking).finally(() => {
        account.leasing = null;
      });
      await account.leasing;
    }
    account.balance -= points;
  }

  giveBack(payer: Payer, points: number): void {
    if (this.#isAway()) this.#own.giveBack(payer, points);
    else {
      const account = this.#account(payer);
      account.balance = Math.max(account.balance + points, -this.boundsOf(payer).capacity);
      this.#open.add(account);
    }
  }

  /** Puts debts, and points that are not needed soon, back into Postgres. */
  returnUnused(): Promise<void> {
    return (this.#returned = this.#returned.then(() => this.#returnOnce(false)));
  }

  async close(): Promise<void> {
    clearInterval(this.#returning);
    await (this.#returned = this.#returned.then(() => this.#returnOnce(true)));
    await this.#own.close();
  }

  #account(payer: Payer): Account {
    const key = accountName(payer);
    const found = this.#accounts.get(key);
    if (found) return found;
    const account = {
      payer,
      name: this.#nameOf(payer),
      balance: 0,
      known: null,
      leasing: null,
      usedAt: this.#now(),
    };
    account.name.catch(() => this.#accounts.delete(key));
    this.#accounts.set(key, account);
    return account;
  }

  async #nameOf({ kind, id, shopper }: Payer): Promise<string> {
    const hashed = async (text: string) => (await this.options.pseudonyms.of(text)).toString('base64url');
    if (kind === 'client') return `client:${await hashed(id)}`;
    return shopper === null ? `key:${id}` : `key:${id}:${await hashed(shopper)}`;
  }

  async #lease(account: Account, bounds: Bounds, lacking: number): Promise<void> {
    const wanted = Math.max(lacking, LEASE_SECONDS * bounds.restoreRate);
    try {
      const lease = await within(
        inBackground(() => this.#ask(account, bounds, wanted)),
        LEASE_DEADLINE_MS,
      );
      account.balance += lease.granted;
      this.#open.add(account);
      account.known = new Bucket(lease.left, this.#now());
    } catch (err) {
      this.#awayUntil = this.#now() + AWAY_MS;
      this.options.log.warn({ err }, 'Budgets cannot be shared; this gateway counts alone for a few seconds');
    }
  }

  async #ask({ name }: Account, bounds: Bounds, wanted: number): Promise<Lease> {
    return leasePoints(this.options.db, await name, bounds, wanted);
  }

  #isAway(): boolean {
    return this.#now() < this.#awayUntil;
  }

  async #returnOnce(isEnd: boolean): Promise<void> {
    const now = this.#now();
    const returned = [...this.#open].flatMap((account) => {
      const bounds = this.boundsOf(account.payer);
      const isIdle = isEnd || now - account.usedAt >= RETURN_EVERY_MS;
      const kept = isIdle ? 0 : Math.min(account.balance, LEASE_SECONDS * bounds.restoreRate);
      const points = account.balance < 0 ? account.balance : account.balance - kept;
      account.balance -= points;
      if (account.balance === 0) this.#open.delete(account);
      if (points === 0) return [];
      account.known?.add(points, bounds, now);
      return [{ account, bounds, points }];
    });
    if (returned.length === 0) return;
    try {
      const rows = returned.map(async ({ account: { name }, ...row }) => ({ payer: await name, ...row }));
      await returnPoints(this.options.db, await Promise.all(rows));
    } catch {
      // A lease reports it when Postgres is away. Points that get lost are restored with time.
    }
  }
}

const leastLease = ({ restoreRate }: Bounds): number => restoreRate * LEAST_LEASE_SECONDS;
