import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { anonymousWith } from '../../src/access/caller.js';
import { createSchema } from '../../src/app/schema.js';
import { keyOwner } from '../../src/mutation/key-owner.js';
import type { TestGateway } from '../support/gateway.js';
import { shopperHeaders, shopperToken } from '../support/shoppers.js';
import { LockReader, type HeldLock } from './held-locks.js';
import type { LockOrder } from './order.js';
import type { Scenario } from './scenarios.js';

const KEY = 'locks';
const SHOPPER = 'ada';
/** The anonymous caller in idempotency keys. */
const ANYBODY = 0;
const ANONYMOUS = anonymousWith(new Set());
/** Of all calls, because they are made in this process. */
const CLIENT_ADDRESS = '127.0.0.1';
/** For a call to reach the point where it waits; even on a busy machine, nothing takes longer unless it hangs. */
const DEADLINE_MS = 60_000;
const POLL_MS = 2;
const LOCK_NOT_AVAILABLE = '55P03';
/** As pgrowlocks names them. */
const CONFLICTS_WITH_KEY_SHARE: ReadonlySet<string> = new Set(['For Update', 'Update']);

/** A unique key that a call inserts. */
export interface Insert extends Pick<HeldLock, 'of' | 'id' | 'place' | 'label'> {
  readonly place: readonly [number, number];
  readonly sql: string;
}

/**
 * Calls that never finish: another transaction has the idempotency key under which each call stores its answer, so
 * the call waits there with all its locks, or earlier for a lock that another transaction holds. Then it is canceled,
 * and has changed nothing.
 */
export class BlockedCalls {
  private constructor(
    private readonly gateway: TestGateway,
    private readonly order: LockOrder,
    private readonly secret: string,
    private readonly caller: number,
    private readonly reader: LockReader,
    private readonly clients: Record<'gate' | 'holder' | 'probe' | 'watcher', PoolClient>,
    private readonly pids: Record<'gate' | 'holder', number>,
    private readonly referredTo: ReadonlySet<string>,
    private readonly shopper: Buffer,
    private readonly guestKeys: Buffer,
  ) {}

  static async open(gateway: TestGateway, order: LockOrder, secret: string): Promise<BlockedCalls> {
    const connect = (): Promise<PoolClient> => gateway.db.connect();
    const clients = {
      gate: await connect(),
      holder: await connect(),
      probe: await connect(),
      watcher: await connect(),
    };
    const pidOf = async (client: PoolClient): Promise<number> =>
      (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0;
    const pids = { gate: await pidOf(clients.gate), holder: await pidOf(clients.holder) };
    const { rows } = await gateway.db.query<{ id: number }>('SELECT max(id) AS id FROM api_keys');
    const caller = rows[0]?.id ?? 0;
    const guest = await gateway.services.guests.of(ANONYMOUS, CLIENT_ADDRESS);
    const client = guest?.client.toString('hex') ?? '';
    const credentials = {
      authorization: null,
      shopperToken: await shopperToken(SHOPPER),
      shopperAddress: null,
      origin: null,
    };
    const { callers } = gateway.services;
    const holder = await callers.keyHolder(credentials);
    const shopper = (await callers.withShopper(holder, credentials)).shopper ?? Buffer.alloc(0);
    const [line, watcher] = await Promise.all(
      ['designs', 'watches'].map((what) =>
        gateway.services.pseudonyms.of(JSON.stringify([what, [caller, '']])).then((of) => of.toString('hex')),
      ),
    );
    const reader = await LockReader.open(clients.watcher, order, [
      {
        key: KEY,
        caller,
        client,
        shopper: shopper.toString('hex'),
        line: line ?? '',
        watcher: watcher ?? '',
      },
      { key: KEY, caller: ANYBODY, client, shopper: '', line: '', watcher: '' },
    ]);
    const referredTo = await reader.referredTo();
    const { shopper: guestKeys } = await keyOwner(gateway.services.pseudonyms, ANONYMOUS, CLIENT_ADDRESS);
    return new BlockedCalls(
      gateway,
      order,
      secret,
      caller,
      reader,
      clients,
      pids,
      referredTo,
      shopper,
      guestKeys,
    );
  }

  close(): void {
    for (const client of Object.values(this.clients)) client.release();
  }

  /** The locks that a call holds once it has all of them, and the tables that it locked or wrote rows of. */
  async heldAtTheEnd(scenario: Scenario): Promise<{ held: HeldLock[]; tables: string[] }> {
    return this.#run(scenario, [], async (pid) => ({
      held: await this.reader.held(pid),
      tables: await this.reader.tables(pid),
    }));
  }

  /**
   * The locks that a call holds while it waits for one of its locks: for the lock itself, and for upgrading it later.
   * Empty when it does not wait.
   */
  async heldWhileWaitingFor(scenario: Scenario, lock: HeldLock): Promise<HeldLock[][]> {
    const isMadeStronger = this.referredTo.has(lock.of) && CONFLICTS_WITH_KEY_SHARE.has(lock.mode);
    const takings =
      lock.of === 'advisory'
        ? [`SELECT pg_advisory_xact_lock(${lock.id})`]
        : ['UPDATE', ...(isMadeStronger ? ['KEY SHARE'] : [])].map(
            (mode) => `SELECT FROM ${lock.of} WHERE ctid = '${lock.id}' FOR ${mode}`,
          );
    const all: HeldLock[][] = [];
    for (const taking of takings) all.push(await this.#heldWhileBlocked(scenario, taking, lock.place));
    return all;
  }

  heldWhileWaitingForInsert(scenario: Scenario, { sql, place }: Insert): Promise<HeldLock[]> {
    return this.#heldWhileBlocked(scenario, sql, place);
  }

  /** The unique keys that a call inserts, with their places in the order. */
  inserts({ inserts }: Scenario): Insert[] {
    return inserts.map(({ table, sql }, nth) => {
      const rank = this.order.ordered.findIndex((lock) => lock.kind === 'new' && lock.table === table);
      return { of: `new ${table}`, id: sql, place: [rank, nth], label: sql, sql };
    });
  }

  async #heldWhileBlocked(scenario: Scenario, taking: string, place: HeldLock['place']): Promise<HeldLock[]> {
    return this.#run(scenario, [taking], async (pid, isAtTheEnd) => {
      if (isAtTheEnd) return [];
      const held = await this.reader.held(pid);
      for (const insert of this.inserts(scenario)) {
        const isLater =
          place !== null &&
          (insert.place[0] > place[0] || (insert.place[0] === place[0] && insert.place[1] > place[1]));
        if (isLater && (await this.#isInserted(insert.sql)))
          held.push({ ...insert, mode: 'inserted', heldWith: null });
      }
      return held;
    });
  }

  /** Whether another transaction has inserted the same unique key without committing. */
  async #isInserted(sql: string): Promise<boolean> {
    const { probe } = this.clients;
    await probe.query(`BEGIN; SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '50ms'`);
    try {
      await probe.query(sql);
      return false;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE) return true;
      throw error;
    } finally {
      await probe.query('ROLLBACK');
    }
  }

  /** Runs the call until it waits for the holder's locks or at its end; calls `look` there, and cancels the call. */
  async #run<T>(
    scenario: Scenario,
    takings: readonly string[],
    look: (pid: number, isAtTheEnd: boolean) => Promise<T>,
  ): Promise<T> {
    const { gate, holder, watcher } = this.clients;
    await gate.query('BEGIN');
    await holder.query('BEGIN');
    try {
      await gate.query(
        `INSERT INTO idempotency_keys (caller, shopper, key, operation, fingerprint, answer)
         VALUES ($1, $2, $3, '', sha256(''), '{}')`,
        [scenario.byGuest ? ANYBODY : this.caller, this.#shopperOfKey(scenario), KEY],
      );
      for (const taking of takings) await holder.query(taking);
      let ended: unknown = null;
      const call = this.gateway
        .ask(
          documentOf(scenario.mutation),
          { input: { ...scenario.input, idempotencyKey: KEY } },
          scenario.byGuest ? undefined : this.secret,
          await shopperHeaders(scenario.byShopper ? SHOPPER : null),
        )
        .then((answer) => (ended = answer));
      const name = `${scenario.mutation} (${scenario.when})`;
      const deadline = Date.now() + DEADLINE_MS;
      for (;;) {
        if (ended !== null) throw new Error(`${name} ended without its locks: ${JSON.stringify(ended)}`);
        const blocked = await this.#findBlocked();
        if (blocked !== null) {
          const seen = await look(blocked.pid, blocked.isAtTheEnd);
          await watcher.query('SELECT pg_cancel_backend($1)', [blocked.pid]);
          await call;
          return seen;
        }
        if (Date.now() > deadline) throw new Error(`${name} waits for no lock after ${DEADLINE_MS} ms`);
        await sleep(POLL_MS);
      }
    } finally {
      await holder.query('ROLLBACK');
      await gate.query('ROLLBACK');
    }
  }

  #shopperOfKey({ byGuest, byShopper }: Scenario): Buffer {
    if (byGuest) return this.guestKeys;
    return byShopper ? this.shopper : Buffer.alloc(0);
  }

  async #findBlocked(): Promise<{ pid: number; isAtTheEnd: boolean } | null> {
    const { rows } = await this.clients.watcher.query<{ pid: number; blockers: number[] }>(
      `SELECT pid, pg_blocking_pids(pid) AS blockers FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    const { gate, holder } = this.pids;
    for (const { pid, blockers } of rows) {
      if (blockers.includes(holder)) return { pid, isAtTheEnd: false };
      if (blockers.includes(gate)) return { pid, isAtTheEnd: true };
    }
    return null;
  }
}

const fields = createSchema().getMutationType()?.getFields() ?? {};

function documentOf(mutation: string): string {
  const [input] = fields[mutation]?.args ?? [];
  return `mutation ($input: ${String(input?.type)}) { ${mutation}(input: $input) { __typename } }`;
}
