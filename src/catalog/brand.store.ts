import DataLoader from 'dataloader';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { queryPrepared, type Queryable } from '../platform/postgres.js';
import { Brand } from './brand.types.js';
import { inOrder } from '../graph/load.js';
import { instantiate } from '../graph/node.js';

const brandRow = z.object({ key: z.number(), handle: z.string(), name: z.string() });

/** Brands; one loader per request. */
export class BrandStore {
  constructor(private readonly db: Queryable) {}

  readonly byKey = new DataLoader<number, Brand | null>(async (keys) => {
    const statement = sql`/* brand.byKey */ SELECT id AS key, handle, name FROM brands WHERE id = ANY(${keys}::int[])`;
    const rows = await queryPrepared(this.db, statement, brandRow);
    return inOrder(
      keys,
      rows.map((row) => instantiate(Brand, row)),
    );
  });
}
