import sql, { raw, type Sql } from 'sql-template-tag';

/**
 * `ANY` of these values, for a statement that is prepared. Of an array itself, Postgres sees how short it is, takes a plan for
 * so few rows for cheaper than the plan that it could keep, and plans the statement anew each time, which takes longer than
 * running it. From a subquery, it expects ten rows in both.
 */
export const anyOf = (values: readonly number[] | readonly string[], type: 'int' | 'text' | 'uuid'): Sql =>
  sql`ANY(ARRAY(SELECT unnest(${values}::${raw(type)}[])))`;
