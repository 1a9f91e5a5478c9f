import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, transaction, type Database, type Queryable } from '../platform/postgres.js';

/**
 * How far an index has followed the change log, as a pg_snapshot: an index of this process keeps it in memory,
 * an index that gateways share keeps it in Postgres, and one gateway at a time moves it.
 */
export interface PositionKeeper {
  /** The last position known here; null before the index was filled. */
  current(): string | null;
  /** Runs `move` with the position and keeps what it answers; does nothing while another gateway is at it. */
  advance(move: (position: string) => Promise<string>): Promise<void>;
  /** Runs `work` to fill the index, unless that has been done, and keeps the position it answers. */
  fill(work: () => Promise<string>): Promise<void>;
}

export function positionInMemory(): PositionKeeper {
  let position: string | null = null;
  return {
    current: () => position,
    async advance(move) {
      if (position !== null) position = await move(position);
    },
    async fill(work) {
      position = await work();
    },
  };
}

const positionRow = z.object({ position: z.string() });

/** `isFilled` tells whether the index still has what Postgres says it was filled with. */
export function positionInPostgres(
  db: Database,
  indexName: string,
  encoder: string,
  isFilled: () => Promise<boolean>,
): PositionKeeper {
  let known: string | null = null;
  const select = sql`SELECT position::text AS position FROM index_positions
    WHERE index_name = ${indexName} AND encoder = ${encoder}`;

  return {
    current: () => known,

    advance: (move) =>
      transaction(db, async (client) => {
        const [row] = await query(
          client,
          sql`/* sync.claimPosition */ ${select} FOR UPDATE SKIP LOCKED`,
          positionRow,
        );
        if (row === undefined) {
          known =
            (await query(client, sql`/* sync.readPosition */ ${select}`, positionRow))[0]?.position ?? known;
          return;
        }
        known = await move(row.position);
        await execute(
          client,
          sql`/* sync.keepPosition */ UPDATE index_positions SET position = ${known}::pg_snapshot WHERE index_name = ${indexName}`,
        );
      }),

    fill: (work) =>
      transaction(db, async (client) => {
        // Gateways that start together: one fills, the others wait and find it filled.
        await execute(
          client,
          sql`/* sync.lockFill */ SELECT pg_advisory_xact_lock(hashtext(${`fill ${indexName}`}))`,
        );
        known =
          (await query(client, sql`/* sync.readPosition */ ${select}`, positionRow))[0]?.position ?? null;
        if (known !== null && (await isFilled())) return;
        known = await work();
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
      ON CONFLICT (index_name) DO UPDATE SET encoder = excluded.encoder, position = excluded.position`,
  );
}
