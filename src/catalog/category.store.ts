import DataLoader from 'dataloader';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { anyOf } from '../platform/any-of.store.js';
import { queryPrepared, type Queryable } from '../platform/postgres.js';
import { Category } from './category.types.js';
import { groupInOrder, inOrder } from '../graph/load.js';
import { instantiate } from '../graph/node.js';

const categoryRow = z.object({
  key: z.number(),
  handle: z.string(),
  name: z.string(),
  parentKey: z.number().nullable(),
});

const CATEGORY_COLUMNS = sql`id AS key, handle, name, parent_id AS "parentKey"`;
/** More than a menu can show; a list without pages needs a limit. Each parent has its own. */
const MAX_CHILDREN = 500;

/** The category tree; one set of loaders per request. */
export class CategoryStore {
  constructor(private readonly db: Queryable) {}

  readonly byKey = new DataLoader<number, Category | null>(async (keys) => {
    const statement = sql`/* category.byKey */ SELECT ${CATEGORY_COLUMNS} FROM categories WHERE id = ${anyOf(keys, 'int')}`;
    return inOrder(keys, (await queryPrepared(this.db, statement, categoryRow)).map(toCategory));
  });

  readonly byParent = new DataLoader<number, Category[]>(async (parentKeys) => {
    const statement = sql`/* category.byParent */ SELECT child.* FROM unnest(${parentKeys}::int[]) AS parent (id)
      CROSS JOIN LATERAL (
        SELECT ${CATEGORY_COLUMNS} FROM categories WHERE parent_id = parent.id ORDER BY name, id LIMIT ${MAX_CHILDREN}
      ) child ORDER BY child.name, child.key`;
    const categories = (await queryPrepared(this.db, statement, categoryRow)).map(toCategory);
    return groupInOrder(parentKeys, categories, (category) => category.parentKey ?? 0);
  });

  /** The roots of the tree. */
  async roots(): Promise<Category[]> {
    const statement = sql`/* category.roots */ SELECT ${CATEGORY_COLUMNS} FROM categories
      WHERE parent_id IS NULL ORDER BY name, id LIMIT ${MAX_CHILDREN}`;
    return (await queryPrepared(this.db, statement, categoryRow)).map(toCategory);
  }
}

const toCategory = (row: z.infer<typeof categoryRow>): Category => instantiate(Category, row);
