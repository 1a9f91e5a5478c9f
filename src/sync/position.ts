import sql from 'sql-template-tag';
import { z } from 'zod';
import { OperatorError } from '../platform/operator-error.js';
import { execute, query, transaction, type Database, type Queryable } from '../platform/postgres.js';

/**
 * How far an index has followed the change log, as a pg_snapshot: an index of this process keeps it in memory,
 * an index that gateways share keeps it in Postgres, and one gateway at a time moves it.
 */
export interface PositionKeeper {
  /** The last position known here; null before the index was filled, and when its position has expired. */
  current(): string | null;
  /**
   * Runs `move` with the position and keeps what it answers; answers false, and runs nothing, while another gateway
   * is at it or before the index was filled. `lost` aborts when another gateway may take over: write no more then.
   */
  advance(move: (position: string, lost: AbortSignal) => Promise<string>): Promise<boolean>;
  /** Runs `work` to fill the index and keeps the position it answers; a shared index that is filled is left as it is. */
  fill(work: (lost: AbortSignal) => Promise<string>): Promise<void>;
}

/** What is in this process is not lost to another. */
const NEVER_LOST = new AbortController().signal;

export function positionInMemory(): PositionKeeper {
  let position: string | null = null;
  return {
    current: () => position,
    async advance(move) {
      if (position === null) return false;
      position = await move(position, NEVER_LOST);
      return true;
    },
    async fill(work) {
      position = await work(NEVER_LOST);
    },
  };
}

const positionRow = z.object({ position: z.string(), encoder: z.string() });

/**
 * For a transaction that only holds its lock while the work goes on elsewhere, or waits for whoever does: it takes as
 * long as it takes. A holder whose machine is gone loses the lock after half a minute of silence, not after the hours
 * that an operating system waits.
 */
const WITHOUT_TIMEOUTS = sql`/* sync.withoutTimeouts */
  SELECT set_config('idle_in_transaction_session_timeout', '0', true), set_config('statement_timeout', '0', true),
    set_config('tcp_keepalives_idle', '15', true), set_config('tcp_keepalives_interval', '5', true),
    set_config('tcp_keepalives_count', '3', true)`;

/** `isFilled` tells whether the index still has what Postgres says it was filled with. */
export function positionInPostgres(
  db: Database,
  indexName: string,
  encoder: string,
  isFilled: () => Promise<boolean>,
): PositionKeeper {
  let known: string | null = null;
  const select = sql`SELECT position::text AS position, encoder FROM index_positions WHERE index_name = ${indexName}`;
  const read = async (client: Queryable) =>
    (await query(client, sql`/* sync.readPosition */ ${select}`, positionRow))[0];

  return {
    current: () => known,

    advance: (move) =>
      transaction(db, async (client, lost) => {
        await execute(client, WITHOUT_TIMEOUTS);
        const [row] = await query(
          client,
          sql`/* sync.claimPosition */ ${select} FOR UPDATE SKIP LOCKED`,
          positionRow,
        );
        const { position, encoder: of } = row ?? (await read(client)) ?? { position: null, encoder };
        if (of !== encoder) {
          throw new OperatorError(
            `The index ${indexName} is now filled by ${of}, and this gateway encodes by ${encoder}: ` +
              'restart it with VITRINE_ENCODER set to that encoder.',
          );
        }
        known = position;
        if (row === undefined) return false;
        known = await move(row.position, lost);
        await execute(
          client,
          sql`/* sync.keepPosition */ UPDATE index_positions SET position = ${known}::pg_snapshot, moved_at = clock_timestamp() WHERE index_name = ${indexName}`,
        );
        return true;
      }),

    fill: (work) =>
      transaction(db, async (client, lost) => {
        await execute(client, WITHOUT_TIMEOUTS);
        // Gateways that start together: one fills, the others wait and find it filled.
        await execute(
          client,
          sql`/* sync.lockFill */ SELECT pg_advisory_xact_lock(hashtext(${`fill ${indexName}`}))`,
        );
        const row = await read(client);
        known = row?.encoder === encoder ? row.position : null;
        if (known !== null && (await isFilled())) return;
        known = await work(lost);
        await keepPosition(client, indexName, encoder, known);
      }),
  };
}

/** Says where changes are to be followed from, whoever followed them before. */
export async function keepPosition(
  db: Queryable,
  indexName: string,
  encoder: string,
  position: string,
): Promise<void> {
  await execute(
    db,
    sql`/* sync.firstPosition */ INSERT INTO index_positions (index_name, encoder, position)
      VALUES (${indexName}, ${encoder}, ${position}::pg_snapshot)
      ON CONFLICT (index_name) DO UPDATE 
        SET encoder = excluded.encoder, position = excluded.position, moved_at = clock_timestamp()`,
  );
}
