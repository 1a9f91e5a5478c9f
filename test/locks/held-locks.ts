import type { ClientBase } from 'pg';
import { z } from 'zod';
import type { LockOrder } from './order.js';

/** A row or an advisory lock that a connection holds. */
export interface HeldLock {
  /** A table, or "advisory". */
  readonly of: string;
  /** For a row, its ctid; for an advisory lock, its number or both numbers: `1, 2`. */
  readonly id: string;
  /** Its place in the order: first by lock, then by row; null: none. */
  readonly place: readonly [number, number] | null;
  /** The key of the row, for messages. */
  readonly label: string;
  /** "For Key Share", "No Key Update", and so on. */
  readonly mode: string;
  /** For a row without a place: the row that it is held with. */
  readonly heldWith: Pick<HeldLock, 'of' | 'id'> | null;
}

const rowLock = z.object({
  table: z.string(),
  ctid: z.string(),
  nth: z.number(),
  label: z.string(),
  mode: z.string(),
  heldWith: z.string().nullable(),
});

/** The values in the expressions of advisory locks for a call. */
interface AdvisoryCall {
  readonly key: string;
  readonly caller: number;
  /** The hash of a guest's address, in hex. */
  readonly client: string;
  /** The hash of a shopper's name, in hex. */
  readonly shopper: string;
  /** Whose design jobs wait for each other, in hex. */
  readonly line: string;
  /** Whose watches are counted together, in hex. */
  readonly watcher: string;
}

/** Reads the locks of connections, with the extension pgrowlocks, because pg_locks does not list locked rows. */
export class LockReader {
  #rowLocks = '';
  /** The places of advisory locks in the order. */
  readonly #advisories = new Map<string, number>();

  private constructor(
    private readonly client: ClientBase,
    private readonly order: LockOrder,
  ) {}

  /** `client` is a connection without locks; `calls` are the later calls. */
  static async open(
    client: ClientBase,
    order: LockOrder,
    calls: readonly AdvisoryCall[],
  ): Promise<LockReader> {
    await client.query('CREATE EXTENSION IF NOT EXISTS pgrowlocks');
    const reader = new LockReader(client, order);
    const { rows } = await client.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`,
    );
    reader.#rowLocks = rows.map(({ name }) => rowLocksOf(name, order)).join(' UNION ALL ');
    for (const [rank, lock] of order.ordered.entries()) {
      if (lock.kind !== 'advisory') continue;
      const expression = lock.expression.replace(/\$(?=key|caller|client|shopper|line|watcher)/g, 'call.');
      for (const { key, caller, client: guest, shopper, line, watcher } of calls) {
        const { rows: numbers } = await client.query<{ id: string }>(
          `SELECT concat_ws(', ', ${expression}) AS id
           FROM (VALUES ($1::text, $2::integer, $3::text, $4::text, $5::text, $6::text)) AS call (key, caller, client, shopper, line, watcher)`,
          [key, caller, guest, shopper, line, watcher],
        );
        reader.#advisories.set(numbers[0]?.id ?? '', rank);
      }
    }
    return reader;
  }

  /** The row and advisory locks that a connection holds. */
  async held(pid: number): Promise<HeldLock[]> {
    const { rows } = await this.client.query<Record<string, unknown>>(this.#rowLocks, [pid]);
    const rowLocks = rows.map((row): HeldLock => {
      const { table, ctid, nth, label, mode, heldWith } = rowLock.parse(row);
      const rank = this.order.ordered.findIndex((lock) => lock.kind === 'rows' && lock.table === table);
      const parent = this.order.heldWith.get(table)?.split('.')[0];
      return {
        of: table,
        id: ctid,
        place: rank < 0 ? null : [rank, nth],
        label,
        mode,
        heldWith: parent === undefined ? null : { of: parent, id: heldWith ?? '' },
      };
    });
    // The two numbers of a lock are signed, but shown as unsigned.
    const advisory = await this.client.query<{ id: string }>(
      `SELECT CASE objsubid WHEN 1 THEN ((classid::bigint << 32) | objid::bigint)::text
           ELSE concat_ws(', ', classid::bigint::bit(32)::integer, objid::bigint::bit(32)::integer) END AS id
       FROM pg_locks WHERE pid = $1 AND locktype = 'advisory' AND granted`,
      [pid],
    );
    const advisoryLocks = advisory.rows.map(({ id }): HeldLock => {
      const rank = this.#advisories.get(id);
      return {
        of: 'advisory',
        id,
        place: rank === undefined ? null : [rank, 0],
        label: id,
        mode: 'Exclusive',
        heldWith: null,
      };
    });
    return [...advisoryLocks, ...rowLocks];
  }

  /** The tables whose rows other statements lock FOR KEY SHARE, because they refer to them. */
  async referredTo(): Promise<ReadonlySet<string>> {
    const { rows } = await this.client.query<{ name: string }>(
      `SELECT DISTINCT confrelid::regclass::text AS name FROM pg_constraint WHERE contype = 'f'`,
    );
    return new Set(rows.map(({ name }) => name));
  }

  /** The tables in which a connection locks or writes rows. */
  async tables(pid: number): Promise<string[]> {
    const { rows } = await this.client.query<{ name: string }>(
      `SELECT DISTINCT relname AS name FROM pg_locks JOIN pg_class ON pg_class.oid = relation
       WHERE pid = $1 AND locktype = 'relation' AND granted AND mode IN ('RowShareLock', 'RowExclusiveLock')
         AND relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`,
      [pid],
    );
    return rows.map(({ name }) => name);
  }
}

/**
 * The rows of a table that connection $1 has locked, updated, or deleted. pgrowlocks knows no connection of subtransactions,
 * and says 0: only calls have those here.
 */
function rowLocksOf(table: string, order: LockOrder): string {
  const lock = order.ordered.find((one) => one.kind === 'rows' && one.table === table);
  const key = lock?.kind === 'rows' ? lock.key : 'ctid';
  const condition = order.heldWith.get(table);
  const parent = condition?.split('.')[0];
  const heldWith =
    condition === undefined ? 'NULL' : `(SELECT ${parent}.ctid::text FROM ${parent} WHERE ${condition})`;
  return `SELECT '${table}' AS table, ctid::text, nth, label, "heldWith",
      locks.modes[coalesce(array_position(locks.pids, $1::integer), array_position(locks.pids, 0))] AS mode
    FROM (SELECT ${table}.ctid, row_number() OVER (ORDER BY ${key}) AS nth, concat_ws(' ', ${key}) AS label,
      ${heldWith} AS "heldWith" FROM ${table}) AS row
    JOIN pgrowlocks('${table}') AS locks ON locks.locked_row = row.ctid
    WHERE locks.pids && ARRAY[$1::integer, 0]`;
}
